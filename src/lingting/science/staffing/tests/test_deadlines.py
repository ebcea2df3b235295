"""Work with deadlines: the window condition, the clock-by-clock plan and brute force say the same."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lingting.science.erlang import BadFigureError, UnreachableTargetError
from lingting.science.staffing import (
    WorkDue,
    backlog_plan,
    fewest_agents,
    least_even_agents,
    smoothest_agents,
    work_due,
)

lots = some.lists(some.tuples(some.integers(0, 7), some.integers(0, 5), some.integers(0, 5000)), min_size=1, max_size=10)


def work_of(rows: list[tuple[int, int, int]], *, intervals: int = 8) -> WorkDue:
    first, span, seconds = (np.array(column) for column in zip(*rows, strict=True))
    return WorkDue(seconds=seconds, from_interval=first, by_interval=first + span, intervals=intervals, interval_seconds=1800.0)


@settings(deadline=None)
@given(rows=lots, agents=some.lists(some.integers(0, 3), min_size=8, max_size=8))
def test_the_window_condition_and_the_plan_in_order_of_deadline_agree(
    rows: list[tuple[int, int, int]], agents: list[int]
) -> None:
    work = work_of(rows)
    plan = backlog_plan(work, agents=agents)
    assert plan.is_feasible() == bool((plan.late == 0.0).all())
    assert plan.worked.sum() + plan.backlog[-1] == pytest.approx(work.seconds.sum())
    assert (plan.worked <= np.array(agents) * 1800.0 + 1e-9).all()


@settings(deadline=None)
@given(rows=lots)
def test_the_least_even_agents_keep_every_deadline_and_one_less_does_not(rows: list[tuple[int, int, int]]) -> None:
    work = work_of(rows)
    agents = least_even_agents(work)
    assert backlog_plan(work, agents=agents).is_feasible()
    if agents:
        assert not backlog_plan(work, agents=agents - 1).is_feasible()


@settings(deadline=None)
@given(rows=lots)
def test_the_smoothest_plan_holds_without_waste_and_peaks_no_higher_than_need_be(
    rows: list[tuple[int, int, int]],
) -> None:
    work = work_of(rows)
    agents = smoothest_agents(work)
    assert backlog_plan(work, agents=agents).is_feasible()
    due = work.by_interval < work.intervals
    assert agents.sum() * 1800.0 == pytest.approx(work.seconds[due].sum(), abs=1e-6)
    assert np.ceil(agents.max() - 1e-9) == least_even_agents(work)


@settings(max_examples=40, deadline=None)
@given(
    rows=some.lists(some.tuples(some.integers(0, 4), some.integers(0, 3), some.integers(0, 4000)), min_size=1, max_size=5),
    open_intervals=some.lists(some.booleans(), min_size=5, max_size=5),
)
def test_the_fewest_agents_are_those_of_brute_force(rows: list[tuple[int, int, int]], open_intervals: list[bool]) -> None:
    work = work_of(rows, intervals=5)
    choices = [range(3) if is_open else range(1) for is_open in open_intervals]
    totals = [sum(plan) for plan in product(*choices) if backlog_plan(work, agents=list(plan)).is_feasible()]
    if not totals:
        with pytest.raises(UnreachableTargetError):
            fewest_agents(work, most=2, open_intervals=open_intervals)
        return
    agents = fewest_agents(work, most=2, open_intervals=open_intervals)
    assert backlog_plan(work, agents=agents).is_feasible()
    assert agents.sum() == min(totals)
    assert (agents[~np.array(open_intervals)] == 0).all()


def test_promises_by_the_clock_and_in_working_time() -> None:
    items = np.array([0.0, 12.0, 0.0, 0.0, 0.0, 0.0])
    clock = work_due(items, handling_seconds=300, within_intervals=2, interval_seconds=1800)
    open_only = work_due(
        items,
        handling_seconds=300,
        within_intervals=2,
        interval_seconds=1800,
        is_counted=[True, True, False, False, True, True],
    )
    at = np.flatnonzero(clock.seconds)
    assert (clock.from_interval[at], clock.by_interval[at]) == (2, 3)
    assert open_only.by_interval[np.flatnonzero(open_only.seconds)] == 5
    assert clock.seconds[at] == 3600.0


def test_two_promises_share_the_same_people() -> None:
    soon = work_due([10, 10, 10, 10], handling_seconds=360, within_intervals=1, interval_seconds=1800)
    later = work_due([10, 0, 0, 0], handling_seconds=360, within_intervals=3, interval_seconds=1800)
    assert least_even_agents(soon) == 2
    assert least_even_agents(soon + later) == 3
    assert "Every deadline holds" in backlog_plan(soon + later, agents=3).explain()


def test_idle_time_of_call_agents_counts_as_time_for_cases() -> None:
    work = work_due([10, 10, 10, 10], handling_seconds=360, within_intervals=1, interval_seconds=1800)
    assert least_even_agents(work, besides=[0, 1.2, 1.2, 1.2]) == 1


def test_the_failing_window_is_named_with_what_is_missing() -> None:
    work = work_due([0, 20, 0, 0], handling_seconds=360, within_intervals=1, interval_seconds=1800)
    plan = backlog_plan(work, agents=1)
    assert not plan.is_feasible()
    assert (plan.tightest.first, plan.tightest.last) == (2, 2)
    assert plan.late[2] == pytest.approx(plan.tightest.missing_seconds) == pytest.approx(5400.0)
    assert "1.5 hours are missing" in plan.explain()


def test_work_due_while_everything_is_closed_is_refused() -> None:
    work = work_due([10, 0, 0, 0], handling_seconds=360, within_intervals=1, interval_seconds=1800)
    for planner in (least_even_agents, smoothest_agents):
        with pytest.raises(UnreachableTargetError, match="between interval 1 and 1"):
            planner(work, open_intervals=[True, False, True, True])


def test_lots_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(BadFigureError, match="by_interval less from_interval"):
        WorkDue(seconds=[1.0], from_interval=[3], by_interval=[2], intervals=5, interval_seconds=1800.0)
