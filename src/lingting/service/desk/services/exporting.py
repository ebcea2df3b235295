"""Puts on record that a list of cases left the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.events import CasesExported


@transaction.atomic
def record_export(*, filters: dict[str, Any], form: str, account_id: int, actor: Actor, now: datetime) -> None:
    """Notes who took which list away, before its first row is sent."""
    record(CasesExported(account_id=account_id, filters=filters, form=form), actor=actor, now=now)
