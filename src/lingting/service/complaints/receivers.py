"""What happens to a case moves its complaint: in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lingting.kernel.timeline.events import Actor, Happening, receives, receives_many
from lingting.service.complaints import services
from lingting.service.complaints.models import Complaint
from lingting.service.complaints.services.filing import TYPE_KEY
from lingting.service.desk.events import CaseChanged, CaseOpened
from lingting.service.desk.models import Case
from lingting.service.workorders.events import WorkOrderAnswered, WorkOrderCancelled
from lingting.service.workorders.models import OPEN_STATES, WorkOrder


@receives_many(CaseOpened)
def file_opened(happenings: Sequence[Happening], now: datetime) -> None:
    """Cases opened as complaints are such."""
    typed = {each.fact.case_id: each.actor for each in happenings if each.fact.type_id is not None}
    if typed:
        _file_complaints(typed, now=now)


@receives(CaseChanged)
def file_retyped(fact: CaseChanged, actor: Actor, now: datetime) -> None:
    if "type_id" in fact.changes:
        _file_complaints({fact.case_id: actor}, now=now)


@receives(WorkOrderAnswered, WorkOrderCancelled)
def departments_are_done(fact: WorkOrderAnswered | WorkOrderCancelled, actor: Actor, now: datetime) -> None:
    """When the last open work order has come back, the step that waits for departments is done."""
    if not Complaint.objects.filter(case_id=fact.case_id).exists():
        return
    if not WorkOrder.objects.filter(parent_id=fact.case_id, state__in=OPEN_STATES).exists():
        services.finish_step(fact.case_id, step="departments", actor=actor, now=now)


def _file_complaints(cases: Mapping[int, Actor], *, now: datetime) -> None:
    found = Case.objects.filter(pk__in=cases, type__key=TYPE_KEY, parent=None, merged_into=None, complaint=None)
    for case_id in list(found.order_by("pk").values_list("pk", flat=True)):
        services.file_complaint(case_id, actor=cases[case_id], now=now)
