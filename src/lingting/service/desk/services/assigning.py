"""Who has a case, and which line of work it waits in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.single_rows import update_row
from lingting.service.desk.events import CaseAssigned, CaseQueued
from lingting.service.desk.models import Case, CaseState, Queue
from lingting.service.desk.services.locking import locked_open_case
from lingting.service.desk.services.refusals import CaseWasTaken, UnknownChoice

ANYONE: Final = -1


@transaction.atomic
def assign_case(case_id: int, *, assignee_id: int | None, actor: Actor, now: datetime, expected_id: int | None = ANYONE) -> bool:
    """Gives a case to a person (None: to nobody); False if it was so already.

    `expected_id` is the owner the asking page showed: if another has it by now, `CaseWasTaken` says who.
    Raises `CaseIsClosed`, `UnknownChoice` (no such active account). A snoozed case wakes. Locks the case.
    """
    case = locked_open_case(case_id, now=now)
    if case.assignee_id == assignee_id:
        return False
    if expected_id != ANYONE and case.assignee_id != expected_id:
        raise _taken(case)
    if assignee_id is not None:
        name_of_assignee(assignee_id)
    previous_id, case.assignee_id = case.assignee_id, assignee_id
    if case.state == CaseState.SNOOZED:
        case.state, case.snoozed_until_at = CaseState.OPEN, None
    update_row(case, "assignee", "state", "snoozed_until_at")
    record(CaseAssigned(case_id=case.pk, assignee_id=assignee_id, previous_id=previous_id), actor=actor, now=now)
    return True


def name_of_assignee(account_id: int) -> str:
    """How customers know a person. Raises `UnknownChoice` for somebody who may not take cases."""
    name = Account.objects.filter(pk=account_id, is_active=True).values_list("display_name", flat=True).first()
    if name is None:
        raise UnknownChoice(_("This person cannot take cases. Choose someone else."))
    return name


@transaction.atomic
def queue_case(case_id: int, *, queue_id: int, actor: Actor, now: datetime, keeps_assignee: bool = False) -> bool:
    """Moves a case to another queue, where it waits for a person again; False if it was there already.

    Raises `CaseIsClosed`, `UnknownChoice` (queue not in use). Locks the case.
    """
    case = locked_open_case(case_id, now=now)
    if case.queue_id == queue_id:
        return False
    if not Queue.objects.filter(pk=queue_id, is_active=True).exists():
        raise UnknownChoice(_("This queue is not in use. Choose another one."))
    previous_id, case.queue_id = case.queue_id, queue_id
    owner_id = case.assignee_id
    if not keeps_assignee:
        case.assignee_id = None
    case.save(update_fields=["queue", "assignee"])
    record(CaseQueued(case_id=case_id, queue_id=queue_id, previous_id=previous_id), actor=actor, now=now)
    if owner_id and not keeps_assignee:
        record(CaseAssigned(case_id=case_id, assignee_id=None, previous_id=owner_id), actor=actor, now=now)
    return True


def _taken(case: Case) -> CaseWasTaken:
    if case.assignee is None:
        return CaseWasTaken(_("Case #%(case)s has no owner any more. Take it from the list.") % {"case": case.pk})
    words = {"name": case.assignee.display_name, "case": case.pk}
    return CaseWasTaken(_("%(name)s took case #%(case)s in the meantime. Ask before you move it.") % words)
