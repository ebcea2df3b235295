"""Steps at work: one's own, the run of a subject, and what to read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.procedures import selectors, services
from lingting.kernel.procedures.access import MANAGE_RUNS, may_act, may_see
from lingting.kernel.procedures.models import Reading, Run, StepKind, StepRun, StepState, Version
from lingting.kernel.questionnaires.services import BadAnswers, answers_in
from lingting.platform.refusals import Invalid, NotFound


@require_safe
@requires()
def open_steps(request: HttpRequest) -> HttpResponse:
    """What is open for me and my group; `?show=all` what I may pass on; and what I still have to read."""
    now = timezone.now()
    shows_all = request.GET.get("show") == "all" and request.user.can(MANAGE_RUNS)
    steps = selectors.open_steps_within(request.user, now=now) if shows_all else selectors.steps_for(request.user, now=now)
    context = {
        "steps": steps, "shows_all": shows_all, "shows_mine": not shows_all, "may_manage": request.user.can(MANAGE_RUNS),
        "readings": selectors.readings_to_do(request.user),
    }  # fmt: skip
    return render(request, "procedures/open_steps.html", context)


def access_step(account: Account, step_run_id: int) -> StepRun:
    """A step that somebody may look at. Raises `NotFound`, for strangers too."""
    passage = (
        StepRun.objects.select_related("step__form", "run__procedure", "run__version", "assignee", "role", "team", "clock")
        .filter(pk=step_run_id)
        .first()
    )
    if passage is None or not (may_act(account, passage) or may_see(account, passage) or passage.ended_by_id == account.pk):
        raise NotFound(_("This step is not here, or not among those you may see."))
    return passage


@require_safe
@requires()
def step(request: HttpRequest, step_run_id: int) -> HttpResponse:
    """A step with its run: who does what by when, and the form to end it."""
    return _step_page(request, access_step(request.user, step_run_id))


def _step_page(
    request: HttpRequest, passage: StepRun, *, typed: dict[str, Any] | None = None, problems: Any = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    run = passage.run
    is_open = passage.state == StepState.OPEN and may_act(request.user, passage)
    outcomes = list(passage.step.outcomes.all())
    asks = passage.step.kind == StepKind.TASK and not any(outcome.tests for outcome in outcomes)
    context = {
        "passage": passage, "shown": selectors.shown_run(run, now=now), "is_open": is_open, "outcomes": outcomes if asks else [],
        "form": passage.step.form if is_open else None, "answers": typed, "problems": problems,
        "people": _people(request) if is_open else [], "may_manage": request.user.can(MANAGE_RUNS), "subject": selectors.subject_of(run),
        "reading": Reading.objects.filter(version=run.version, account=request.user, confirmed_at=None).first(),
    }  # fmt: skip
    return render(request, "procedures/step.html", context, status=status)


def _people(request: HttpRequest) -> list[Account]:
    """Whom a step can be passed to: for supervisors everybody, for others nobody but their group."""
    return list(Account.objects.filter(is_active=True).order_by("display_name")) if request.user.can(MANAGE_RUNS) else []


@require_POST
@requires()
def completion(request: HttpRequest, step_run_id: int) -> HttpResponse:
    """Ends a task with its answers and outcome; wrong answers come back with what was typed."""
    passage = access_step(request.user, step_run_id)
    form, now, answers = passage.step.form, timezone.now(), {}
    try:
        if form:
            answers = answers_in(request.POST, form)
            answers = answers_in(request.POST, form, files=request.FILES, actor=request.user.as_actor, now=now)
        services.complete_step(
            step_run_id, outcome=request.POST.get("outcome", ""), answers=answers, note=request.POST.get("note", ""),
            account=request.user, now=now,
        )  # fmt: skip
    except (BadAnswers, services.WrongOutcome) as refusal:
        messages.error(request, str(refusal))
        fields = refusal.details.get("fields", {})
        return _step_page(request, passage, typed=answers, problems=fields, status=refusal.status)
    messages.success(request, _("“%(step)s” is done.") % {"step": passage.step})
    return _onward(request, passage)


def _onward(request: HttpRequest, passage: StepRun) -> HttpResponse:
    """Back to the page that asked for it, else to the run's next step of this person, else to the step."""
    back = request.POST.get("back", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    following = StepRun.objects.filter(run=passage.run, state=StepState.OPEN, assignee=request.user).order_by("pk").first()
    return redirect("procedures:step", step_run_id=(following or passage).pk)


@require_POST
@requires()
def skip(request: HttpRequest, step_run_id: int) -> HttpResponse:
    passage = access_step(request.user, step_run_id)
    services.skip_step(
        step_run_id, reason=request.POST.get("reason", ""), outcome=request.POST.get("outcome", ""), account=request.user,
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("“%(step)s” is skipped.") % {"step": passage.step})
    return _onward(request, passage)


@require_POST
@requires()
def decision(request: HttpRequest, step_run_id: int) -> HttpResponse:
    """`decision=approved` or `rejected`."""
    passage = access_step(request.user, step_run_id)
    given = request.POST.get("decision", "")
    if given not in ("approved", "rejected"):
        raise services.WrongOutcome(_("This is an approval: approve or reject it."))
    services.decide_step(
        step_run_id, is_approved=given == "approved", note=request.POST.get("note", ""), account=request.user, now=timezone.now()
    )
    messages.success(request, _("Approved.") if given == "approved" else _("Rejected."))
    return _onward(request, passage)


@require_POST
@requires()
def taking(request: HttpRequest, step_run_id: int) -> HttpResponse:
    access_step(request.user, step_run_id)
    services.take_step(step_run_id, account=request.user, now=timezone.now())
    return redirect("procedures:step", step_run_id=step_run_id)


@require_POST
@requires()
def assignment(request: HttpRequest, step_run_id: int) -> HttpResponse:
    """`to`: an account id, or empty for back to the role or team."""
    passage = access_step(request.user, step_run_id)
    given = request.POST.get("to", "")
    to = Account.objects.filter(pk=int(given), is_active=True).first() if given.isascii() and given.isdecimal() else None
    if given and to is None:
        raise Invalid(_("Choose a person from the list."))
    services.reassign_step(step_run_id, to=to, reason=request.POST.get("reason", ""), account=request.user, now=timezone.now())
    name = to.display_name if to else passage.role or passage.team
    messages.success(request, _("“%(step)s” is with %(name)s now.") % {"step": passage.step, "name": name})
    return redirect("procedures:open-steps")


@require_POST
@requires("procedures.manage_runs")
def cancellation(request: HttpRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(Run, pk=run_id)
    services.cancel_run(run.pk, reason=request.POST.get("reason", "").strip(), account=request.user, now=timezone.now())
    messages.success(request, _("The procedure is cancelled."))
    return redirect("procedures:open-steps")


@requires("procedures.manage_runs")
def move(request: HttpRequest, run_id: int) -> HttpResponse:
    """A look at what moving the run to the published version would do; POST does it with `step-<old key>` choices."""
    run = get_object_or_404(Run.objects.select_related("procedure", "version"), pk=run_id)
    version = selectors.published_version(run.procedure.key)
    if version is None or version.pk == run.version_id:
        raise NotFound(_("There is no newer published version to move this to."))
    given = request.POST if request.method == "POST" else request.GET
    mapping = {name.removeprefix("step-"): str(value) for name, value in given.items() if name.startswith("step-") and value}
    preview = services.preview_migration(run, version=version, mapping=mapping)
    if request.method == "POST" and preview.is_possible:
        services.migrate_run(run.pk, version=version, mapping=mapping, account=request.user, now=timezone.now())
        messages.success(request, _("Moved to version %(number)s.") % {"number": version.number})
        return redirect("procedures:open-steps")
    status = 422 if request.method == "POST" else 200
    context = {"run": run, "version": version, "preview": preview, "subject": selectors.subject_of(run)}
    return render(request, "procedures/move.html", context, status=status)


@requires()
def reading(request: HttpRequest, version_id: int) -> HttpResponse:
    """A version to read; POST says that one has."""
    version = get_object_or_404(Version.objects.select_related("procedure"), pk=version_id)
    mine = Reading.objects.filter(version=version, account=request.user).first()
    if mine is None and not request.user.can("procedures.write_procedures"):
        raise NotFound(_("You were not asked to read this version."))
    if request.method == "POST":
        services.confirm_reading(version, account=request.user, now=timezone.now())
        messages.success(request, _("Thank you. Your reading is recorded."))
        return redirect("procedures:open-steps")
    context = {"version": version, "mine": mine, "steps": selectors.written_steps(version)}
    return render(request, "procedures/reading.html", context)
