"""Finding and taking an order, and why that may be refused."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lingting.kernel.accounts.services import digest_of
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid, NotFound
from lingting.service.workorders.events import OrderFact
from lingting.service.workorders.models import OPEN_STATES, WorkOrder

LINK_LIVES = timedelta(days=60)
LONGEST_TEXT = 10_000


class OrderNotFound(NotFound):
    code = "work_order_not_found"


class OrderIsOver(Conflict):
    """Somebody answered or withdrew the order before this act arrived."""

    code = "work_order_is_over"


class EmptyOrder(Invalid):
    """There are no words where words are needed, or too many."""

    code = "empty_work_order"


def new_token() -> str:
    """A secret of 160 bits for an address."""
    return secrets.token_urlsafe(20)


def access_by_token(token: str, *, now: datetime) -> WorkOrder:
    """The order whose link this is. Raises `OrderNotFound` for a wrong or outlived one, never saying which."""
    found = (
        WorkOrder.objects.select_related("department", "parent", "case")
        .filter(token_hash=digest_of(token), link_until_at__gt=now)
        .first()
    )
    if found is None:
        raise OrderNotFound(_("This link does not work any more. Ask the service centre for a new one."))
    return found


def locked_order(order_id: int) -> WorkOrder:
    """The order, locked until the transaction ends. Raises `OrderNotFound`."""
    found = WorkOrder.objects.select_for_update(of=("self",)).select_related("department", "asked_by").filter(pk=order_id).first()
    if found is None:
        raise order_not_found()
    return found


def order_not_found() -> OrderNotFound:
    return OrderNotFound(_("There is no such work order."))


def locked_open_order(order_id: int) -> WorkOrder:
    """The same for acts on an open order. Raises `OrderIsOver` saying what happened to it."""
    found = locked_order(order_id)
    check_open(found)
    return found


def check_open(found: WorkOrder) -> None:
    if found.state not in OPEN_STATES:
        words = {"state": found.get_state_display(), "name": found.answered_by or found.department.name}
        raise OrderIsOver(_("This work order is over: %(state)s (%(name)s). Load the page again.") % words)


def checked_text(text: str) -> str:
    """The words as they are stored. Raises `EmptyOrder`."""
    clean = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not clean:
        raise EmptyOrder(_("Write something first."))
    if len(clean) > LONGEST_TEXT:
        raise EmptyOrder(_("At most %(most)s characters; attach a file for more.") % {"most": LONGEST_TEXT})
    return clean


def tell(kind: type[OrderFact], order: WorkOrder, *, actor: Actor, now: datetime, **more: object) -> None:
    fact = kind(
        case_id=order.parent_id, order_id=order.pk, department_id=order.department_id, department=order.department.name_zh,
        **more,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
