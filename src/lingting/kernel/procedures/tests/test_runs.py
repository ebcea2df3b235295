"""A run goes through forms, conditions, approvals, branches and joins; two never finish one step; versions stay."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from lingting.demo.world import World
from lingting.kernel.clocks.services import sweep
from lingting.kernel.notices.models import Notice
from lingting.kernel.procedures import services
from lingting.kernel.procedures.models import Procedure, Run, RunState, StepRun, StepState
from lingting.kernel.procedures.selectors import run_figures, runs_of, shown_run, step_figures, steps_for
from lingting.kernel.procedures.tests.conftest import THING, Things
from lingting.kernel.questionnaires.services import BadAnswers
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.models import Entry

HOUR = timedelta(hours=1)


def begin(world: World, now: datetime, *, pk: int = 1) -> Run:
    return services.start_run("complaint", subject_kind=THING, subject_id=pk, account=world.team_leader, now=now)


def step(run: Run, key: str) -> StepRun:
    return run.steps.select_related("clock", "assignee", "step").get(step__key=key, state=StepState.OPEN)


def open_keys(run: Run) -> set[str]:
    return set(run.steps.filter(state=StepState.OPEN).values_list("step__key", flat=True))


def done(run: Run, key: str, by: Any, now: datetime, **more: Any) -> StepRun:
    return services.complete_step(step(run, key).pk, account=by, now=now, **more)


def to_approval(world: World, now: datetime, *, amount: int) -> Run:
    run = begin(world, now)
    done(run, "classify", world.newcomer, now, outcome="normal")
    done(run, "plan", world.newcomer, now, answers={"amount": amount})
    return run


def told(run: Run) -> list[str]:
    return list(
        Entry.objects.filter(subject_type="procedures.run", subject_id=run.pk).order_by("id").values_list("kind", flat=True)
    )


def test_a_run_opens_its_first_step_for_whoever_has_the_case_and_starts_once(
    procedure: Procedure, world: World, now: datetime
) -> None:
    run = begin(world, now)
    first = step(run, "classify")
    assert first.assignee == world.newcomer and first.clock is not None and first.clock.due_at == now + HOUR
    assert begin(world, now) == run and told(run) == ["RunStarted", "StepStarted"]
    assert Notice.objects.get(account=world.newcomer, code="procedures.step_given").params["step"] == "分类"


def test_answers_choose_the_way_and_the_small_amount_needs_no_approval(procedure: Procedure, world: World, now: datetime) -> None:
    run = to_approval(world, now, amount=99)
    assert open_keys(run) == {"answer"}
    done(run, "answer", world.newcomer, now + HOUR)
    run.refresh_from_db()
    assert (run.state, run.ending, run.ended_at) == (RunState.DONE, "answered", now + HOUR)
    assert told(run)[-2:] == ["StepCompleted", "RunFinished"]
    stored = Entry.objects.get(kind="StepCompleted", subject_id=run.pk, data__step="plan")
    assert stored.data["answers"] == {"amount": 99} and stored.data["outcome"] == "cheap"


def test_wrong_answers_change_nothing(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    done(run, "classify", world.newcomer, now, outcome="normal")
    with pytest.raises(BadAnswers):
        done(run, "plan", world.newcomer, now, answers={"note": "没有金额"})
    assert open_keys(run) == {"plan"}
    with pytest.raises(services.WrongOutcome):
        services.complete_step(begin(world, now, pk=2).steps.get().pk, outcome="nonsense", account=world.newcomer, now=now)


@pytest.mark.parametrize(("amount", "leader_may"), [(500, True), (501, False)])
def test_an_approval_is_for_the_rank_that_its_amount_needs(
    procedure: Procedure, world: World, now: datetime, amount: int, leader_may: bool
) -> None:
    run = to_approval(world, now, amount=amount)
    asked = step(run, "approve")
    with pytest.raises(services.NotOfRank):
        services.decide_step(asked.pk, is_approved=True, account=world.newcomer, now=now)
    if not leader_may:
        with pytest.raises(services.NotOfRank) as refused:
            services.decide_step(asked.pk, is_approved=True, account=world.team_leader, now=now)
        assert "40" in str(refused.value) and "501.00" in str(refused.value)
    who = world.team_leader if leader_may else world.manager
    decided = services.decide_step(asked.pk, is_approved=True, account=who, now=now)
    assert decided.outcome == "approved" and open_keys(run) == {"answer"}


def test_a_rejection_says_why_and_goes_back(procedure: Procedure, world: World, now: datetime) -> None:
    run = to_approval(world, now, amount=300)
    asked = step(run, "approve").pk
    with pytest.raises(services.NoReason):
        services.decide_step(asked, is_approved=False, account=world.team_leader, now=now)
    services.decide_step(asked, is_approved=False, note="金额偏高", account=world.team_leader, now=now)
    assert open_keys(run) == {"plan"}
    done(run, "plan", world.newcomer, now, answers={"amount": 50})
    assert open_keys(run) == {"answer"}, "the latest answer counts"


def test_nobody_approves_what_they_did_themselves(procedure: Procedure, things: Things, world: World, now: datetime) -> None:
    things.owner = world.manager
    run = begin(world, now)
    done(run, "classify", world.manager, now, outcome="normal")
    done(run, "plan", world.manager, now, answers={"amount": 300})
    with pytest.raises(services.OwnWork):
        services.decide_step(step(run, "approve").pk, is_approved=True, account=world.manager, now=now)


def test_both_branches_have_to_come_to_the_join(procedure: Procedure, things: Things, world: World, now: datetime) -> None:
    things.facts = {"tier": "vip"}
    run = to_approval(world, now, amount=10)
    assert open_keys(run) == {"call", "gift"}
    done(run, "gift", world.newcomer, now)
    assert open_keys(run) == {"call"}
    assert [one.passage.step.key for one in shown_run(run, now=now).waiting] == ["meet"]
    done(run, "call", world.team_leader, now)
    assert open_keys(run) == {"answer"} and shown_run(run, now=now).waiting == []


def test_a_step_of_a_role_is_taken_by_one_of_it(procedure: Procedure, things: Things, world: World, now: datetime) -> None:
    things.facts = {"tier": "vip"}
    run = to_approval(world, now, amount=10)
    call = step(run, "call")
    assert call.pk in {one.passage.pk for one in steps_for(world.team_leader, now=now)}
    assert call.pk not in {one.passage.pk for one in steps_for(world.newcomer, now=now)}
    with pytest.raises(services.NotYours):
        services.take_step(call.pk, account=world.newcomer, now=now)
    services.take_step(call.pk, account=world.team_leader, now=now)
    assert services.take_step(call.pk, account=world.team_leader, now=now).assignee == world.team_leader
    back = services.reassign_step(call.pk, to=None, account=world.team_leader, now=now)
    assert back.assignee is None
    with pytest.raises(services.NotYours):
        services.reassign_step(step(run, "gift").pk, to=world.newcomer, account=world.knowledge_editor, now=now)


def test_a_skip_needs_leave_and_a_reason(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    first = step(run, "classify").pk
    with pytest.raises(services.MustNotSkip):
        services.skip_step(first, reason=" ", outcome="normal", account=world.newcomer, now=now)
    services.skip_step(first, reason="客户已说明", outcome="normal", account=world.newcomer, now=now)
    with pytest.raises(services.MustNotSkip):
        services.skip_step(step(run, "plan").pk, reason="急", account=world.newcomer, now=now)
    assert "StepSkipped" in told(run)


def test_a_late_step_is_told_and_counted(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    sweep(now=now + 2 * HOUR)
    assert Notice.objects.filter(account=world.newcomer, code="procedures.step_late").count() == 1
    done(run, "classify", world.newcomer, now + 3 * HOUR, outcome="invalid")
    done(run, "answer", world.newcomer, now + 3 * HOUR + timedelta(minutes=30))
    figures = {one.step_key: one for one in step_figures(procedure, since=now, until=now + 9 * HOUR)}
    assert figures["classify"].late_share == 1 and figures["classify"].median_seconds == 3 * 3600
    assert figures["answer"].late_share == 0 and figures["answer"].timed == 1
    whole = run_figures(procedure, since=now, until=now + 9 * HOUR)
    assert (whole.started, whole.finished, whole.running, whole.median_seconds) == (1, 1, 0, 3.5 * 3600)


def test_a_cancelled_run_cancels_its_steps_and_their_clocks(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    first = step(run, "classify")
    services.cancel_run(run.pk, reason="重复", account=world.team_leader, now=now)
    services.cancel_run(run.pk, reason="again", account=world.team_leader, now=now)
    first.refresh_from_db()
    assert first.state == StepState.CANCELLED and first.clock is not None and first.clock.state == "cancelled"
    with pytest.raises(services.AlreadyDone):
        services.complete_step(first.pk, outcome="normal", account=world.newcomer, now=now)
    assert begin(world, now).pk != run.pk


def test_a_pause_of_the_run_holds_its_limits(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    assert services.pause_run(run.pk, reason="waiting-customer", actor=world.newcomer.as_actor, now=now) == 1
    assert sweep(now=now + 99 * HOUR).breached == 0
    services.resume_run(run.pk, actor=world.newcomer.as_actor, now=now + 99 * HOUR)
    assert step(run, "classify").clock.due_at == now + 100 * HOUR


def test_steps_follow_the_case_to_its_new_owner(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    assert services.hand_over_steps(THING, 1, to_id=world.experienced.pk, actor=SYSTEM, now=now) == 1
    assert step(run, "classify").assignee == world.experienced
    assert services.hand_over_steps(THING, 1, to_id=world.experienced.pk, actor=SYSTEM, now=now) == 0


def test_a_published_version_is_frozen_by_the_database(procedure: Procedure, world: World, now: datetime) -> None:
    version = procedure.versions.get()
    with pytest.raises(services.Frozen):
        services.remove_step(version.steps.first())
    for change in (
        lambda: version.steps.update(title_zh="改"), lambda: version.steps.first().outcomes.all().delete(),
        lambda: procedure.versions.update(state="draft"), lambda: version.delete(),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_run_keeps_its_version_until_it_is_moved(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    draft = services.draft_from(procedure, now=now)
    assert services.draft_from(procedure, now=now) == draft
    classify = draft.steps.get(key="classify")
    classify.key, classify.limit_minutes = "sort", 30
    classify.save()
    services.publish_version(draft, note="改名", actor=world.manager, now=now)
    run.refresh_from_db()
    assert run.version.number == 1 and begin(world, now, pk=2).version.number == 2
    preview = services.preview_migration(run, version=draft)
    assert not preview.is_possible and "sort" in {choice.key for choice in preview.steps[0].choices}
    assert "call" not in {choice.key for choice in preview.steps[0].choices}, "not into a parallel part"
    with pytest.raises(services.NotMapped):
        services.migrate_run(run.pk, version=draft, account=world.manager, now=now)
    services.migrate_run(run.pk, version=draft, mapping={"classify": "sort"}, account=world.manager, now=now + HOUR / 4)
    moved = step(run, "sort")
    assert moved.clock.due_at == now + HOUR / 2 and moved.assignee == world.newcomer
    done(run, "sort", world.newcomer, now + HOUR, outcome="normal")
    assert step(run, "plan").step.version == draft


def test_open_branches_move_with_their_fork_and_still_join(
    procedure: Procedure, things: Things, world: World, now: datetime
) -> None:
    things.facts = {"tier": "vip"}
    run = to_approval(world, now, amount=10)
    done(run, "gift", world.newcomer, now)
    draft = services.draft_from(procedure, now=now)
    services.publish_version(draft, note="", actor=world.manager, now=now)
    services.migrate_run(run.pk, version=draft, account=world.manager, now=now)
    done(run, "call", world.team_leader, now)
    assert open_keys(run) == {"answer"} and step(run, "answer").step.version == draft


def test_reading_the_runs_of_a_subject_costs_few_queries(
    procedure: Procedure, world: World, now: datetime, django_assert_max_num_queries
) -> None:
    to_approval(world, now, amount=10)
    with django_assert_max_num_queries(6):
        (run,) = runs_of(THING, 1)
        shown = shown_run(run, now=now)
    assert [one.passage.step.key for one in shown.done] == ["classify", "plan"]
    assert [one.outcome_label for one in shown.done] == ["一般", "无需审批"]
    assert shown.open[0].clock is not None and shown.open[0].clock.look == "running"


@pytest.mark.django_db(transaction=True)
def test_two_who_complete_one_step_at_once_one_wins_and_the_other_is_told(
    procedure: Procedure, world: World, now: datetime
) -> None:
    run = begin(world, now)
    first, outcomes, barrier = step(run, "classify").pk, [], threading.Barrier(2)

    def complete(account: Any) -> None:
        try:
            barrier.wait(5)
            services.complete_step(first, outcome="normal", account=account, now=now)
            outcomes.append("won")
        except services.AlreadyDone as refused:
            outcomes.append(str(refused))
        finally:
            connections.close_all()

    people = [world.newcomer, world.manager]
    threads = [threading.Thread(target=complete, args=[account]) for account in people]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    assert outcomes.count("won") == 1 and len(outcomes) == 2
    assert any("林晓" in outcome or world.manager.display_name in outcome for outcome in outcomes if outcome != "won")
    assert run.steps.filter(step__key="plan").count() == 1
    connection.ensure_connection()
