"""Putting a case aside until a moment, and its coming back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.events import CaseSnoozed, CaseWoken
from lingting.service.desk.models import Case, CaseState
from lingting.service.desk.services.locking import locked_case, locked_open_case
from lingting.service.desk.services.refusals import BadMoment

LONGEST_SNOOZE = timedelta(days=366)


@transaction.atomic
def snooze_case(case_id: int, *, until_at: datetime, actor: Actor, now: datetime) -> None:
    """Takes a case out of the way until a moment; the customer's next word wakes it earlier.

    Raises `BadMoment` for a moment that has passed or is over a year away, `CaseIsClosed`.
    """
    if not now < until_at <= now + LONGEST_SNOOZE:
        raise BadMoment(_("Choose a moment from now up to a year ahead."))
    case = locked_open_case(case_id, now=now)
    case.state, case.snoozed_until_at = CaseState.SNOOZED, until_at
    case.save(update_fields=["state", "snoozed_until_at"])
    record(CaseSnoozed(case_id=case_id, until_at=until_at.isoformat()), actor=actor, now=now)


@transaction.atomic
def wake_case(case_id: int, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Brings a snoozed case back to the top of the list; False if it was awake."""
    case = locked_case(case_id)
    if case.state != CaseState.SNOOZED:
        return False
    case.state, case.snoozed_until_at, case.active_at = CaseState.OPEN, None, max(case.active_at, now)
    case.save(update_fields=["state", "snoozed_until_at", "active_at"])
    record(CaseWoken(case_id=case_id, reason=reason), actor=actor, now=now)
    return True


def wake_due_cases(*, now: datetime, most: int = 500) -> int:
    """Wakes the cases whose moment has come; returns how many."""
    due = Case.objects.filter(state=CaseState.SNOOZED, snoozed_until_at__lte=now)
    ids = list(due.order_by("snoozed_until_at").values_list("id", flat=True)[:most])
    return sum(wake_case(case_id, reason="time", actor=SYSTEM, now=now) for case_id in ids)
