"""Taking a case for change: one row lock per act, so that acts on a case happen one after another."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lingting.platform.database.composed import composed, one
from lingting.service.desk.models import Case, CaseState
from lingting.service.desk.services.refusals import case_is_closed, case_not_found


def locked_case(case_id: int) -> Case:
    """The case, locked until the transaction ends. Raises `CaseNotFound`. Call inside `transaction.atomic`."""
    case = one(_case_for_change(case_id))
    if case is None:
        raise case_not_found()
    return case


@composed
def _case_for_change(case_id: int) -> QuerySet[Case]:
    return Case.objects.select_for_update(no_key=True).filter(pk=case_id)


def locked_open_case(case_id: int, *, now: datetime) -> Case:
    """The same for acts that make no sense on a closed case. Raises `CaseIsClosed` with who and when."""
    case = locked_case(case_id)
    check_not_closed(case, now=now)
    return case


def check_not_closed(case: Case, *, now: datetime) -> None:
    if case.state == CaseState.CLOSED:
        name = case.closed_by.display_name if case.closed_by else ""
        raise case_is_closed(case_id=case.pk, closed_by=name, closed_at=case.closed_at, now=now)
