"""Settings: queues with their rules, skills and members; reasons for being away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Refusal
from lingting.service.desk.models import CaseState, Queue
from lingting.service.routing.forms import QueueForm, QueueMemberForm, QueueSkillForm, ReasonForm
from lingting.service.routing.models import AwayReason, QueueMember, QueueRule, QueueSkill
from lingting.service.routing.services.settings import add_member, ask_skill, drop_member, drop_skill, save_queue

MANAGE = "routing.manage_queues"


@requires(MANAGE)
def queues(request: HttpRequest) -> HttpResponse:
    """All queues with their promise, members and open cases."""
    rows = Queue.objects.select_related("calendar", "team", "rule").annotate(
        people=Count("members", distinct=True),
        open_cases=Count("cases", filter=~Q(cases__state=CaseState.CLOSED), distinct=True),
    )
    return render(request, "routing/queues.html", {"rows": rows})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest, queue_id: int | None = None) -> HttpResponse:
    """One queue: its names, hours, promise and rule; skills and members below."""
    found = get_object_or_404(Queue.objects.select_related("rule"), pk=queue_id) if queue_id else None
    form = QueueForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_queue(found, settings=form.cleaned_data, actor=request.user.as_actor, now=timezone.now())
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("The queue is saved. The router uses it within seconds."))
            return redirect("routing:queue", saved.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "cancel_url": reverse("routing:queues"), **_queue_context(found)}
    return render(request, "routing/queue.html", context, status=status)


def _show(form: Any, refusal: Refusal) -> None:
    """What the domain refused stands at its field, or on top of the form."""
    fields: Any = refusal.details.get("fields") or {}
    for name, sentences in fields.items():
        form.add_error(name if name in form.fields else None, sentences)
    if not fields:
        form.add_error(None, str(refusal))


def _initial(found: Queue | None) -> dict[str, Any] | None:
    if found is None:
        return None
    rule = getattr(found, "rule", None) or QueueRule(queue=found)
    values = {name: getattr(found, name, None) for name in QueueForm.base_fields if hasattr(found, name)}
    values |= {name: getattr(rule, name) for name in QueueForm.base_fields if hasattr(rule, name)}
    percent = f"{found.target_share * 100:.1f}".removesuffix(".0")
    return {**values, "target_percent": percent, "team": found.team_id, "calendar": found.calendar_id}


def _queue_context(found: Queue | None) -> dict[str, Any]:
    if found is None:
        return {"queue": None}
    return {
        "queue": found,
        "needs": QueueSkill.objects.filter(queue=found).select_related("skill").order_by("pk"),
        "members": QueueMember.objects.filter(queue=found).select_related("account__employee__team").order_by("order", "pk"),
        "skill_form": QueueSkillForm(),
        "member_form": QueueMemberForm(),
    }


@requires(MANAGE)
@require_POST
def skills(request: HttpRequest, queue_id: int) -> HttpResponse:
    """Asks for a skill."""
    found = get_object_or_404(Queue, pk=queue_id)
    form = QueueSkillForm(request.POST)
    if not form.is_valid():
        return render(request, "routing/_queue_skills.html", {**_queue_context(found), "skill_form": form}, status=422)
    given = form.cleaned_data
    ask_skill(
        found, skill_id=given["skill"].pk, level=given["level"], relax_after_seconds=given["relax_after_seconds"],
        relax_to_level=given["relax_to_level"] or 0, actor=request.user.as_actor, now=timezone.now(),
    )  # fmt: skip
    return render(request, "routing/_queue_skills.html", _queue_context(found))


@requires(MANAGE)
@require_POST
def skill_removal(request: HttpRequest, queue_id: int, need_id: int) -> HttpResponse:
    need = get_object_or_404(QueueSkill, pk=need_id, queue_id=queue_id)
    drop_skill(need, actor=request.user.as_actor, now=timezone.now())
    return render(request, "routing/_queue_skills.html", _queue_context(need.queue))


@requires(MANAGE)
@require_POST
def members(request: HttpRequest, queue_id: int) -> HttpResponse:
    """Lets a person serve the queue."""
    found = get_object_or_404(Queue, pk=queue_id)
    form = QueueMemberForm(request.POST)
    if not form.is_valid():
        return render(request, "routing/_queue_members.html", {**_queue_context(found), "member_form": form}, status=422)
    add_member(
        found, account_id=form.cleaned_data["account"].pk, order=form.cleaned_data["order"], actor=request.user.as_actor,
        now=timezone.now(),
    )  # fmt: skip
    return render(request, "routing/_queue_members.html", _queue_context(found))


@requires(MANAGE)
@require_POST
def member_removal(request: HttpRequest, queue_id: int, member_id: int) -> HttpResponse:
    member = get_object_or_404(QueueMember, pk=member_id, queue_id=queue_id)
    drop_member(member, actor=request.user.as_actor, now=timezone.now())
    return render(request, "routing/_queue_members.html", _queue_context(member.queue))


@requires(MANAGE)
def reasons(request: HttpRequest) -> HttpResponse:
    return render(request, "routing/reasons.html", {"rows": AwayReason.objects.all()})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, reason_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(AwayReason, pk=reason_id) if reason_id else None
    form = ReasonForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("routing:reasons")
    context = {"form": form, "reason": found, "cancel_url": reverse("routing:reasons")}
    return render(request, "routing/reason.html", context, status=422 if form.is_bound else 200)
