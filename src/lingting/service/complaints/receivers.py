"""What happens to a case moves its complaint: in the same transaction."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.timeline.events import Actor, receives
from lingting.service.complaints import services
from lingting.service.complaints.models import Complaint
from lingting.service.complaints.services.filing import TYPE_KEY
from lingting.service.desk.events import CaseChanged, CaseOpened
from lingting.service.desk.models import Case
from lingting.service.workorders.events import WorkOrderAnswered, WorkOrderCancelled
from lingting.service.workorders.models import OPEN_STATES, WorkOrder


@receives(CaseOpened)
def file_opened(fact: CaseOpened, actor: Actor, now: datetime) -> None:
    """A case opened as a complaint is one."""
    _file_if_complaint(fact.case_id, actor=actor, now=now)


@receives(CaseChanged)
def file_retyped(fact: CaseChanged, actor: Actor, now: datetime) -> None:
    if "type_id" in fact.changes:
        _file_if_complaint(fact.case_id, actor=actor, now=now)


@receives(WorkOrderAnswered, WorkOrderCancelled)
def departments_are_done(fact: WorkOrderAnswered | WorkOrderCancelled, actor: Actor, now: datetime) -> None:
    """When the last open work order has come back, the step that waits for departments is done."""
    if not Complaint.objects.filter(case_id=fact.case_id).exists():
        return
    if not WorkOrder.objects.filter(parent_id=fact.case_id, state__in=OPEN_STATES).exists():
        services.finish_step(fact.case_id, step="departments", actor=actor, now=now)


def _file_if_complaint(case_id: int, *, actor: Actor, now: datetime) -> None:
    is_one = Case.objects.filter(pk=case_id, type__key=TYPE_KEY, parent=None, merged_into=None)
    if is_one.exclude(complaint__isnull=False).exists():
        services.file_complaint(case_id, actor=actor, now=now)
