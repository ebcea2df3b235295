"""Runs and what people do at their steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.services import pause_clock, resume_clock
from lingting.kernel.procedures.access import may_act
from lingting.kernel.procedures.events import (
    RunCancelled,
    RunStarted,
    StepCompleted,
    StepReassigned,
    StepSkipped,
    StepTaken,
)
from lingting.kernel.procedures.models import (
    Outcome,
    OwnerKind,
    Procedure,
    Run,
    RunState,
    StepKind,
    StepRun,
    StepState,
    VersionState,
)
from lingting.kernel.procedures.services.advancing import Course, chosen_by_tests, end_step, enter, follow
from lingting.kernel.procedures.services.telling import acting, tell_run, tell_step
from lingting.kernel.questionnaires.services import respond
from lingting.kernel.timeline.events import Actor
from lingting.platform.database.composed import composed
from lingting.platform.refusals import Conflict, Invalid, NotFound, NotPermitted


class NotPublished(Conflict):
    """The procedure has no published version to start by."""

    code = "procedure_not_published"


class AlreadyDone(Conflict):
    """The step is no longer open; the message says who ended it."""

    code = "step_already_done"


class NotYours(NotPermitted):
    """The step belongs to somebody else; the message says to whom."""

    code = "step_not_yours"


class WrongOutcome(Invalid):
    """The outcome is missing or not one of the step's."""

    code = "wrong_outcome"


class MustNotSkip(Conflict):
    """The step may not be skipped, or no reason was given."""

    code = "must_not_skip"


@transaction.atomic
def start_run(
    procedure_key: str, *, subject_kind: str, subject_id: int, account: Account | None = None, actor: Actor | None = None,
    now: datetime,
) -> Run:  # fmt: skip
    """Starts the published version about a subject; where a run of the procedure is under way, that one is returned.

    `account` is who started it (owner of "whoever started it" steps); `actor` speaks for machines. Locks the procedure.
    Raises `Procedure.DoesNotExist`, `NotPublished`.
    """
    procedure = Procedure.objects.select_for_update().get(key=procedure_key)
    living = Run.objects.select_related("procedure", "version").filter(
        procedure=procedure, subject_kind=subject_kind, subject_id=subject_id, state=RunState.RUNNING
    )
    found = living.first()
    if found is not None:
        return found
    version = procedure.versions.filter(state=VersionState.PUBLISHED).first()
    if version is None:
        raise NotPublished(_("“%(name)s” has no published version yet.") % {"name": procedure})
    run = Run.objects.create(
        procedure=procedure, version=version, subject_kind=subject_kind, subject_id=subject_id, started_at=now, started_by=account
    )
    course = Course(run=run, actor=actor or acting(account), now=now, account=account)
    tell_run(RunStarted, run, actor=course.actor, now=now, version=version.number)
    enter(course, version.steps.order_by("order", "id")[0], fork=None, branch="")
    return run


def locked_step(step_run_id: int) -> StepRun:
    """An open step with its run locked (the run's row first, always). Raises `AlreadyDone`, `NotFound`."""
    run_id = StepRun.objects.filter(pk=step_run_id).values_list("run_id", flat=True).first()
    if run_id is None:
        raise NotFound(_("This step does not exist any more."))
    run = Run.objects.select_for_update(of=("self",)).select_related("procedure", "version", "started_by").get(pk=run_id)
    passage = StepRun.objects.select_related("step", "assignee", "ended_by", "clock", "fork__step", "fork__fork").get(
        pk=step_run_id
    )
    passage.run = run
    if passage.state != StepState.OPEN:
        raise AlreadyDone(_sentence_of_end(passage))
    return passage


def _sentence_of_end(passage: StepRun) -> str:
    who = passage.ended_by.display_name if passage.ended_by else "Lingting"
    if passage.state == StepState.CANCELLED:
        return _("“%(step)s” is no longer to be done: %(who)s ended it.") % {"step": passage.step, "who": who}
    return _("%(who)s has just finished “%(step)s”. Look at the next step.") % {"step": passage.step, "who": who}


def check_may_act(passage: StepRun, account: Account | None) -> None:
    """Raises `NotYours` with whom to ask; no account is a machine and may."""
    if account is None or may_act(account, passage):
        return
    if passage.assignee is not None:
        raise NotYours(_("%(who)s has this step. Ask them, or a supervisor to pass it to you.") % {"who": passage.assignee})
    owner = passage.team or passage.role or passage.step.get_owner_kind_display()
    raise NotYours(_("This step is for %(owner)s. Ask one of them, or a supervisor to pass it to you.") % {"owner": owner})


@transaction.atomic
def take_step(step_run_id: int, *, account: Account, now: datetime) -> StepRun:
    """Somebody of the role or team takes an unassigned step. Taking one's own again changes nothing. Raises `NotYours`."""
    passage = locked_step(step_run_id)
    if passage.assignee_id == account.pk:
        return passage
    if passage.assignee is not None:
        raise NotYours(_("%(who)s has this step already.") % {"who": passage.assignee})
    check_may_act(passage, account)
    passage.assignee = account
    passage.save(update_fields=["assignee"])
    tell_step(StepTaken, passage, run=passage.run, actor=account.as_actor, now=now)
    return passage


@transaction.atomic
def complete_step(
    step_run_id: int, *, outcome: str = "", answers: Mapping[str, Any] | None = None, note: str = "", account: Account | None,
    actor: Actor | None = None, now: datetime,
) -> StepRun:  # fmt: skip
    """Ends a task: stores the form's answers, takes the outcome (or the one whose conditions hold) and opens what follows.

    Locks the run: of two who complete the same step one wins, the other gets `AlreadyDone` with who was first. Raises
    `NotYours`, `WrongOutcome`, `BadAnswers` of questionnaires; approvals are decided with `decide_step`.
    """
    passage = locked_step(step_run_id)
    check_may_act(passage, account)
    if passage.step.kind == StepKind.APPROVAL:
        raise WrongOutcome(_("This is an approval: approve or reject it."))
    course = Course(run=passage.run, actor=actor or acting(account), now=now, account=account)
    stored = _store_answers(passage, answers or {}, course=course)
    chosen = _choose(passage, outcome)
    end_step(passage, state=StepState.DONE, course=course, outcome=chosen.key, note=note)
    tell_step(
        StepCompleted, passage, run=passage.run, actor=course.actor, now=now, outcome=chosen.key, is_late=is_late(passage),
        answers=stored,
    )  # fmt: skip
    follow(course, chosen, fork=passage.fork, branch=passage.branch)
    return passage


def is_late(passage: StepRun) -> bool:
    return passage.clock is not None and passage.clock.breached_at is not None


def _store_answers(passage: StepRun, answers: Mapping[str, Any], *, course: Course) -> dict[str, Any]:
    if passage.step.form is None:
        return {}
    passage.response = respond(
        passage.step.form, answers=answers, respondent=course.actor, subject_type="procedures.step_run", subject_id=passage.pk,
        now=course.now,
    )  # fmt: skip
    passage.save(update_fields=["response"])
    return {answer.item.key: answer.value["value"] for answer in passage.response.answers.select_related("item")}


def _choose(passage: StepRun, key: str) -> Outcome:
    """The outcome with a key; without one the only one, or the first whose conditions hold."""
    outcomes = list(passage.step.outcomes.select_related("next_step"))
    if any(outcome.tests for outcome in outcomes):
        return chosen_by_tests(passage.run, passage.step, outcomes)
    if not key and len(outcomes) == 1:
        return outcomes[0]
    chosen = next((outcome for outcome in outcomes if outcome.key == key), None)
    if chosen is None:
        sentence = _("Choose how the step ended.")
        raise WrongOutcome(sentence, fields={"outcome": [sentence]})
    return chosen


@transaction.atomic
def skip_step(
    step_run_id: int, *, reason: str, outcome: str = "", account: Account | None, actor: Actor | None = None, now: datetime
) -> StepRun:
    """Passes over a step that allows it, with a reason. Raises `MustNotSkip`, `NotYours`, `WrongOutcome`, `AlreadyDone`."""
    passage = locked_step(step_run_id)
    check_may_act(passage, account)
    if not passage.step.may_skip:
        raise MustNotSkip(_("“%(step)s” may not be skipped.") % {"step": passage.step})
    if not reason.strip():
        sentence = _("Say why the step is skipped.")
        raise MustNotSkip(sentence, fields={"reason": [sentence]})
    course = Course(run=passage.run, actor=actor or acting(account), now=now, account=account)
    chosen = _choose(passage, outcome)
    end_step(passage, state=StepState.SKIPPED, course=course, outcome=chosen.key, note=reason.strip())
    tell_step(StepSkipped, passage, run=passage.run, actor=course.actor, now=now, outcome=chosen.key, reason=reason.strip()[:500])
    follow(course, chosen, fork=passage.fork, branch=passage.branch)
    return passage


@transaction.atomic
def reassign_step(step_run_id: int, *, to: Account | None, reason: str = "", account: Account | None, now: datetime) -> StepRun:
    """Gives an open step to somebody, or (None) back to its role or team. Raises `AlreadyDone`, `NotYours`."""
    passage = locked_step(step_run_id)
    check_may_act(passage, account)
    if to is None and passage.role_id is None and passage.team_id is None:
        raise NotYours(_("There is no team or role behind this step that it could go back to. Choose a person."))
    if passage.assignee_id == (to.pk if to else None):
        return passage
    previous_id, passage.assignee = passage.assignee_id, to
    passage.save(update_fields=["assignee"])
    tell_step(
        StepReassigned, passage, run=passage.run, actor=acting(account), now=now, previous_id=previous_id, reason=reason[:200]
    )
    return passage


def hand_over_steps(subject_kind: str, subject_id: int, *, to_id: int | None, actor: Actor, now: datetime) -> int:
    """The open steps of "whoever has the case" follow it to its new owner; returns how many. For the app of the subject."""
    steps = _steps_of_owner(subject_kind, subject_id)
    return _handed_over(steps, to_id=to_id, actor=actor, now=now) if steps else 0


@transaction.atomic
def _handed_over(steps: Sequence[int], *, to_id: int | None, actor: Actor, now: datetime) -> int:
    count = 0
    for pk in steps:
        passage = locked_step(pk)
        if passage.assignee_id != to_id:
            previous_id, passage.assignee_id = passage.assignee_id, to_id
            passage.save(update_fields=["assignee"])
            tell_step(
                StepReassigned, passage, run=passage.run, actor=actor, now=now, previous_id=previous_id, reason=""
            )
            count += 1
    return count


@composed
def _steps_of_owner(subject_kind: str, subject_id: int) -> QuerySet[StepRun, int]:
    """The open steps that belong to whoever has the subject."""
    steps = StepRun.objects.filter(run__subject_kind=subject_kind, run__subject_id=subject_id, state=StepState.OPEN)
    return steps.filter(step__owner_kind=OwnerKind.SUBJECT).order_by("pk").values_list("pk", flat=True)


@transaction.atomic
def cancel_run(run_id: int, *, reason: str, account: Account | None, actor: Actor | None = None, now: datetime) -> Run:
    """Ends a run before its end; its open steps and their clocks are cancelled. One that has ended stays as it is."""
    run = Run.objects.select_for_update(of=("self",)).select_related("procedure", "version").get(pk=run_id)
    if run.state != RunState.RUNNING:
        return run
    course = Course(run=run, actor=actor or acting(account), now=now, account=account)
    for passage in open_steps(run):
        end_step(passage, state=StepState.CANCELLED, course=course, note=reason)
    run.state, run.ended_at, run.cancel_reason = RunState.CANCELLED, now, reason[:200]
    run.save(update_fields=["state", "ended_at", "cancel_reason"])
    tell_run(RunCancelled, run, actor=course.actor, now=now, reason=reason[:200])
    return run


def open_steps(run: Run) -> list[StepRun]:
    """What is open or waits for other branches."""
    living = run.steps.filter(state__in=[StepState.OPEN, StepState.WAITING])
    return list(living.select_related("step", "clock").order_by("pk"))


@transaction.atomic
def pause_run(run_id: int, *, reason: str, actor: Actor, now: datetime) -> int:
    """The limits of a run's open steps stand still, e.g. while the customer is asked; returns how many."""
    return _each_clock(run_id, lambda pk: pause_clock(pk, reason=reason, actor=actor, now=now))


@transaction.atomic
def resume_run(run_id: int, *, actor: Actor, now: datetime) -> int:
    """They go on; returns how many."""
    return _each_clock(run_id, lambda pk: resume_clock(pk, actor=actor, now=now))


def _each_clock(run_id: int, act: Any) -> int:
    run = Run.objects.select_for_update().get(pk=run_id)
    clock_ids = [passage.clock_id for passage in open_steps(run) if passage.clock_id is not None]
    for clock_id in clock_ids:
        act(clock_id)
    return len(clock_ids)
