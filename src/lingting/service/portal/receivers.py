"""Customers hear of their case without asking: by a letter, when something happens that concerns them."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.procedures.events import StepStarted
from lingting.kernel.procedures.models import StepRun
from lingting.kernel.timeline.events import Actor, receives
from lingting.service.complaints.events import CompensationGranted
from lingting.service.complaints.models import Compensation
from lingting.service.desk.events import CaseClosed
from lingting.service.desk.models import Case, Message, MessageKind
from lingting.service.portal.services import telling
from lingting.service.workorders.events import WorkOrderAnswered, WorkOrderAsked, WorkOrderHandedOn
from lingting.service.workorders.models import OPEN_STATES, Department, WorkOrder


@receives(StepStarted)
def tell_of_step(fact: StepStarted, actor: Actor, now: datetime) -> None:
    """A step that the procedure says customers are told of."""
    if fact.about != "desk.case":
        return
    step = StepRun.objects.select_related("step").get(pk=fact.step_run_id).step
    if step.is_mailed and step.public_zh:
        words = {"zh": step.public_zh, "en": step.public_en or step.public_zh}
        telling.tell_progress(fact.about_id, words=words, key=f"step:{fact.step_run_id}", now=now)


@receives(WorkOrderAsked, WorkOrderHandedOn)
def tell_who_is_asked(fact: WorkOrderAsked | WorkOrderHandedOn, actor: Actor, now: datetime) -> None:
    """Another department is on it; without public words of its own the customer is not told."""
    department = Department.objects.get(pk=fact.department_id)
    if department.public_zh:
        key = f"order:{fact.order_id}:{department.pk}"
        telling.tell_asked(fact.case_id, order_id=fact.order_id, department=department, key=key, now=now)


@receives(WorkOrderAnswered)
def tell_that_they_answered(fact: WorkOrderAnswered, actor: Actor, now: datetime) -> None:
    was_told = Department.objects.filter(pk=fact.department_id).exclude(public_zh="").exists()
    if was_told and not WorkOrder.objects.filter(parent_id=fact.case_id, state__in=OPEN_STATES).exists():
        telling.tell_progress(fact.case_id, words=telling.ANSWERED, key=f"order:{fact.order_id}:answered", now=now)


@receives(CompensationGranted)
def tell_of_compensation(fact: CompensationGranted, actor: Actor, now: datetime) -> None:
    made = Compensation.objects.select_related("item").get(pk=fact.compensation_id)
    amount = f" {made.amount:.2f}" if made.amount and made.item.unit_cost is None else ""
    pieces = f" × {made.quantity}" if made.quantity > 1 else ""
    words = {
        "zh": f"为您落实了补偿：{made.item.name_zh}{pieces}{amount}",
        "en": f"your compensation is on its way: {made.item.name_en or made.item.name_zh}{pieces}{amount}",
    }
    telling.tell_progress(fact.case_id, words=words, key=f"compensation:{made.pk}", now=now)


@receives(CaseClosed)
def ask_how_it_was(fact: CaseClosed, actor: Actor, now: datetime) -> None:
    """Whoever wrote by mail or in the portal and was answered hears that it is done, with the way to rate it."""
    case = Case.objects.get(pk=fact.case_id)
    written = Message.objects.filter(case_id=case.pk, kind=MessageKind.AGENT, conversation__channel__in=["mail", "form"])
    if case.parent_id is None and case.merged_into_id is None and actor.is_staff and written.exists():
        telling.tell_end(case.pk, key=f"closed:{now.isoformat()}", now=now)
