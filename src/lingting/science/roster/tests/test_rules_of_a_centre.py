"""Night company, team days, meetings, split shifts, fairness: real constraints, each seen to bind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lingting.science.roster import (
    Break,
    Contract,
    Cover,
    Demand,
    Ledger,
    Meeting,
    NoRosterError,
    Person,
    Problem,
    RosterError,
    Shift,
    Stop,
    TeamDay,
    Wish,
    solve,
    violations,
)

STOP = Stop(steps=60)
DAY = Shift("day", 480, 480, breaks=(Break(60, 180, 300),))
NIGHT = Shift("night", 1320, 480, is_night=True)
FREE = Contract("free")


def people(*names: str, contract: Contract = FREE, **more) -> tuple[Person, ...]:
    return tuple(Person(name, contract, **more) for name in names)


def test_one_person_asked_for_at_night_gets_company_or_nobody_comes():
    nights = (Cover(0, "night", 1, under_price=10.0, over_price=4.0),)
    problem = Problem(2, (NIGHT,), people("林晓", "周敏"), covers=nights)

    alone = solve(problem, stop=STOP, seed=1)
    safe = solve(replace(problem, night_company=2), stop=STOP, seed=1)
    dear = solve(replace(problem, night_company=2, covers=(replace(nights[0], over_price=40.0),)), stop=STOP, seed=1)

    assert (alone.plan.shifts[:, 0] >= 0).sum() == 1
    assert (safe.plan.shifts[:, 0] >= 0).sum() == 2
    assert (dear.plan.shifts[:, 0] >= 0).sum() == 0
    assert "night company" in {item.rule for item in violations(replace(problem, night_company=2), alone.plan)}


def test_nights_keep_company_under_demand_by_interval():
    required = np.zeros((1, 3 * 24), np.int64)
    required[0, [23, 24, 47, 48]] = 1
    demand = Demand(("phone",), required, (5.0,), idle_price=0.1, interval_minutes=60)
    crew = people("林晓", "周敏", "何怡宁", skills=frozenset({"phone"}))
    roster = solve(Problem(3, (NIGHT,), crew, demand=demand, night_company=2), stop=Stop(steps=3), seed=1)
    assert roster.is_feasible(), roster.explain()
    assert set((roster.plan.shifts >= 0).sum(axis=0).tolist()) <= {0, 2, 3}


def test_a_team_day_brings_the_whole_team_on_the_day_it_costs_least():
    crew = people("林晓", "周敏", team="blue")
    wishes = (Wish("林晓", 1, 9.0, is_wanted=False),)
    problem = Problem(3, (DAY,), crew, wishes=wishes, team_days=(TeamDay("blue", (1, 2)),), hour_price=1.0)
    roster = solve(problem, stop=STOP, seed=1)
    assert (roster.plan.shifts[:, 2] == 0).all()
    assert roster.is_feasible()
    without = solve(replace(problem, team_days=()), stop=STOP, seed=1)
    assert "team day" in {item.rule for item in violations(problem, without.plan)}


def test_a_team_day_that_no_day_allows_is_refused_with_the_team_named():
    crew = (Person("林晓", FREE, team="blue", fixed=((1, None),)), Person("周敏", FREE, team="blue"))
    with pytest.raises(NoRosterError, match="blue"):
        solve(Problem(2, (DAY,), crew, team_days=(TeamDay("blue", (1,)),)), stop=STOP, seed=1)


def test_meetings_lie_in_working_time_outside_breaks_and_of_each_other_in_slack():
    required = np.zeros((1, 24), np.int64)
    required[0, 8:12] = 2
    required[0, 13:15] = 2
    demand = Demand(("phone",), required, (5.0,), interval_minutes=60)
    crew = people("林晓", "周敏", skills=frozenset({"phone"}), must_work=frozenset({0}))
    talks = (Meeting("coaching", ("林晓",), 60, (0, 0)), Meeting("team", ("林晓", "周敏"), 60, (0, 0)))
    roster = solve(Problem(1, (DAY,), crew, demand=demand, meetings=talks), stop=Stop(steps=3), seed=1)
    assert roster.is_feasible(), roster.explain()
    assert {name: start for name, _, start in roster.plan.meetings}.keys() == {"coaching", "team"}
    assert sorted(start for _, _, start in roster.plan.meetings)[-1] == 900
    assert roster.price.total == pytest.approx(roster.standing.value)


def test_a_meeting_nobody_has_time_for_is_left_out_at_its_price():
    talk = Meeting("training", ("林晓",), 600, (0, 1), price=70.0)
    roster = solve(Problem(2, (DAY,), people("林晓"), meetings=(talk,)), stop=STOP, seed=1)
    assert roster.plan.meetings == ()
    assert roster.price.meetings == 70.0


def test_the_hole_of_a_split_shift_serves_nobody():
    split = Shift("split", 480, 600, gap=(240, 120))
    required = np.zeros((1, 24), np.int64)
    required[0, 8:18] = 1
    demand = Demand(("phone",), required, (5.0,), interval_minutes=60)
    crew = people("林晓", skills=frozenset({"phone"}))
    roster = solve(Problem(1, (split,), crew, demand=demand), stop=Stop(steps=2), seed=1)
    assert np.flatnonzero(roster.staffing().short[0]).tolist() == [12, 13]
    assert roster.shares()[0].minutes == 480


def test_who_carried_more_nights_is_spared():
    crew = (Person("林晓", FREE, ledger=Ledger(nights=2)), Person("周敏", FREE, ledger=Ledger(nights=-2)))
    cover = (Cover(0, "night", 1, 10.0, 10.0),)
    roster = solve(Problem(1, (NIGHT,), crew, covers=cover, fairness_price=1.0), stop=STOP, seed=1)
    assert roster.shift_of("周敏", day=0) == "night"
    assert roster.shift_of("林晓", day=0) is None


def test_the_wish_of_whom_was_refused_before_weighs_more():
    crew = (Person("林晓", FREE), Person("周敏", FREE, ledger=Ledger(refused_wishes=3)))
    wishes = tuple(Wish(person.name, 0, 5.0, is_wanted=False) for person in crew)
    roster = solve(Problem(1, (DAY,), crew, wishes=wishes, covers=(Cover(0, "day", 1, 9.0, 1.0),)), stop=STOP, seed=1)
    assert roster.shift_of("周敏", day=0) is None


def test_rules_that_contradict_each_other_are_refused_by_name():
    stuck = Person("林晓", Contract("much", min_minutes=960, max_week_shifts=1))
    with pytest.raises(NoRosterError, match="林晓"):
        solve(Problem(2, (DAY,), (stuck,)), stop=STOP, seed=1)


def test_times_off_the_grid_of_the_demand_are_refused():
    demand = Demand(("phone",), np.zeros((1, 24), np.int64), (5.0,), interval_minutes=60)
    with pytest.raises(RosterError, match="grid"):
        Problem(1, (Shift("odd", 490, 480),), people("林晓"), demand=demand)


def test_the_same_seed_and_steps_give_the_same_roster():
    random = np.random.default_rng(3)
    demand = Demand(("phone",), random.integers(0, 4, (1, 7 * 24)), (5.0,), idle_price=1.0, interval_minutes=60)
    crew = people("林晓", "周敏", "何怡宁", skills=frozenset({"phone"}), contract=Contract("five", max_week_shifts=5))
    problem = Problem(7, (DAY, replace(DAY, name="late", start=720)), crew, demand=demand)
    first, second = (solve(problem, stop=Stop(steps=3), seed=5) for _ in range(2))
    assert np.array_equal(first.plan.shifts, second.plan.shifts)
    assert np.array_equal(first.plan.breaks, second.plan.breaks)


def test_a_gap_that_is_good_enough_stops_the_search_and_progress_never_worsens():
    told = []
    crew = people("林晓", "周敏")
    covers = tuple(Cover(day, "day", 1, 10.0, 1.0) for day in range(7))
    roster = solve(Problem(7, (DAY,), crew, covers=covers), stop=Stop(steps=60, gap=0.5), seed=1, progress=told.append)
    assert [one.price for one in told] == sorted((one.price for one in told), reverse=True)
    assert roster.bound <= roster.price.total
