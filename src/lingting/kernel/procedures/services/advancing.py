"""How a run goes on: entering steps, opening and collecting branches, coming to the end. Callers hold the run's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.services import Promise, cancel_clock, start_clock, stop_clock
from lingting.kernel.organisation.models import Team
from lingting.kernel.procedures.conditions import holds, place_of
from lingting.kernel.procedures.events import RunFinished, StepStarted
from lingting.kernel.procedures.models import MANNED, Outcome, OwnerKind, Run, RunState, Step, StepKind, StepRun, StepState
from lingting.kernel.procedures.services.telling import tell_run, tell_step
from lingting.kernel.questionnaires.models import Answer
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.registry import subject_kind
from lingting.platform.refusals import Conflict

STEP_CLOCK = "step"
STEP_SUBJECT = "procedures.step_run"
MOST_AUTOMATIC = 200


class GoesRound(Conflict):
    """Automatic steps follow each other without end."""

    code = "procedure_goes_round"


@dataclass
class Course:
    """One movement of a run: who caused it, when, and how many automatic steps it has passed."""

    run: Run
    actor: Actor
    now: datetime
    account: Account | None
    passed: int = 0


def enter(course: Course, step: Step, *, fork: StepRun | None, branch: str) -> None:
    """Comes to a step, inside a branch of a fork or outside of any."""
    course.passed += 1
    if course.passed > MOST_AUTOMATIC:
        raise GoesRound(_("“%(step)s” goes round in a circle. Ask whoever writes the procedure to mend it.") % {"step": step})
    if step.kind in MANNED:
        _open(course, step, fork=fork, branch=branch)
    elif step.kind == StepKind.JOIN:
        _arrive(course, step, fork=fork, branch=branch)
    else:
        passage = _pass(course, step, fork=fork, branch=branch)
        outcomes = list(step.outcomes.select_related("next_step"))
        if step.kind == StepKind.FORK:
            for outcome in outcomes:
                follow(course, outcome, fork=passage, branch=outcome.key)
        else:
            outcome = chosen_by_tests(course.run, step, outcomes)
            StepRun.objects.filter(pk=passage.pk).update(outcome=outcome.key)
            follow(course, outcome, fork=fork, branch=branch)


def follow(course: Course, outcome: Outcome, *, fork: StepRun | None, branch: str) -> None:
    """Goes where an outcome leads."""
    if outcome.next_step is not None and not outcome.ends:
        enter(course, outcome.next_step, fork=fork, branch=branch)
    elif fork is None:
        _finish(course, ending=outcome.key)


def _pass(course: Course, step: Step, *, fork: StepRun | None, branch: str) -> StepRun:
    return StepRun.objects.create(
        run=course.run, step=step, state=StepState.DONE, started_at=course.now, ended_at=course.now, fork=fork, branch=branch
    )


def _arrive(course: Course, step: Step, *, fork: StepRun | None, branch: str) -> None:
    """A branch comes to the join; the last one goes on."""
    if fork is None:
        raise GoesRound(_("“%(step)s” waits for branches that were never opened.") % {"step": step})
    waiting, _made = StepRun.objects.get_or_create(
        run=course.run, step=step, joins=fork, state=StepState.WAITING,
        defaults={"started_at": course.now, "fork": fork.fork, "branch": fork.branch},
    )  # fmt: skip
    waiting.arrived = sorted({*waiting.arrived, branch})
    expected = set(fork.step.outcomes.values_list("key", flat=True))
    if not expected <= set(waiting.arrived):
        waiting.save(update_fields=["arrived"])
        return
    waiting.state, waiting.ended_at = StepState.DONE, course.now
    waiting.save(update_fields=["arrived", "state", "ended_at"])
    (outcome,) = step.outcomes.select_related("next_step")
    follow(course, outcome, fork=fork.fork, branch=fork.branch)


def _open(course: Course, step: Step, *, fork: StepRun | None, branch: str) -> None:
    run = course.run
    assignee, role_id, team = owner_of(run, step)
    passage = StepRun.objects.create(
        run=run, step=step, assignee=assignee, role_id=role_id, team=team, started_at=course.now, fork=fork, branch=branch,
        amount=amount_of(run, step),
    )  # fmt: skip
    if step.limit_minutes:
        passage.clock = start_clock(
            STEP_CLOCK, subject_kind=STEP_SUBJECT, subject_id=passage.pk,
            promise=Promise(target_minutes=step.limit_minutes, calendar_id=step.calendar_id), actor=course.actor, now=course.now,
        )  # fmt: skip
        passage.save(update_fields=["clock"])
    due_at = passage.clock.due_at if passage.clock else None
    tell_step(StepStarted, passage, run=run, actor=course.actor, now=course.now, due_at=due_at.isoformat() if due_at else None)


def owner_of(run: Run, step: Step) -> tuple[Account | None, int | None, Team | None]:
    """Whose a step is at its start: a person, or a role or team of which somebody takes it."""
    if step.owner_kind == OwnerKind.SUBJECT:
        owner_id = subject_kind(run.subject_kind).owner(run.subject_id)
        return Account.objects.get(pk=owner_id) if owner_id else None, None, None
    if step.owner_kind == OwnerKind.STARTER:
        return run.started_by, None, None
    if step.owner_kind == OwnerKind.PERSON:
        return step.person, None, None
    if step.owner_kind == OwnerKind.ROLE:
        return None, step.role_id, None
    return None, None, step.team if step.owner_kind == OwnerKind.TEAM else None


def end_step(passage: StepRun, *, state: StepState, course: Course, outcome: str = "", note: str = "") -> None:
    """Writes how a passage ended and stops (or, when cancelled, cancels) its clock."""
    passage.state, passage.ended_at, passage.ended_by = state, course.now, course.account
    passage.outcome, passage.note = outcome, note[:500]
    passage.save(update_fields=["state", "ended_at", "ended_by", "outcome", "note", "response", "amount"])
    if passage.clock_id is not None:
        end = cancel_clock if state in (StepState.CANCELLED, StepState.SKIPPED) else stop_clock
        passage.clock = end(passage.clock_id, actor=course.actor, now=course.now)


def _finish(course: Course, *, ending: str) -> None:
    run = course.run
    run.state, run.ended_at, run.ending = RunState.DONE, course.now, ending
    run.save(update_fields=["state", "ended_at", "ending"])
    tell_run(RunFinished, run, actor=course.actor, now=course.now, ending=ending)


def chosen_by_tests(run: Run, step: Step, outcomes: list[Outcome]) -> Outcome:
    """The first outcome whose tests hold; one without tests is "otherwise"."""
    values = values_for(run, step, outcomes)
    here = [outcome for outcome in outcomes if holds(_placed(outcome, step), values=values)]
    return here[0] if here else outcomes[-1]


def _placed(outcome: Outcome, step: Step) -> list[dict[str, Any]]:
    """Tests with the step's own key where they ask its own answers."""
    return [
        {**test, "step": test.get("step") or step.key} if test.get("of") != "fact" else {**test, "step": ""}
        for test in outcome.tests
    ]


def values_for(run: Run, step: Step, outcomes: list[Outcome]) -> dict[tuple[str, str, str], Any]:
    """The values that the tests of some outcomes ask: the latest answers of the run's steps, and facts of the subject."""
    places = {place_of(test) for outcome in outcomes for test in _placed(outcome, step)}
    values: dict[tuple[str, str, str], Any] = {}
    steps = {where for of, where, _key in places if of != "fact"}
    for where, answers in latest_answers(run, steps).items():
        values.update({("answer", where, key): value for key, value in answers.items()})
    if any(of == "fact" for of, _where, _key in places):
        facts = subject_kind(run.subject_kind).read([run.subject_id]).get(run.subject_id, {})
        values.update({("fact", "", key): value for key, value in facts.items()})
    return values


def latest_answers(run: Run, step_keys: set[str]) -> dict[str, dict[str, Any]]:
    """What was last answered at some steps: step key to item key to value. One query."""
    rows = (
        Answer.objects.filter(response__in=StepRun.objects.filter(run=run, step__key__in=step_keys).values("response"))
        .order_by("response_id")
        .values_list("response_id", "item__key", "value")
    )
    of_response: dict[int, dict[str, Any]] = {}
    for response_id, key, value in rows:
        of_response.setdefault(response_id, {})[key] = value["value"]
    passages = StepRun.objects.filter(run=run, response__isnull=False, step__key__in=step_keys).order_by("ended_at", "pk")
    return {key: of_response.get(response_id, {}) for key, response_id in passages.values_list("step__key", "response_id")}


def amount_of(run: Run, step: Step) -> Decimal | None:
    """The amount that an approval is about; None without one."""
    source, _dot, item = step.amount_from.partition(".")
    if step.kind != StepKind.APPROVAL or not item:
        return None
    value = latest_answers(run, {source}).get(source, {}).get(item)
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
