"""Work of the customers' app that is done in the background."""

from __future__ import annotations

from django.utils import timezone

from lingting.platform.jobs import job
from lingting.service.crm import services


@job()
def apply_import(*, import_id: int) -> None:
    """Takes in a table of customers; run again after a crash, it goes on where it stopped."""
    services.apply_import(import_id, now=timezone.now())
