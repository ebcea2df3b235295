"""Small problems against all rosters there are, counted by the independent checker."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lingting.science.roster import (
    Break,
    Contract,
    Cover,
    Demand,
    History,
    NoRosterError,
    Person,
    Plan,
    Problem,
    Shift,
    Stop,
    Wish,
    price_of,
    solve,
    violations,
)

QUIET = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
DAYS = 3
EARLY = Shift("early", 360, 480)
LATE = Shift("late", 840, 480)
NIGHT = Shift("night", 1320, 480, is_night=True)

contracts = st.builds(
    Contract,
    name=st.just("any"),
    max_minutes=st.sampled_from([None, 960, 1440]),
    min_minutes=st.sampled_from([0, 480, 960]),
    max_week_shifts=st.sampled_from([None, 2, 3]),
    max_shifts_of=st.sampled_from([(), (("late", 1),), (("early", 2), ("late", 0))]),
    min_rest_minutes=st.sampled_from([0, 660]),
    max_consecutive=st.sampled_from([None, 2, 3]),
    min_consecutive=st.sampled_from([1, 2]),
    min_consecutive_off=st.sampled_from([1, 2]),
    max_weekends=st.sampled_from([None, 0, 1]),
    max_nights=st.sampled_from([None, 1]),
)
histories = st.sampled_from(
    [None, History(days_off=1), History(days_worked=1, last_shift="late"), History(days_worked=2, last_shift="early")]
)
days = st.integers(0, DAYS - 1)


@st.composite
def problems(draw, shifts):
    people = tuple(
        Person(name, draw(contracts), leave=draw(st.frozensets(days, max_size=1)), history=draw(histories))
        for name in ("林晓", "周敏")
    )
    wish = st.builds(
        Wish,
        person=st.sampled_from(["林晓", "周敏"]),
        day=days,
        weight=st.integers(1, 5).map(float),
        shift=st.sampled_from([None, shifts[0].name]),
        is_wanted=st.booleans(),
    )
    cover = st.builds(
        Cover,
        day=days,
        shift=st.sampled_from([shift.name for shift in shifts]),
        required=st.integers(0, 2),
        under_price=st.integers(1, 9).map(float),
        over_price=st.integers(0, 3).map(float),
    )
    return Problem(
        DAYS,
        shifts,
        people,
        wishes=tuple(draw(st.lists(wish, max_size=4))),
        covers=tuple(draw(st.lists(cover, max_size=6))),
        first_weekday=draw(st.integers(0, 6)),
        night_company=draw(st.sampled_from([1, 2])),
    )


def rows_of(problem: Problem, number: int) -> list[tuple[int, ...]]:
    alone = replace(problem, people=(problem.people[number],), wishes=(), night_company=1, keep={})
    every = product(range(-1, len(problem.shifts)), repeat=problem.days)
    return [row for row in every if not violations(alone, Plan(np.array([row])))]


def cheapest(problem: Problem) -> float:
    rows = [rows_of(problem, number) for number in range(len(problem.people))]
    least = float("inf")
    for choice in product(*rows):
        plan = Plan(np.array(choice))
        price = price_of(problem, plan).total
        if price < least and not violations(problem, plan):
            least = price
    return least


@QUIET
@given(problem=problems((EARLY, LATE)))
def test_two_shifts_are_solved_to_the_best_of_all_rosters(problem):
    _compare(problem)


@QUIET
@given(problem=problems((EARLY, NIGHT)))
def test_nights_with_company_are_solved_to_the_best_of_all_rosters(problem):
    _compare(problem)


def _compare(problem: Problem) -> None:
    best = cheapest(problem)
    if best == float("inf"):
        with pytest.raises(NoRosterError):
            solve(problem, stop=Stop(steps=200), seed=1)
        return
    roster = solve(problem, stop=Stop(steps=200), seed=1)
    assert roster.is_feasible(), roster.explain()
    assert roster.price.total == pytest.approx(best)
    assert roster.is_optimal


@settings(QUIET, max_examples=12)
@given(data=st.data())
def test_demand_by_interval_lies_between_its_bound_and_is_never_better_than_the_best_of_all_rosters(data):
    problem = _with_demand(data)
    try:
        roster = solve(problem, stop=Stop(steps=3), seed=1)
    except NoRosterError:
        assert not all(rows_of(replace(problem, demand=None), number) for number in range(2))
        return
    best = _cheapest_with_breaks(problem)
    assert roster.is_feasible(), roster.explain()
    assert roster.bound <= best + 1e-6
    assert roster.price.total >= best - 1e-6
    assert roster.price.total == pytest.approx(roster.standing.value)


def _with_demand(data) -> Problem:
    pause = (Break(60, 120, 180, is_paid=True),)
    shifts = (Shift("early", 360, 480, pause), Shift("late", 600, 480, pause))
    skills = st.sampled_from([frozenset({"phone"}), frozenset({"chat"}), frozenset({"phone", "chat"})])
    people = tuple(Person(name, data.draw(contracts), skills=data.draw(skills)) for name in ("林晓", "周敏"))
    required = np.zeros((2, 3 * 24), np.int64)
    for skill, hour, count in data.draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 71), st.integers(1, 2)), max_size=12)
    ):
        required[skill, hour] = count
    demand = Demand(("phone", "chat"), required, (5.0, 3.0), idle_price=1.0, interval_minutes=60)
    return Problem(3, shifts, people, demand=demand)


def _cheapest_with_breaks(problem: Problem) -> float:
    """Breaks of a person matter to a day only: the best of all is the best over rows with the best breaks of each day."""
    plain = replace(problem, demand=None)
    rows = [rows_of(plain, number) for number in range(2)]
    by_day: dict[tuple[int, int, int], float] = {}
    least = float("inf")
    for one, two in product(*rows):
        total = 0.0
        for day in range(problem.days):
            key = (day, one[day], two[day])
            if key not in by_day:
                by_day[key] = _cheapest_day(problem, *key)
            total += by_day[key]
        least = min(least, total)
    return least


def _cheapest_day(problem: Problem, day: int, one: int, two: int) -> float:
    demand = problem.demand
    hours = slice(day * 24, day * 24 + 24)
    single = replace(problem, days=1, demand=replace(demand, required=demand.required[:, hours]), wishes=(), covers=())
    starts = [(120, 180) if shift >= 0 else (-1,) for shift in (one, two)]
    plans = [Plan(np.array([[one], [two]]), np.array([[[a]], [[b]]])) for a, b in product(*starts)]
    return min(price_of(single, plan).total for plan in plans)
