"""Puts on record that a list of complaints left the house."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.complaints.events import ComplaintsExported


@transaction.atomic
def record_export(*, filters: dict[str, str], form: str, actor: Actor, now: datetime) -> None:
    """Notes who took which list away, before its first row is sent."""
    record(ComplaintsExported(account_id=actor.id or 0, filters=filters, form=form), actor=actor, now=now)
