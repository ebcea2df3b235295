"""The API of procedures: `/api/v1/procedures`, `/procedure-runs`, `/procedure-steps`; the same reach and services as the pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from lingting.kernel.accounts.permissions import calling_account, calling_actor, check_caller
from lingting.kernel.procedures import selectors, services
from lingting.kernel.procedures.access import MANAGE_RUNS, may_act, may_see
from lingting.kernel.procedures.models import Procedure, Run, RunState, StepRun, VersionState
from lingting.kernel.timeline.registry import known_subject
from lingting.platform.refusals import NotFound
from lingting.platform.rest import Number, Page, PageQuery, page, scope

router = Router(tags=["procedures"])
runs = Router(tags=["procedures"])
steps = Router(tags=["procedures"])


class ProcedureLine(Schema):
    """A written process; `version` is the number of the published one, null while there is only a draft."""

    key: str
    name_zh: str
    name_en: str
    subject_kind: str
    version: int | None
    running: int


class WrittenStep(Schema):
    """A step as it is written; `owner_kind` says who does it, `form` is the key of its questionnaire."""

    key: str
    kind: str
    title_zh: str
    title_en: str
    owner_kind: str
    limit_minutes: int | None
    form: str | None
    may_skip: bool
    outcomes: dict[str, str | None] = Field(description="Key of an outcome to the key of the next step; null is the end")


class ProcedureOut(ProcedureLine):
    purpose_zh: str
    purpose_en: str
    steps: list[WrittenStep]


class RunLine(Schema):
    """A procedure under way, or ended, about something; `state` is running, done or cancelled."""

    id: int
    procedure: str
    version: int
    subject_kind: str
    subject_id: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    ending: str
    cancel_reason: str


class Passage(Schema):
    """One passage through a step; `outcomes` are the keys that end it, none where conditions or approval decide."""

    id: int
    run_id: int
    step: str
    kind: str
    title_zh: str
    title_en: str
    state: str
    assignee_id: int | None
    due_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    ended_by_id: int | None
    outcome: str
    outcomes: list[str]
    form: str | None
    amount: Decimal | None
    note: str


class RunOut(RunLine):
    steps: list[Passage]


class RunFilters(PageQuery):
    """About one thing."""

    subject_kind: str = Field(min_length=1, max_length=40, description="Such as `desk.case`")
    subject_id: Number


class NewRun(Schema):
    procedure: str = Field(min_length=1, max_length=60, description="Its key")
    subject_kind: str = Field(min_length=1, max_length=40)
    subject_id: Number


class Completion(Schema):
    """How a task ended. `answers` are by the keys of the form's questions."""

    outcome: str = Field("", max_length=60)
    answers: dict[str, Any] = {}
    note: str = Field("", max_length=500)


class Decision(Schema):
    is_approved: bool
    note: str = Field("", max_length=500)


@router.get("", response=Page[ProcedureLine])
@scope("procedures:read")
def list_procedures(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Every written process."""
    check_caller(request, "procedures.write_procedures")
    found = page(selectors.procedures_in_use().order_by(), query=query, order=("id",))
    return {**found, "items": [_procedure(one) for one in found["items"]]}


@router.get("/{key}", response=ProcedureOut)
@scope("procedures:read")
def read_procedure(request: HttpRequest, key: str) -> dict[str, Any]:
    """One process with the steps of its published version; without one, no steps."""
    check_caller(request, "procedures.write_procedures")
    one = selectors.procedures_in_use().filter(key=key).first()
    if one is None:
        raise NotFound(_("There is no procedure with this key."))
    version = selectors.published_version(key)
    return _procedure(one) | {
        "purpose_zh": one.purpose_zh, "purpose_en": one.purpose_en,
        "steps": [_written(step) for step in selectors.written_steps(version)] if version else [],
    }  # fmt: skip


@runs.get("", response=Page[RunLine])
@scope("procedures:read")
def list_runs(request: HttpRequest, query: Query[RunFilters]) -> dict[str, Any]:
    """The runs about one thing, the latest first."""
    _check_subject(request, query.subject_kind, query.subject_id)
    rows = Run.objects.select_related("procedure", "version").filter(
        subject_kind=query.subject_kind, subject_id=query.subject_id
    )
    found = page(rows, query=query, order=("-id",))
    return {**found, "items": [_line(run) for run in found["items"]]}


@runs.post("", response={201: RunOut, 200: RunOut})
@scope("procedures:write")
def start(request: HttpRequest, body: NewRun) -> Status[dict[str, Any]]:
    """Starts a procedure about something; 200 with the run that is under way already."""
    check_caller(request, MANAGE_RUNS)
    _check_subject(request, body.subject_kind, body.subject_id)
    before = Run.objects.filter(
        procedure__key=body.procedure, subject_kind=body.subject_kind, subject_id=body.subject_id, state=RunState.RUNNING
    ).exists()
    try:
        run = services.start_run(
            body.procedure, subject_kind=body.subject_kind, subject_id=body.subject_id, account=calling_account(request),
            actor=calling_actor(request), now=timezone.now(),
        )  # fmt: skip
    except Procedure.DoesNotExist as error:
        raise NotFound(_("There is no procedure with this key.")) from error
    return Status(200 if before else 201, _whole(run))


@runs.get("/{run_id}", response=RunOut)
@scope("procedures:read")
def read_run(request: HttpRequest, run_id: Number) -> dict[str, Any]:
    """A run with every passage through its steps, oldest first."""
    run = Run.objects.select_related("procedure", "version").filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("This run is not here."))
    _check_subject(request, run.subject_kind, run.subject_id)
    return _whole(run)


@steps.get("", response=list[Passage])
@scope("procedures:read")
def my_steps(request: HttpRequest) -> list[dict[str, Any]]:
    """What is open for the caller and their group, the most urgent first, at most 300; applications have none of their own."""
    account = calling_account(request)
    shown = selectors.steps_for(account, now=timezone.now()) if account else []
    return [_passage(one.passage) for one in shown]


@steps.post("/{step_id}/completion", response=RunOut)
@scope("procedures:write")
def complete(request: HttpRequest, step_id: Number, body: Completion) -> dict[str, Any]:
    """Ends a task with its outcome and answers; gives the run with what is open now."""
    passage = _access_step(request, step_id)
    services.complete_step(
        step_id, outcome=body.outcome, answers=body.answers, note=body.note, account=calling_account(request), actor=calling_actor(request),
        now=timezone.now(),
    )  # fmt: skip
    return _whole(passage.run)


@steps.post("/{step_id}/decision", response=RunOut)
@scope("procedures:write")
def decide(request: HttpRequest, step_id: Number, body: Decision) -> dict[str, Any]:
    """Approves or rejects. Only for people: ranks are theirs."""
    passage = _access_step(request, step_id)
    account = calling_account(request)
    if account is None:
        raise services.NotOfRank(_("Only a person of the right rank may approve."))
    services.decide_step(step_id, is_approved=body.is_approved, note=body.note, account=account, now=timezone.now())
    return _whole(passage.run)


def _check_subject(request: HttpRequest, kind: str, pk: int) -> None:
    found, account = known_subject(kind), calling_account(request)
    is_there = found is not None and (found.may_see(account, pk) if account else pk in found.read([pk]))
    if not is_there:
        raise NotFound(_("What this run is about is not here, or not among what you may see."))


def _access_step(request: HttpRequest, step_id: int) -> StepRun:
    passage = StepRun.objects.select_related("step", "run__procedure", "run__version").filter(pk=step_id).first()
    account = calling_account(request)
    if passage is None or (account and not (may_act(account, passage) or may_see(account, passage))):
        raise NotFound(_("This step is not here, or not among those you may see."))
    return passage


def _procedure(one: Any) -> dict[str, Any]:
    published = next((version for version in one.living_versions if version.state == VersionState.PUBLISHED), None)
    return {
        "key": one.key, "name_zh": one.name_zh, "name_en": one.name_en, "subject_kind": one.subject_kind,
        "version": published.number if published else None, "running": one.running,
    }  # fmt: skip


def _written(step: Any) -> dict[str, Any]:
    plain = ("key", "kind", "title_zh", "title_en", "owner_kind", "limit_minutes", "may_skip")
    return {name: getattr(step, name) for name in plain} | {
        "form": step.form.questionnaire.key if step.form else None,
        "outcomes": {each.key: each.next_step.key if each.next_step else None for each in step.outcomes.all()},
    }  # fmt: skip


def _line(run: Run) -> dict[str, Any]:
    plain = ("id", "subject_kind", "subject_id", "state", "started_at", "ended_at", "ending", "cancel_reason")
    return {name: getattr(run, name) for name in plain} | {"procedure": run.procedure.key, "version": run.version.number}


def _whole(run: Run) -> dict[str, Any]:
    run.refresh_from_db()
    rows = (
        StepRun.objects.filter(run=run).select_related("step__form__questionnaire", "clock").prefetch_related("step__outcomes")
    )
    return _line(run) | {"steps": [_passage(one) for one in rows.order_by("started_at", "pk")]}


def _passage(one: StepRun) -> dict[str, Any]:
    plain = ("id", "run_id", "state", "assignee_id", "started_at", "ended_at", "ended_by_id", "outcome", "amount", "note")
    outcomes = list(one.step.outcomes.all())
    is_chosen = one.step.kind == "task" and not any(outcome.tests for outcome in outcomes)
    return {name: getattr(one, name) for name in plain} | {
        "step": one.step.key, "kind": one.step.kind, "title_zh": one.step.title_zh, "title_en": one.step.title_en,
        "due_at": one.clock.due_at if one.clock else None, "outcomes": [each.key for each in outcomes] if is_chosen else [],
        "form": one.step.form.questionnaire.key if one.step.form else None,
    }  # fmt: skip
