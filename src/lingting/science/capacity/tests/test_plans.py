"""The cheapest plan: brute force on small cases, properties, and what it promises on fresh paths."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.science.capacity import (
    CapacityError,
    Classes,
    Effort,
    Group,
    Hiring,
    LeadTime,
    Leaving,
    Prices,
    Ramp,
    Site,
    cheapest_plan,
    judged_plan,
    play,
)
from lingting.science.capacity.cheapest import cheapest_classes, yield_of

BEGINS = date(2027, 1, 1)
AT_ONCE = LeadTime((0.0,), (1.0,))
SMALL = Hiring(lead=AT_ONCE, class_size=(1, 3), most_classes=1, training_weeks=2, mentor_share=0.05, leaving=Leaving((0.1,)))
EXACT = Effort(gap=0.0, nodes=100_000)


def group_of(required: object, **own: object) -> Group:
    paths = np.atleast_2d(np.asarray(required, dtype=np.float64))
    return Group(**({"name": "hotline", "required": paths, "hiring": SMALL} | own))  # type: ignore[arg-type]


def brute_force(group: Group, need: np.ndarray) -> float:
    """Cost of the cheapest of all plans of one class a month, those that miss least."""
    expected, least, cheapest = yield_of(group, people_a_seat=1.0), np.inf, np.inf
    for people in product(range(4), repeat=need.size):
        missing = float(np.maximum(need - np.array(people) @ expected.worth, 0).sum())
        cost = float(np.array(people) @ expected.cost + group.prices.class_ * np.count_nonzero(people))
        if missing < least - 1e-6 or (missing < least + 1e-6 and cost < cheapest):
            least, cheapest = min(least, missing), cost
    return cheapest


@given(st.lists(st.floats(0, 4), min_size=4, max_size=4), st.floats(0.0, 6.0), st.floats(0.0, 3.0))
@settings(max_examples=25, deadline=None)
def test_the_optimiser_finds_what_trying_all_plans_finds(need: list[float], class_price: float, hire: float) -> None:
    group = group_of([need], prices=Prices(pay=1.0, hire=hire, class_=class_price))
    found = cheapest_classes((group,), needs=np.array([need]), sites=(), effort=EXACT)
    assert found.cost == pytest.approx(brute_force(group, np.array(need)), abs=1e-4)
    assert found.bound <= found.cost + 1e-6


@given(st.lists(st.floats(0, 8), min_size=6, max_size=6), st.floats(0.0, 0.15), st.floats(0.0, 0.15))
@settings(max_examples=20, deadline=None)
def test_more_leavers_never_need_fewer_hires(required: list[float], leave: float, more: float) -> None:
    hires = []
    for chance in (leave, leave + more):
        hiring = replace(SMALL, class_size=(1, 12), mentor_share=0.0, leaving=Leaving((chance,)))
        group = group_of([required], hiring=hiring, tenures=[30.0] * 4, prices=Prices(pay=0.0, hire=1.0))
        today = yield_of(group, people_a_seat=1.0).today
        need = np.maximum(np.array([required]) - today, 0.0)
        found = cheapest_classes((group,), needs=need, sites=(), effort=EXACT)
        hires.append((round(float(found.missing.sum()), 4), int(found.classes[0].people.sum())))
    assert hires[0] <= hires[1]


def test_no_demand_no_hires() -> None:
    plan = cheapest_plan([group_of(np.zeros((20, 12)), tenures=[5.0] * 3)], begins=BEGINS, seed=1)
    assert not plan.of("hotline").classes.people.any()
    assert (plan.of("hotline").met.seen == 1).all() and plan.classes == ()


@given(
    st.lists(st.integers(0, 9), min_size=8, max_size=8),
    st.lists(st.floats(0, 40), max_size=20),
    st.floats(0, 0.4),
    st.integers(0, 2**31),
)
@settings(max_examples=30, deadline=None)
def test_people_neither_appear_nor_vanish(starts: list[int], tenures: list[float], leave: float, seed: int) -> None:
    hiring = replace(SMALL, class_size=(1, 9), lead=LeadTime((2.0, 9.0), (0.6, 0.4)), leaving=Leaving((leave, 0.02), (0, 7)))
    group = group_of(np.zeros((5, 8)), tenures=tenures, hiring=hiring)
    people = np.array(starts)
    seen = play(group, classes=Classes(people, (people > 0).astype(np.int64)), paths=5, seed=seed)
    before = np.concatenate((np.full((5, 1), len(tenures)), (seen.headcount - seen.leavers)[:, :-1]), axis=1)
    assert (seen.headcount == before + seen.starts).all()
    assert (seen.productive <= seen.headcount + 1e-9).all()
    assert (seen.starts.sum(axis=1) <= people.sum()).all()


def test_what_is_played_is_what_is_expected_on_average() -> None:
    group = group_of(
        np.zeros((1, 10)), hiring=replace(SMALL, lead=LeadTime((1.0, 8.0), (0.5, 0.5)), washout=0.1), tenures=[2.0] * 5
    )
    people = np.array([0, 0, 0, 3, 0, 0, 2, 0, 0, 0])
    seen = play(group, classes=Classes(people, (people > 0).astype(np.int64)), paths=20_000, seed=3)
    expected = yield_of(group, people_a_seat=1.0)
    assert seen.headcount.mean(axis=0) == pytest.approx(expected.today + people @ expected.head, abs=0.05)


@pytest.fixture(scope="module")
def growing() -> Group:
    rng = np.random.default_rng(6)
    drift = np.exp(np.cumsum(rng.normal(0.01, 0.03, (600, 24)), axis=1))
    hiring = Hiring(lead=LeadTime((3.0, 5.0, 8.0), (0.3, 0.5, 0.2)), class_size=(4, 10), leaving=Leaving((0.05, 0.02), (0, 6)))
    prices = Prices(pay=9000, hire=3000, class_=15_000, seat=800, equipment=5000, revenue=10)
    tenures = rng.uniform(0, 48, 55).tolist()
    return Group(name="hotline", required=drift * 45, contacts=drift * 40_000, tenures=tenures, hiring=hiring, prices=prices)


def test_the_plan_keeps_its_promise_on_paths_it_was_not_planned_on(growing: Group) -> None:
    plan = cheapest_plan([growing], begins=BEGINS, seed=1, met_share=0.85)
    outlook = plan.of("hotline")
    assert plan.is_feasible() and outlook.met.paths == 300
    assert not outlook.missing.any()
    assert plan.proof is not None and 0 <= plan.proof.gap <= plan.proof.whole_gap < 0.3
    nobody = judged_plan([growing], classes={}, begins=BEGINS, seed=1)
    assert nobody.of("hotline").met.seen[-1] < 0.2


def test_the_same_seed_gives_the_same_plan(growing: Group) -> None:
    one, two = (cheapest_plan([growing], begins=BEGINS, seed=4) for _ in range(2))
    assert one.classes == two.classes and one.explain() == two.explain()
    assert (one.of("hotline").played.headcount == two.of("hotline").played.headcount).all()


def test_requisitions_are_raised_early_enough(growing: Group) -> None:
    plan = cheapest_plan([growing], begins=BEGINS, seed=1, met_share=0.85)
    assert plan.classes
    for one in plan.classes:
        assert BEGINS <= one.requisition < one.starts < one.ready
        assert one.late <= growing.hiring.most_late_share
        assert growing.hiring.class_size[0] <= one.people <= growing.hiring.class_size[1]


def test_money_adds_up(growing: Group) -> None:
    budget = judged_plan([growing], classes={}, begins=BEGINS, seed=1, sites=(Site(name="site"),)).of("hotline").budget
    assert budget.pay[0] == pytest.approx(55 * 9000) and budget.seats[0] == pytest.approx(55 / 1.3 * 800)
    assert budget.cost == pytest.approx(budget.pay + budget.seats)
    assert 0 < budget.revenue[-1] < growing.paths[:, -1].mean() / 45 * 40_000 * 10


def test_seats_and_rooms_of_a_site_bind_all_its_groups() -> None:
    need = np.full((1, 8), 6.0)
    hiring = replace(SMALL, class_size=(1, 6), leaving=Leaving((0.0,)), mentor_share=0.0, training_weeks=0, ramp=Ramp(start=1.0))
    both = [group_of(need, name=name, hiring=hiring, site="north") for name in ("one", "two")]
    free = cheapest_plan(both, begins=BEGINS, seed=1)
    tight = cheapest_plan(both, begins=BEGINS, seed=1, sites=[Site(name="north", seats=8, people_a_seat=1.0)])
    in_turn = cheapest_plan(both, begins=BEGINS, seed=1, sites=[Site(name="north", rooms=1)])
    assert sum(outlook.classes.people.sum() for outlook in free.outlooks) == 12
    assert tight.seats()["north"].max() <= 8
    assert sum(outlook.missing[-1] for outlook in tight.outlooks) == pytest.approx(4.0)
    assert (sum(outlook.classes.classes for outlook in in_turn.outlooks) <= 1).all()


def test_what_no_hiring_can_bring_is_said() -> None:
    hiring = replace(SMALL, lead=LeadTime((8.0,), (1.0,)), class_size=(1, 12), leaving=Leaving((0.0,)), mentor_share=0.0)
    plan = cheapest_plan([group_of(np.full((2, 8), 5.0), hiring=hiring)], begins=BEGINS, seed=1)
    outlook = plan.of("hotline")
    assert outlook.missing[:2] == pytest.approx([5.0, 5.0]) and outlook.missing[-1] < 0.1
    assert "no hiring brings these people in time: 2027-01 (5.0), 2027-02 (5.0)" in plan.explain()


def test_groups_of_different_length_are_refused() -> None:
    with pytest.raises(CapacityError, match="same number of paths and months"):
        cheapest_plan([group_of(np.ones((2, 3))), group_of(np.ones((2, 4)), name="other")], begins=BEGINS, seed=1)
    with pytest.raises(CapacityError, match="name of its own"):
        cheapest_plan([group_of(np.ones((2, 3)))] * 2, begins=BEGINS, seed=1)
