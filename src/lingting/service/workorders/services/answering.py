"""The department takes an order in hand, asks back, hands it on, answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.clocks.selectors import live_clock
from lingting.kernel.clocks.services import Promise, pause_clocks_of, resume_clocks_of, retarget_clock, stop_clocks_of
from lingting.kernel.notices.services import tell as notify
from lingting.kernel.timeline.events import Actor
from lingting.service.workorders.events import (
    WorkOrderAccepted,
    WorkOrderAnswered,
    WorkOrderHandedOn,
    WorkOrderReturned,
)
from lingting.service.workorders.models import Department, OrderState, WorkOrder
from lingting.service.workorders.services.asking import CLOCK, SUBJECT, NoSuchDepartment, close_child
from lingting.service.workorders.services.locking import locked_open_order, tell
from lingting.service.workorders.services.saying import Said, say, say_once


@transaction.atomic
def accept_order(order_id: int, *, by: str, actor: Actor, now: datetime) -> bool:
    """Somebody of the department takes it in hand; False if somebody had. Raises `OrderIsOver`."""
    order = locked_open_order(order_id)
    if order.accepted_at is not None:
        return False
    order.accepted_at, order.accepted_by = now, by.strip()[:80]
    if order.state == OrderState.ASKED:
        order.state = OrderState.ACCEPTED
    order.save(update_fields=["accepted_at", "accepted_by", "state"])
    tell(WorkOrderAccepted, order, actor=actor, now=now, by=order.accepted_by)
    return True


@transaction.atomic
def ask_back(order_id: int, said: Said, *, actor: Actor, now: datetime) -> None:
    """The department needs to know more: its clock stands still until the centre answers. Raises `OrderIsOver`, `EmptyOrder`."""
    order, _word, is_new = say_once(order_id, said, is_ours=False, now=now)
    if not is_new:
        return
    order.state = OrderState.RETURNED
    order.save(update_fields=["state"])
    pause_clocks_of(SUBJECT, order.pk, reason="waiting-centre", actor=actor, now=now)
    tell(WorkOrderReturned, order, actor=actor, now=now, by=said.by, is_ours=False)
    _tell_asker(order, code="workorders.returned", now=now)


@transaction.atomic
def answer_order(order_id: int, said: Said, *, actor: Actor, now: datetime) -> None:
    """The department's answer ends the order; whoever asked gets a notice. Raises `OrderIsOver`, `EmptyOrder`."""
    order, word, is_new = say_once(order_id, said, is_ours=False, now=now)
    if not is_new:
        return
    order.answer, order.answered_by = word.text, said.by.strip()[:80]
    order.state, order.answered_at, order.ended_at = OrderState.ANSWERED, now, now
    order.save(update_fields=["answer", "answered_by", "state", "answered_at", "ended_at"])
    resume_clocks_of(SUBJECT, order.pk, actor=actor, now=now)
    stop_clocks_of(SUBJECT, order.pk, actor=actor, now=now)
    close_child(order, actor=actor, now=now)
    tell(WorkOrderAnswered, order, actor=actor, now=now, by=order.answered_by)
    _tell_asker(order, code="workorders.answered", now=now)


@transaction.atomic
def hand_on(order_id: int, *, department_id: int, note: str, by: str, actor: Actor, now: datetime) -> None:
    """Another department is to answer: what has passed stays passed, its own limit and hours hold from now on."""
    order = locked_open_order(order_id)
    department = Department.objects.filter(pk=department_id, is_active=True).exclude(pk=order.department_id).first()
    if department is None:
        raise NoSuchDepartment(_("Choose another department from the list."))
    previous = order.department.name_zh
    say(order, Said(note, by=by), is_ours=False, now=now)
    order.department, order.accepted_at, order.accepted_by, order.state = department, None, "", OrderState.ASKED
    order.save(update_fields=["department", "accepted_at", "accepted_by", "state"])
    resume_clocks_of(SUBJECT, order.pk, actor=actor, now=now)
    clock = live_clock(SUBJECT, order.pk, kind=CLOCK)
    if clock is not None:
        promise = Promise(target_minutes=department.minutes, calendar_id=department.calendar_id)
        retarget_clock(clock.pk, promise=promise, reason=department.name_zh, actor=actor, now=now)
    tell(WorkOrderHandedOn, order, actor=actor, now=now, previous=previous)
    for member in department.members.filter(is_active=True):
        params = {"subject": order.subject, "department": department.name_zh}
        notify(member, code="workorders.asked", params=params, url=f"/work-orders/{order.pk}/", now=now)


def _tell_asker(order: WorkOrder, *, code: str, now: datetime) -> None:
    if order.asked_by is not None and order.asked_by.is_active:
        params = {"subject": order.subject, "department": order.department.name_zh}
        notify(order.asked_by, code=code, params=params, url=f"/desk/cases/{order.parent_id}/", now=now)
