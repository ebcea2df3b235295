"""Work for later: mailing codes, forgetting what is over."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from lingting.platform.jobs import Retry, job, periodic
from lingting.service.portal import services


@job(queue="mail", retry=Retry(attempts=3, first_wait_seconds=5))
def mail_code(*, address: str) -> None:
    """Outside of the request: known and unknown addresses take the same time to answer."""
    services.send_code(address, now=timezone.now())


@periodic("20 3 * * *")
def forget_portal_passes(*, now: datetime) -> None:
    services.forget_old(now=now)
