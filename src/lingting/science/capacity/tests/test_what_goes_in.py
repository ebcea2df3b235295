"""Demand, workload, ramp and leaving: published figures, closed forms and what they were drawn from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.science.capacity import (
    CapacityError,
    Event,
    LeadTime,
    Leaving,
    LongDemand,
    Ramp,
    RampShape,
    Workload,
    staying_curve,
)
from lingting.science.erlang import Target, Traffic, least_agents

SEASON = (1.2, 0.9, 1.0, 1.0, 0.9, 1.0, 1.1, 1.0, 0.9, 1.0, 1.0, 1.0)
WORK = Workload(
    day_shape=[1, 4, 6, 3],
    handling_seconds=240,
    target=Target(service_level=0.8, within_seconds=20),
    productive_hours=110,
    interval_seconds=3600,
    patience_seconds=120,
)

# Freireich et al. 1963, remission under 6-MP in weeks, the example of most textbooks on survival.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_the_middle_of_demand_grows_as_said_and_its_spread_with_the_years() -> None:
    demand = LongDemand(monthly_contacts=10_000, yearly_growth=0.1, growth_deviation=0.05, seasonality=SEASON)
    paths = demand.sample(months=60, paths=4000, seed=1)
    years = (np.arange(60) + 0.5) / 12
    middle = 10_000 * np.tile(SEASON, 5) * 1.1**years
    assert np.abs(np.median(paths, axis=0) / middle - 1).max() < 0.02
    spread = np.log(paths).std(axis=0)
    assert spread[0] < 0.06 < 0.2 < spread[59]
    assert (demand.sample(months=60, paths=4000, seed=1) == paths).all()


def test_what_history_was_made_of_is_found_again() -> None:
    made = LongDemand(monthly_contacts=5000, yearly_growth=0.06, seasonality=SEASON, growth_deviation=0, first_month=4)
    history = made.sample(months=60, paths=1, seed=3)[0]
    found = LongDemand.fitted(history, first_month=4)
    assert abs(found.yearly_growth - 0.06) < 3 * found.growth_deviation + 0.02
    assert np.abs(np.array(found.seasonality) - np.array(SEASON)).max() < 0.08
    assert found.first_month == 4
    assert abs(found.monthly_contacts / (5000 * 1.06**5) - 1) < 0.15


def test_an_event_touches_its_months_on_its_share_of_the_paths() -> None:
    event = Event(name="campaign", month=3, factor=2.0, lasts_months=2, chance=0.5)
    calm = LongDemand(monthly_contacts=100, growth_deviation=0, drift_deviation=0, month_deviation=0, events=(event,))
    paths = calm.sample(months=8, paths=1000, seed=1)
    assert (paths[:, [0, 1, 2, 5, 6, 7]] == 100).all()
    assert set(np.unique(paths[:, 3:5])) == {100.0, 200.0}
    assert abs((paths[:, 3] == 200).mean() - 0.5) < 0.05


def test_people_are_hours_of_the_formula_over_hours_of_a_person() -> None:
    contacts = 21_280.0
    share = np.array([1, 4, 6, 3]) / 14 / 30.4
    traffic = Traffic(calls=contacts * share, handling_seconds=240, interval_seconds=3600, patience_seconds=120)
    agents = least_agents(traffic, target=WORK.target)
    assert WORK.people(contacts) == pytest.approx(agents.sum() * 30.4 / 110)
    assert WORK.peak_agents(contacts) == agents.max()


def test_levels_in_between_are_near_solving_each_month() -> None:
    contacts = np.linspace(20_000, 80_000, 57)
    each = np.array([float(WORK.people(one)) for one in contacts])
    assert np.abs(WORK.people(contacts) / each - 1).max() < 0.05
    assert abs(WORK.people(contacts).sum() / each.sum() - 1) < 0.005


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_more_contacts_never_need_fewer_people(contacts: list[float]) -> None:
    people = WORK.people(sorted(contacts))
    assert (np.diff(people) >= -1e-9).all()
    assert float(WORK.people(0.0)) == 0.0


@pytest.mark.parametrize("shape", [RampShape.EXPONENTIAL, RampShape.S])
def test_a_ramp_starts_and_ends_where_it_says(shape: RampShape) -> None:
    ramp = Ramp(start=0.55, full_after_months=3, shape=shape)
    assert ramp.productivity([-0.1, 0.0, 3.0, 9.0]) == pytest.approx([0.0, 0.55, 1.0, 1.0])
    assert (np.diff(ramp.productivity(np.linspace(0, 4, 50))) >= 0).all()
    months = ramp.by_month(8, training_months=1.5)
    assert months[0] == 0 and 0 < months[1] < 0.5 and months[5:] == pytest.approx(1.0)


@pytest.mark.parametrize("shape", [RampShape.EXPONENTIAL, RampShape.S])
def test_a_ramp_is_found_again(shape: RampShape) -> None:
    rng = np.random.default_rng(2)
    made = Ramp(start=0.5, full_after_months=4, shape=shape)
    months = rng.uniform(0, 8, 300)
    found = Ramp.fitted(months, productivity=made.productivity(months) + rng.normal(0, 0.03, 300), shape=shape)
    assert found.start == pytest.approx(0.5, abs=0.04)
    assert found.full_after_months == pytest.approx(4, abs=0.8)


def test_a_stepped_ramp_takes_its_stages() -> None:
    ramp = Ramp(full_after_months=3, shape=RampShape.STEPPED, steps=(0.5, 0.7, 0.9))
    assert ramp.productivity([0, 0.9, 1.1, 2.5, 3.0]) == pytest.approx([0.5, 0.5, 0.7, 0.9, 1.0])
    rng = np.random.default_rng(4)
    months = rng.uniform(0, 6, 400)
    found = Ramp.fitted(months, productivity=ramp.productivity(months), shape=RampShape.STEPPED)
    assert found.steps[:2] == pytest.approx((0.5, 0.7), abs=0.02)


def test_kaplan_and_meier_on_the_textbook_s_example() -> None:
    curve = staying_curve(WEEKS, has_left=ENDED)
    assert curve.months.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.share == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=6e-4)
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.at(5) == 1.0 and curve.at(12) == pytest.approx(0.753, abs=6e-4)
    assert ((curve.low < curve.share) & (curve.share < curve.high)).all()


def test_the_hazard_is_leavers_over_time_at_risk() -> None:
    found = Leaving.fitted([1.0, 2.0, 5.0, 8.0], has_left=[1, 0, 1, 0], from_months=(0, 3))
    assert found.leavers == (1, 1) and found.exposure == (9.0, 7.0)
    assert found.monthly == pytest.approx((1 - np.exp(-1 / 9), 1 - np.exp(-1 / 7)))
    assert "1 left in 9" in found.explain()


def test_people_still_there_do_not_bend_the_estimate() -> None:
    rng = np.random.default_rng(5)
    stays = rng.exponential(20.0, 4000)
    seen_for = rng.uniform(0, 30, 4000)
    found = Leaving.fitted(np.minimum(stays, seen_for), has_left=stays <= seen_for, from_months=(0, 6, 12))
    assert found.monthly == pytest.approx([1 - np.exp(-1 / 20)] * 3, rel=0.12)
    assert Leaving.yearly(0.3).staying(12)[-1] == pytest.approx(0.7)


def test_late_entry_counts_only_time_under_observation() -> None:
    found = Leaving.fitted([10.0, 12.0], has_left=[1, 0], from_months=(0, 6), since=[4.0, 0.0])
    assert found.exposure == (8.0, 10.0)


def test_lead_time_gives_lateness_and_delays() -> None:
    lead = LeadTime.observed([4, 6, 6, 12])
    assert (lead.within(0.75), lead.late_share(6), lead.late_share(12)) == (6.0, 0.25, 0.0)
    assert lead.delays(6).tolist() == [0.75, 0.0, 0.25]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: LongDemand.fitted([1.0] * 10, first_month=1), "24 months"),
        (lambda: LongDemand(monthly_contacts=float("nan")), "monthly_contacts"),
        (lambda: Leaving((0.1, 0.2), (0,)), "piece"),
        (lambda: LeadTime((4.0,), (0.5,)), "sum"),
        (lambda: staying_curve([3.0], has_left=[0]), "Nobody has left"),
        (lambda: Ramp(start=1.4), "start"),
    ],
)
def test_a_refusal_names_the_part(wrong: object, said: str) -> None:
    with pytest.raises(CapacityError, match=said):
        wrong()  # type: ignore[operator]
