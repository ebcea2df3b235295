"""Facts about work orders as the case's timeline tells them, and progress as customers read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingting.service.workorders.models import OPEN_STATES, WorkOrder

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


def progress_of(case_id: int) -> list[str]:
    """What the customer may read about open work orders of a case: the departments' public words, each once."""
    is_chinese = (get_language() or "").startswith("zh")
    rows = WorkOrder.objects.select_related("department").filter(parent_id=case_id, state__in=OPEN_STATES).order_by("id")
    said: list[str] = []
    for order in rows:
        department = order.department
        own = department.public_zh if is_chinese else department.public_en or department.public_zh
        words = own or _("We are checking this with another department.")
        if words not in said:
            said.append(words)
    return said
