"""The centre asks, answers a question back, withdraws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.services import digest_of
from lingting.kernel.clocks.services import Promise, cancel_clocks_of, resume_clocks_of, start_clock
from lingting.kernel.notices.services import tell as notify
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Invalid
from lingting.service.desk.models import Case, CaseState
from lingting.service.desk.services import close_case, open_case
from lingting.service.workorders.events import WorkOrderAsked, WorkOrderCancelled, WorkOrderReturned
from lingting.service.workorders.models import Department, OrderState, OrderWord, WorkOrder
from lingting.service.workorders.services.locking import (
    LINK_LIVES,
    checked_text,
    locked_open_order,
    locked_order,
    new_token,
    tell,
)
from lingting.service.workorders.services.saying import Said, say, say_once

CLOCK = "work-order"
SUBJECT = "workorders.order"


class NoSuchDepartment(Invalid):
    code = "no_such_department"


@transaction.atomic
def ask_department(
    case_id: int, *, department_id: int, subject: str, question: str, actor: Actor, now: datetime,
    minutes: int | None = None, file_ids: Sequence[int] = (),
) -> tuple[WorkOrder, str]:  # fmt: skip
    """Opens a work order under a customer's case; returns it with the secret of its link (kept nowhere).

    A child case carries it, named after the customer's and without a type: the procedure and promises of a type are that
    one's. Its clock counts in the department's hours (`minutes`: another limit than the department's). The department's
    members get a notice. Raises `EmptyOrder`, `NoSuchDepartment`.
    """
    department = Department.objects.select_related("calendar").filter(pk=department_id, is_active=True).first()
    if department is None:
        raise NoSuchDepartment(_("Choose a department from the list."))
    text, title = checked_text(question), checked_text(subject)[:200]
    parent = Case.objects.select_related("queue").get(pk=case_id)
    child = open_case(
        parent.customer_id, queue_id=parent.queue_id, channel="order", subject=f"#{parent.pk} · {title}",
        priority=parent.priority, assignee_id=actor.id if actor.is_staff else parent.assignee_id, parent_id=parent.pk, actor=actor,
        now=now, is_demo=parent.is_demo,
    )  # fmt: skip
    Case.objects.filter(pk=child.pk).update(state=CaseState.WAITING)
    token = new_token()
    order = WorkOrder.objects.create(
        case=child, parent=parent, department=department, subject=title, question=text, asked_at=now,
        asked_by_id=actor.id if actor.is_staff else None, token_hash=digest_of(token), link_until_at=now + LINK_LIVES,
        is_demo=parent.is_demo,
    )  # fmt: skip
    say(order, Said(text, by=actor.label, file_ids=file_ids), is_ours=True, now=now)
    promise = Promise(target_minutes=minutes or department.minutes, calendar_id=department.calendar_id)
    start_clock(CLOCK, subject_kind=SUBJECT, subject_id=order.pk, promise=promise, actor=actor, now=now)
    tell(WorkOrderAsked, order, actor=actor, now=now, subject=title)
    for member in department.members.filter(is_active=True):
        params = {"subject": title, "department": department.name_zh}
        notify(member, code="workorders.asked", params=params, url=f"/work-orders/{order.pk}/", now=now)
    return order, token


@transaction.atomic
def reply_to_department(order_id: int, said: Said, *, actor: Actor, now: datetime) -> OrderWord:
    """The centre answers what the department asked back; its clock goes on. Raises `OrderIsOver`, `EmptyOrder`."""
    order, word, is_new = say_once(order_id, said, is_ours=True, now=now)
    if not is_new:
        return word
    if order.state == OrderState.RETURNED:
        order.state = OrderState.ACCEPTED if order.accepted_at else OrderState.ASKED
        order.save(update_fields=["state"])
        resume_clocks_of(SUBJECT, order.pk, actor=actor, now=now)
    tell(WorkOrderReturned, order, actor=actor, now=now, by=said.by, is_ours=True)
    return word


@transaction.atomic
def cancel_order(order_id: int, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Withdraws an order; its promise counts neither as kept nor as breached. False if it was over."""
    order = locked_order(order_id)
    if order.state in (OrderState.ANSWERED, OrderState.CANCELLED):
        return False
    order.state, order.ended_at = OrderState.CANCELLED, now
    order.save(update_fields=["state", "ended_at"])
    cancel_clocks_of(SUBJECT, order.pk, reason=reason, actor=actor, now=now)
    close_child(order, actor=actor, now=now)
    tell(WorkOrderCancelled, order, actor=actor, now=now, reason=reason.strip()[:200])
    return True


@transaction.atomic
def new_link(order_id: int, *, now: datetime) -> str:
    """Another secret for an order's link; the one before does not work any more."""
    order = locked_open_order(order_id)
    token = new_token()
    order.token_hash, order.link_until_at = digest_of(token), now + LINK_LIVES
    order.save(update_fields=["token_hash", "link_until_at"])
    return token


def close_child(order: WorkOrder, *, actor: Actor, now: datetime) -> None:
    if not Case.objects.filter(pk=order.case_id, state=CaseState.CLOSED).exists():
        close_case(order.case_id, actor=actor, now=now, checks_fields=False)
