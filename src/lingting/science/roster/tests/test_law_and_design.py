"""Labour law as data, candidate shifts, and the benchmark's text format."""

from __future__ import annotations

import pytest

from lingting.science.roster import CHINA, Break, Problem, RosterError, Shift, ShiftRule, Stop, candidate_shifts, solve
from lingting.science.roster.curtois import problem_of
from lingting.science.roster.model import Person

TEXT = """
SECTION_HORIZON
2
SECTION_SHIFTS
D,480,
L,480,D
SECTION_STAFF
A,D=2|L=1,960,480,5,1,1,1
B,D=1|L=0,480,0,5,1,1,1
SECTION_DAYS_OFF
B,1
SECTION_SHIFT_ON_REQUESTS
A,0,L,3
SECTION_SHIFT_OFF_REQUESTS
B,0,D,2
SECTION_COVER
0,D,1,100,1
1,D,1,100,1
"""


def test_an_instance_of_the_benchmark_is_read_and_solved():
    roster = solve(problem_of(TEXT), stop=Stop(steps=50), seed=1)
    assert roster.price.total == 3.0
    assert roster.is_optimal
    assert [roster.shift_of("A", day=day) for day in (0, 1)] == ["D", "D"]


def test_a_text_of_another_format_is_refused():
    with pytest.raises(RosterError, match="format"):
        problem_of("SECTION_HORIZON\n14\n")


def test_full_time_in_china_is_forty_hours_with_a_day_of_rest():
    contract = CHINA.contract("full time", days=28)
    assert (contract.max_week_minutes, contract.max_minutes, contract.max_week_shifts) == (2400, 9600, 6)
    more = CHINA.contract("with overtime", days=28, overtime=True)
    assert more.max_minutes == 9600 + int(2160 * 4 / (52 / 12))
    assert more.max_week_minutes == 6 * 660


def test_a_shift_longer_than_the_law_allows_is_refused():
    CHINA.check_shift(Shift("long", 480, 660))
    with pytest.raises(RosterError, match="China"):
        CHINA.check_shift(Shift("too long", 480, 675))


def test_every_week_of_a_chinese_roster_has_its_day_of_rest():
    problem = Problem(7, (Shift("short", 480, 240),), (Person("林晓", CHINA.contract("full", days=7)),), hour_price=-1.0)
    roster = solve(problem, stop=Stop(steps=20), seed=1)
    assert int((roster.plan.shifts >= 0).sum()) == 6


def test_rules_make_the_shifts_they_allow_and_no_other():
    meal = Break(60, 180, 240)
    rule = ShiftRule("early", 360, 480, 60, (480, 540), (meal,), latest_end=960)
    names = [shift.name for shift in candidate_shifts([rule])]
    assert names == ["early 06:00+480", "early 06:00+540", "early 07:00+480", "early 07:00+540", "early 08:00+480"]
    night = candidate_shifts([ShiftRule("night", 1320, 1320, 60, (480,))])[0]
    assert night.is_night
    split = candidate_shifts([ShiftRule("split", 480, 480, 60, (660,), gaps=((240, 120),))])[0]
    assert split.paid_minutes == 540


def test_a_rule_whose_breaks_do_not_fit_is_refused():
    with pytest.raises(RosterError, match="no shift"):
        candidate_shifts([ShiftRule("short", 480, 480, 60, (120,), (Break(60, 90, 120),))])
