"""For members of departments: their orders, and answering one. Signing in is enough; the desk is not needed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import NotPermitted, Refusal
from lingting.service.workorders import selectors
from lingting.service.workorders.models import WorkOrder
from lingting.service.workorders.views.department_acts import act_on

VIEWS = ("open", "mine", "answered", "asked")


@requires()
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The orders of one's departments: open, in one's own hand, answered; and those one asked."""
    account, now = request.user, timezone.now()
    assert isinstance(account, Account)
    departments = list(account.departments.all())  # type: ignore[attr-defined]
    may_ask = account.can(selectors.ASK)
    show = request.GET.get("show", "")
    if show not in VIEWS:
        show = "open" if departments or not may_ask else "asked"
    counts = selectors.counts_for(account)
    names = {"open": _("Open"), "mine": _("In my hands"), "answered": _("Already answered"), "asked": _("Asked by me")}
    shown = [key for key in VIEWS if (may_ask if key == "asked" else departments)]
    tabs = [(names[key], f"{reverse('workorders:orders')}?show={key}", key == show, counts.get(key, 0)) for key in shown]
    context = {
        "rows": selectors.orders_for(account, show=show, now=now), "tabs": tabs, "show": show, "departments": departments,
        "may_ask": may_ask, "may_manage": account.can("workorders.manage_departments"),
    }  # fmt: skip
    return render(request, "workorders/orders.html", context)


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order: for its department to answer, for the centre to follow."""
    account, now = request.user, timezone.now()
    assert isinstance(account, Account)
    found = selectors.access_order(account, order_id)
    problem, status = "", 200
    if request.method == "POST":
        if not selectors.is_member(account, found):
            raise NotPermitted(_("Only members of %(department)s answer this.") % {"department": found.department.name})
        try:
            told = act_on(request, found, by=account.display_name, actor=account.as_actor, now=now)
        except Refusal as refusal:
            problem, status = str(refusal), refusal.status
        else:
            messages.success(request, told)
            return _after(account, found.pk)
    context = {
        "one": selectors.shown_order(found, now=now), "is_member": selectors.is_member(account, found), "problem": problem,
        "may_ask": selectors.may_ask(account, found), "sees_case": selectors.may_see_case(account, found),
        "others": [one for one in selectors.departments_in_use() if one.pk != found.department_id],
        "typed": request.POST.get("text", ""),
    }  # fmt: skip
    return render(request, "workorders/order.html", context, status=status)


def _after(account: Account, order_id: int) -> HttpResponse:
    """Back to the order, or, when it was handed to a department one does not belong to, to the list."""
    now_theirs = WorkOrder.objects.select_related("department").get(pk=order_id)
    if selectors.is_member(account, now_theirs) or selectors.may_see_case(account, now_theirs):
        return redirect("workorders:order", order_id)
    return redirect("workorders:orders")
