"""Promises: what runs out, the policies, and what holds for a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.metrics.registry import Period
from lingting.kernel.metrics.selectors import as_figure, measure
from lingting.platform.refusals import Conflict, Invalid
from lingting.service.desk.models import Case, Queue
from lingting.service.desk.selectors import colleagues
from lingting.service.promises import selectors, services
from lingting.service.promises.forms import PolicyForm
from lingting.service.promises.models import Policy, Promised, Rung, RungAct

MANAGE = "promises.manage_policies"
MOST_RUNGS = 12


@require_GET
@requires("desk.view_cases")
def overview(request: HttpRequest) -> HttpResponse:
    """What runs out soonest, and how many promises were kept in the last 30 days."""
    now = timezone.now()
    only = request.GET.get("only", "")
    rows = selectors.running_out(request.user, now=now, only=only)
    period = Period(now - timedelta(days=30), now)
    [kept] = measure(["first_answer_kept", "resolution_kept"], period, now=now)
    tabs = [("", _("All")), ("breached", _("Overdue")), ("warned", _("Running out")), ("first-answer", _("First answer")),
            ("next-answer", _("Further answer")), ("resolution", _("Resolution"))]  # fmt: skip
    figures = [as_figure(kept.figures[key], period=_("30 days")) for key in ("first_answer_kept", "resolution_kept")]
    context = {"rows": rows, "only": only, "tabs": tabs, "figures": figures, "may_manage": request.user.can(MANAGE)}
    return render(request, "promises/overview.html", context)


@require_GET
@requires(MANAGE)
def policies(request: HttpRequest) -> HttpResponse:
    return render(request, "promises/policies.html", {"rows": selectors.policies()})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, policy_id: int | None = None) -> HttpResponse:
    """The editor: conditions, targets, ladder."""
    found = get_object_or_404(Policy, pk=policy_id) if policy_id else None
    form = PolicyForm(request.POST or None, initial=_values(found) if found else {})
    rungs = _rungs_in(request.POST) if request.method == "POST" else _rungs_of(found)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        for name in ("types", "tiers", "queues"):
            given[name] = [each.pk for each in given[name]]
        try:
            services.save_policy(given, rungs=rungs, policy_id=policy_id)
        except Invalid as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The policy is saved."))
            return redirect("promises:policies")
    context = {"form": form, "policy": found, **_ladder_context(rungs)}
    context["cancel_url"] = reverse("promises:policies")
    return render(request, "promises/policy.html", context, status=422 if form.errors else 200)


@require_POST
@requires(MANAGE)
def ladder(request: HttpRequest) -> HttpResponse:
    """The ladder again, after a rung was added, dropped or changed."""
    rungs = _rungs_in(request.POST)
    act, _dash, number = request.POST.get("rung_act", "").partition("-")
    if act == "add" and len(rungs) < MOST_RUNGS:
        rungs.append({"id": None, "promise": "", "at_share": "1", "after_minutes": 0, "act": RungAct.TELL_LEADER.value})
    elif act == "drop" and number.isdigit() and int(number) < len(rungs):
        del rungs[int(number)]
    return render(request, "promises/_ladder.html", _ladder_context(rungs))


@require_POST
@requires(MANAGE)
def removal(request: HttpRequest, policy_id: int) -> HttpResponse:
    found = get_object_or_404(Policy, pk=policy_id)
    if Promised.objects.filter(policy=found).exists():
        raise Conflict(_("This policy holds, or held, for cases. Put it out of use instead."))
    found.delete()
    messages.success(request, _("The policy is deleted."))
    return redirect("promises:policies")


def case_section(request: HttpRequest, *, case: Case) -> dict[str, Any] | None:
    """What the case's side pane shows: nothing where nothing is promised."""
    found = selectors.promise_of(case, now=timezone.now())
    if found.policy is None and not found.clocks:
        return None
    return {"promise": found, "case": case}


def _values(found: Policy) -> dict[str, Any]:
    plain = ("name_zh", "name_en", "order", "is_active", "channels", "priorities", "first_answer_minutes", "next_answer_minutes",
             "resolution_minutes", "pauses_while_waiting")  # fmt: skip
    return {name: getattr(found, name) for name in plain} | {
        "types": found.types.all(), "tiers": found.tiers.all(), "queues": found.queues.all(), "calendar": found.calendar_id,
    }  # fmt: skip


def _rungs_of(found: Policy | None) -> list[dict[str, Any]]:
    return [
        {
            "id": each.pk, "promise": each.promise, "at_share": f"{each.at_share.normalize():f}", "after_minutes": each.after_minutes,
            "act": each.act, "person_id": each.person_id, "queue_id": each.queue_id,
        }
        for each in (selectors.rungs_of(found) if found else ())
    ]  # fmt: skip


def _rungs_in(form: QueryDict) -> list[dict[str, Any]]:
    found = []
    for number in range(MOST_RUNGS):
        head = f"rung-{number}-"
        if f"{head}act" not in form:
            continue
        share, numbers = form.get(f"{head}share", "1"), {}
        for name in ("id", "person_id", "queue_id", "after_minutes"):
            text = form.get(f"{head}{name}", "")
            numbers[name] = int(text) if text.isdigit() and len(text) < 10 else None
        known = {key for key, _label in _shares()}
        found.append({"promise": form.get(f"{head}promise", ""), "at_share": share if share in known else "1", "act": form[f"{head}act"],
                      **numbers})  # fmt: skip
    return found


def _shares() -> list[tuple[str, str]]:
    return [("0.25", _("a quarter of the time")), ("0.5", _("half of the time")), ("0.75", _("three quarters of the time")),
            ("0.8", _("80 % of the time")), ("0.9", _("90 % of the time")), ("1", _("the due moment"))]  # fmt: skip


def _ladder_context(rungs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "rungs": rungs,
        "shares": _shares(),
        "acts": RungAct.choices,
        "promises": Rung._meta.get_field("promise").choices,
        "people": [(one.pk, one.display_name) for one in colleagues(most=500)],
        "all_queues": [(one.pk, one.name) for one in Queue.objects.filter(is_active=True)],
    }
