"""Facts about work orders as the case's timeline tells them, and progress as customers read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingting.kernel.clocks.selectors import clocks_of
from lingting.service.workorders.models import OPEN_STATES, Department, WorkOrder
from lingting.service.workorders.services.asking import SUBJECT

Said = Callable[[dict[str, Any], Mapping[str, Mapping[int, str]]], str]

FACTS: dict[str, tuple[str, Said]] = {
    "WorkOrderAsked": (
        "clipboard-list",
        lambda data, names: _("Work order to %(department)s: %(subject)s") % data,
    ),
    "WorkOrderAccepted": ("clipboard-check", lambda data, names: _("%(by)s (%(department)s) has taken it in hand") % data),
    "WorkOrderReturned": (
        "message-question",
        lambda data, names: _("Answered %(department)s") % data if data["is_ours"] else _("%(department)s asks back") % data,
    ),
    "WorkOrderAnswered": ("clipboard-check", lambda data, names: _("%(department)s has answered") % data),
    "WorkOrderHandedOn": ("arrow-forward", lambda data, names: _("%(previous)s handed it on to %(department)s") % data),
    "WorkOrderCancelled": ("clipboard-x", lambda data, names: _("Work order to %(department)s withdrawn") % data),
}


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """What a customer reads about a department that was asked, and by when its answer is promised."""

    words: str
    due_at: datetime | None


def public_words(department: Department) -> str:
    """What customers read while a department is asked, in the language in force."""
    is_chinese = (get_language() or "").startswith("zh")
    own = department.public_zh if is_chinese else department.public_en or department.public_zh
    return own or _("We are checking this with another department.")


def progress_of(case_id: int, *, now: datetime) -> list[PublicProgress]:
    """What the customer may read about open work orders of a case: each department once, with its earliest promise."""
    rows = WorkOrder.objects.select_related("department").filter(parent_id=case_id, state__in=OPEN_STATES).order_by("id")
    orders = list(rows)
    clocks = clocks_of(SUBJECT, [order.pk for order in orders], now=now)
    said: dict[str, PublicProgress] = {}
    for order in orders:
        due_at = next((one.due_at for one in clocks.get(order.pk, [])), None)
        one = PublicProgress(public_words(order.department), due_at)
        before = said.get(one.words)
        if before is None or (due_at is not None and (before.due_at is None or due_at < before.due_at)):
            said[one.words] = one
    return list(said.values())
