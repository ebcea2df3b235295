"""What a department does with an order, by sign-in or by link: take it, answer, ask back, hand on."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Invalid
from lingting.service.workorders import services
from lingting.service.workorders.models import WorkOrder
from lingting.service.workorders.views.taking_in import said_in


class UnknownAct(Invalid):
    code = "unknown_act"


def act_on(request: HttpRequest, order: WorkOrder, *, by: str, actor: Actor, now: datetime) -> str:
    """Does what the pressed button says; returns what to tell. Raises the refusals of the services."""
    act = request.POST.get("act", "")
    if act == "accept":
        services.accept_order(order.pk, by=by, actor=actor, now=now)
        return _("It is in your hands now.")
    if act == "answer":
        services.answer_order(order.pk, said_in(request, by=by, actor=actor, now=now), actor=actor, now=now)
        return _("Thank you. The service centre has your answer.")
    if act == "ask_back":
        services.ask_back(order.pk, said_in(request, by=by, actor=actor, now=now), actor=actor, now=now)
        return _("The service centre has your question; the time stands still until it answers.")
    if act == "hand_on":
        chosen, note = request.POST.get("department", ""), request.POST.get("text", "")
        services.hand_on(order.pk, department_id=int(chosen) if chosen.isdigit() else 0, note=note, by=by, actor=actor, now=now)
        return _("Handed on.")
    raise UnknownAct(_("Choose what to do with this work order."))
