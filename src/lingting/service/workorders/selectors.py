"""Reads of work orders: those of a case, those of one's departments, who may see one and its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.selectors import Standing, clocks_of
from lingting.platform.files.models import StoredFile
from lingting.service.desk.selectors import visible_case_ids
from lingting.service.workorders.models import OPEN_STATES, Department, OrderState, OrderWord, WorkOrder
from lingting.service.workorders.services.asking import SUBJECT
from lingting.service.workorders.services.locking import order_not_found
from lingting.service.workorders.words import PublicProgress as PublicProgress
from lingting.service.workorders.words import progress_of as progress_of
from lingting.service.workorders.words import public_words as public_words

ASK = "workorders.ask_departments"
LOOKS = {
    OrderState.ASKED.value: ("ours", "send"),
    OrderState.ACCEPTED.value: ("ours", "progress"),
    OrderState.RETURNED.value: ("warning", "message-question"),
    OrderState.ANSWERED.value: ("ready", "circle-check"),
    OrderState.CANCELLED.value: ("idle", "circle-x"),
}


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order as screens show it: how its clock stands (None: none), what was said, how its state looks."""

    order: WorkOrder
    clock: Standing | None
    words: list[OrderWord] = field(default_factory=list)

    @property
    def look(self) -> tuple[str, str]:
        return LOOKS[self.order.state]

    @property
    def is_open(self) -> bool:
        return self.order.state in OPEN_STATES

    @property
    def form_key(self) -> UUID:
        """A fresh key for a form about it."""
        return uuid4()


def orders_of_case(case_id: int, *, now: datetime) -> list[ShownOrder]:
    """A case's orders with what was said, the open ones first: four queries."""
    rows = _orders().filter(parent_id=case_id).prefetch_related("words__files").order_by("-id")
    return sorted(_shown(rows, now=now, with_words=True), key=lambda one: not one.is_open)


def shown_order(order: WorkOrder, *, now: datetime) -> ShownOrder:
    """One order with everything its page shows."""
    [shown] = _shown(_orders().filter(pk=order.pk).prefetch_related("words__files"), now=now, with_words=True)
    return shown


def order_of_child(case_id: int) -> WorkOrder | None:
    """The order that a child case carries."""
    return _orders().filter(case_id=case_id).first()


def orders_for(account: Account, *, show: str, now: datetime, most: int = 200) -> list[ShownOrder]:
    """What one sees at /work-orders/: `show` is open, mine, answered (of one's departments) or asked (by oneself).

    Open ones come by the time that is left, the others latest first.
    """
    rows = _orders()
    if show == "asked":
        return _shown(rows.filter(asked_by=account).order_by("-id")[:most], now=now)
    rows = rows.filter(department__members=account)
    if show == "answered":
        return _shown(rows.filter(state=OrderState.ANSWERED).order_by("-ended_at", "-id")[:most], now=now)
    rows = rows.filter(state__in=OPEN_STATES)
    if show == "mine":
        rows = rows.filter(accepted_by=account.display_name)
    found = _shown(rows.order_by("asked_at", "id")[:most], now=now)
    return sorted(found, key=lambda one: one.clock.left_seconds if one.clock and one.clock.left_seconds is not None else 1e12)


def counts_for(account: Account) -> dict[str, int]:
    """How many open orders one's departments have, and how many of them one has in hand."""
    rows = WorkOrder.objects.filter(department__members=account, state__in=OPEN_STATES)
    found = rows.aggregate(open=Count("id"), mine=Count("id", filter=Q(accepted_by=account.display_name)))
    return {key: int(number) for key, number in found.items()}


def access_order(account: Account, order_id: int) -> WorkOrder:
    """The order, if the person belongs to its department or may see its case. Raises `OrderNotFound`."""
    order = _orders().filter(pk=order_id).first()
    if order is None or not (is_member(account, order) or may_see_case(account, order)):
        raise order_not_found()
    return order


def is_member(account: Account, order: WorkOrder) -> bool:
    return order.department.members.filter(pk=account.pk).exists()


def may_see_case(account: Account, order: WorkOrder) -> bool:
    return bool(visible_case_ids(account, [order.parent_id]))


def may_ask(account: Account, order: WorkOrder) -> bool:
    """Whether somebody speaks for the centre about an order: may ask departments and sees the case."""
    return account.can(ASK) and may_see_case(account, order)


def departments_in_use() -> list[Department]:
    return list(Department.objects.filter(is_active=True))


def departments_with_counts() -> QuerySet[Department]:
    """All departments with how many members and open orders they have."""
    is_open = Q(orders__state__in=OPEN_STATES)
    return Department.objects.select_related("calendar").annotate(
        people=Count("members", distinct=True), open_orders=Count("orders", filter=is_open, distinct=True)
    )


def may_see_file(request: HttpRequest, file: StoredFile) -> bool | None:
    """A file of an order is for the members of its department and whoever may see the case; link holders get signed addresses."""
    if not request.user.is_authenticated:
        return None
    orders = WorkOrder.objects.select_related("department").filter(words__files=file).distinct()
    return any(is_member(request.user, order) or may_see_case(request.user, order) for order in orders) or None


def used_files(candidates: Sequence[int]) -> Iterable[int]:
    """Which of the files stand with a word about an order."""
    rows = OrderWord.files.through.objects.filter(storedfile_id__in=list(candidates))
    return set(rows.values_list("storedfile_id", flat=True))


def _orders() -> QuerySet[WorkOrder]:
    return WorkOrder.objects.select_related("department", "parent", "case", "asked_by")


def _shown(rows: Iterable[WorkOrder], *, now: datetime, with_words: bool = False) -> list[ShownOrder]:
    found = list(rows)
    clocks = clocks_of(SUBJECT, [order.pk for order in found], now=now, only_live=False)
    return [
        ShownOrder(order, next(iter(clocks.get(order.pk, [])), None), list(order.words.all()) if with_words else [])
        for order in found
    ]
