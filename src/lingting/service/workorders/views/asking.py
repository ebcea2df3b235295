"""Beside the case: the orders, asking a department, answering it, withdrawing, the link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingting.kernel.accounts.permissions import check_permission, requires
from lingting.platform.refusals import NotPermitted
from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.desk.models import Case
from lingting.service.desk.selectors import access_case_to
from lingting.service.workorders import selectors, services
from lingting.service.workorders.models import WorkOrder
from lingting.service.workorders.registry import carry
from lingting.service.workorders.views.taking_in import files_in, minutes_in, said_in

ASK = selectors.ASK


def case_section(request: HttpRequest, *, case: Case) -> dict[str, Any] | None:
    """The tab beside a case: its orders, or, in a case that carries one, that order. No tab where nobody could be asked."""
    now = timezone.now()
    if case.parent_id is not None:
        own = selectors.order_of_child(case.pk)
        return {"case": case, "own": selectors.shown_order(own, now=now)} if own else None
    rows, departments = selectors.orders_of_case(case.pk, now=now), selectors.departments_in_use()
    if not rows and not departments:
        return None
    may_ask = request.user.can(ASK) and bool(departments) and case.merged_into_id is None
    return {"case": case, "rows": rows, "may_ask": may_ask, "may_act": request.user.can(ASK)}


@requires(ASK)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """The dialog that asks a department; its answer shows the link, which is kept nowhere."""
    case = access_case_to(request.user, case_id, permission="desk.answer_cases")
    if request.method == "GET":
        return render(request, "workorders/_ask.html", {"case": case, "departments": selectors.departments_in_use()})
    now, actor = timezone.now(), request.user.as_actor
    chosen = request.POST.get("department", "")
    order, token = services.ask_department(
        case.pk, department_id=int(chosen) if chosen.isdigit() else 0, subject=request.POST.get("subject", ""),
        question=request.POST.get("question", ""), minutes=minutes_in(request), actor=actor, now=now,
        file_ids=files_in(request, actor=actor, now=now),
    )  # fmt: skip
    return _with_link(request, order, token=token, template="workorders/_asked.html")


@requires(ASK)
@require_POST
def reply(request: HttpRequest, order_id: int) -> HttpResponse:
    """Answers what the department asked back."""
    order, now, actor = _ours(request, order_id), timezone.now(), request.user.as_actor
    said = said_in(request, by=actor.label, actor=actor, now=now)
    services.reply_to_department(order.pk, said, actor=actor, now=now)
    return _changed(request, order, _("%(department)s has your answer.") % {"department": order.department.name})


@requires(ASK)
@require_POST
def withdrawal(request: HttpRequest, order_id: int) -> HttpResponse:
    order = _ours(request, order_id)
    services.cancel_order(order.pk, reason=request.POST.get("reason", ""), actor=request.user.as_actor, now=timezone.now())
    return _changed(request, order, _("The work order is withdrawn."))


@requires(ASK)
@require_POST
def link(request: HttpRequest, order_id: int) -> HttpResponse:
    """A fresh link, shown once; the one before stops working."""
    order = _ours(request, order_id)
    token = services.new_link(order.pk, now=timezone.now())
    order.refresh_from_db(fields=["link_until_at"])
    return _with_link(request, order, token=token, template="workorders/_link.html")


def _ours(request: HttpRequest, order_id: int) -> WorkOrder:
    check_permission(request.user, ASK)
    order = selectors.access_order(request.user, order_id)
    if not selectors.may_see_case(request.user, order):
        raise NotPermitted(_("This case is not among those you work on. Ask its owner or your team leader."))
    return order


def _with_link(request: HttpRequest, order: WorkOrder, *, token: str, template: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("orderlink:order", args=[token]))
    is_mailed = carry(order, link=address, now=timezone.now())
    if request.headers.get("HX-Request") != "true":
        messages.success(
            request, _("The link for %(department)s: %(link)s") % {"department": order.department.name, "link": address}
        )
        return redirect("desk:case", order.parent_id)
    response = render(request, template, {"order": order, "link": address, "is_mailed": is_mailed})
    add_trigger(response, "desk:changed", {"case_id": order.parent_id})
    return response


def _changed(request: HttpRequest, order: WorkOrder, text: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        messages.success(request, text)
        back = request.POST.get("next", "")
        return redirect("workorders:order", order.pk) if back == "order" else redirect("desk:case", order.parent_id)
    response = HttpResponse(status=204)
    add_toast(response, text)
    add_trigger(response, "desk:changed", {"case_id": order.parent_id})
    return response
