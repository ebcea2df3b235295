"""Swaps, refused wishes and re-rostering."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lingting.science import simulate
from lingting.science.roster import (
    Break,
    Contract,
    Cover,
    Demand,
    Meeting,
    Person,
    Plan,
    Problem,
    Roster,
    Shift,
    Stop,
    Wish,
    changes,
    check_swap,
    price_of,
    reroster,
    solve,
    why_not,
)

STOP = Stop(steps=60)
EARLY, LATE = Shift("early", 360, 480), Shift("late", 840, 480)
TIRED = Contract("rested", min_rest_minutes=660, max_week_shifts=4)


@pytest.fixture(scope="module")
def roster() -> Roster:
    random = np.random.default_rng(7)
    crew = tuple(
        Person(name, TIRED, skills=frozenset({skill}))
        for name, skill in (("林晓", "phone"), ("周敏", "chat"), ("何怡宁", "phone"))
    )
    demand = Demand(("phone", "chat"), random.integers(0, 3, (2, 7 * 24)), (5.0, 3.0), idle_price=1.0, interval_minutes=60)
    wishes = (Wish("林晓", 2, 4.0, is_wanted=False), Wish("周敏", 3, 2.0, "late"))
    return solve(Problem(7, (EARLY, LATE), crew, wishes=wishes, demand=demand), stop=Stop(steps=3), seed=1)


def test_a_swap_costs_what_counting_the_swapped_roster_anew_says(roster):
    for day in range(7):
        found = check_swap(roster, "林晓", "周敏", day=day)
        shifts = roster.plan.shifts.copy()
        shifts[[0, 1], day] = shifts[[1, 0], day]
        breaks = roster.plan.breaks.copy()
        breaks[[0, 1], day] = breaks[[1, 0], day]
        swapped = price_of(roster.problem, Plan(shifts, breaks)).total
        assert found.price_change == pytest.approx(swapped - roster.price.total)
    assert roster.standing.value == pytest.approx(roster.price.total)


def test_a_swap_that_breaks_the_rest_says_so():
    crew = (Person("林晓", TIRED), Person("周敏", TIRED))
    plan = Plan(np.array([[1, -1, -1], [-1, 0, -1]]))
    problem = Problem(3, (EARLY, LATE), crew)
    held = Roster(problem, plan, price_of(problem, plan), 0.0, 0.0)
    found = check_swap(held, "林晓", "周敏", day=1)
    assert [item.rule for item in found.violations] == ["rest"]
    assert "rests 480 of 660" in found.explain()


def test_why_not_names_the_rule_that_binds():
    crew = (Person("林晓", TIRED, leave=frozenset({4})), Person("周敏", TIRED, fixed=((0, "late"),)))
    roster = solve(Problem(7, (EARLY, LATE), crew), stop=STOP, seed=1)
    assert why_not(roster, "林晓", day=4, shift="early").binding == ("leave on that day",)
    assert why_not(roster, "周敏", day=1, shift="early").binding == ("the rest between two shifts", "another fixed day")


def test_why_not_prices_what_could_be_granted():
    crew = (Person("林晓", TIRED), Person("周敏", TIRED))
    wishes = (Wish("林晓", 0, 3.0, is_wanted=False), Wish("周敏", 0, 5.0, is_wanted=False))
    problem = Problem(2, (EARLY,), crew, wishes=wishes, covers=(Cover(0, "early", 1, 20.0, 1.0),))
    roster = solve(problem, stop=STOP, seed=1)
    answer = why_not(roster, "林晓", day=0, shift=None, stop=STOP)
    assert answer.binding == ()
    assert answer.price_change == pytest.approx(17.0)
    assert answer.after_others == pytest.approx(2.0)
    assert "+17.0" in answer.explain()


def test_a_granted_row_costs_what_counting_it_anew_says(roster):
    answer = why_not(roster, "何怡宁", day=1, shift="late")
    assert answer.row[1] == "late"
    assert answer.price_change >= -1e-9
    assert roster.standing.value == pytest.approx(roster.price.total)


def test_sickness_changes_little_and_leaves_the_frozen_days():
    crew = tuple(Person(name, TIRED) for name in ("林晓", "周敏", "何怡宁"))
    covers = tuple(Cover(day, "early", 1, 20.0, 2.0) for day in range(7))
    old = solve(Problem(7, (EARLY,), crew, covers=covers), stop=STOP, seed=1)
    busy = next(person.name for person in crew if old.shift_of(person.name, day=3))
    new = reroster(old, change_price=3.0, stop=STOP, seed=1, frozen_days=2, absent={busy: frozenset({3})})
    moved = changes(old, new)
    assert new.is_feasible()
    assert new.shift_of(busy, day=3) is None
    assert all(change.day >= 2 for change in moved)
    assert len(moved) == 2
    assert new.price.under == 0.0
    assert new.price.changes == 3.0


def test_a_dear_change_keeps_the_old_roster_under_a_new_demand():
    crew = tuple(Person(name, TIRED) for name in ("林晓", "周敏"))
    covers = (Cover(0, "early", 1, 5.0, 1.0),)
    old = solve(Problem(2, (EARLY,), crew, covers=covers), stop=STOP, seed=1)
    wanted = replace(old.problem, covers=(replace(covers[0], required=2),))
    assert changes(old, reroster(old, problem=wanted, change_price=50.0, stop=STOP, seed=1)) == ()
    assert len(changes(old, reroster(old, problem=wanted, change_price=1.0, stop=STOP, seed=1))) == 1


def test_duty_spans_are_who_the_floor_counts() -> None:
    pause = Break(60, 120, 300)
    shifts = (Shift("day", 480, 540, (pause,)), Shift("split", 420, 720, (), gap=(240, 180)))
    crew = tuple(Person(name, TIRED, skills=frozenset({"phone"})) for name in ("林晓", "周敏"))
    demand = Demand(("phone",), np.ones((1, 7 * 24), np.int64), (5.0,), interval_minutes=60)
    meeting = Meeting("coaching", ("林晓", "周敏"), 60, (0, 6))

    found = solve(Problem(7, shifts, crew, demand=demand, meetings=(meeting,)), stop=Stop(steps=3), seed=1)

    on_duty = np.zeros(7 * 24, int)
    for person in ("林晓", "周敏"):
        for begin, end in found.duty_spans(person):
            on_duty[int(begin) // 3600 : int(end) // 3600] += 1
    assert np.array_equal(on_duty, found.staffing().on_duty)
    assert found.plan.meetings and on_duty.sum() == 2 * 4 * 8 - 2 + _split_hours(found)


def _split_hours(roster: Roster) -> int:
    """Hours of split shifts beyond the eight of a day shift."""
    return int((roster.plan.shifts == 1).sum())


def test_a_roster_is_played_by_the_simulator(roster: Roster) -> None:
    people = tuple(
        simulate.Person(person.name, dict.fromkeys(sorted(person.skills), 1), spans=roster.duty_spans(person.name))
        for person in roster.problem.people
    )
    calls = tuple(
        simulate.Contact(
            skill, skill, arrivals=simulate.PoissonArrivals([6.0] * 168, 3600.0), handling=simulate.Exponential(300.0)
        )
        for skill in ("phone", "chat")
    )

    played = simulate.simulate(
        simulate.Scenario(calls, people, horizon_seconds=7 * 86400.0, interval_seconds=3600.0), seed=1, runs=1
    )

    staffed = np.asarray(played.figure(simulate.Figure.STAFFED, by="interval").mean)
    on_duty = roster.staffing().on_duty
    assert (staffed[:168] >= on_duty - 1e-9).all() and on_duty.sum() > 0
    assert staffed.sum() < on_duty.sum() + 5, "only who finishes a call stays longer"
