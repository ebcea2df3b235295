"""Days played by the simulator: the promise is kept as often as asked, and with one agent less it is not."""

import numpy as np
import pytest

from lingting.science.erlang import BadFigureError, Target, performance
from lingting.science.staffing import (
    DemandPaths,
    Promise,
    outlook,
    required_agents,
    simulated_outlook,
    simulated_requirement,
)

PROMISE = Promise(service_level=0.8, within_seconds=20, met_share=0.85)


def small_days(*, paths: int = 40) -> DemandPaths:
    day = np.random.default_rng(3).lognormal(0.0, 0.1, (paths, 1))
    return DemandPaths(calls=day * [15.0, 30.0, 20.0, 10.0], handling_seconds=180.0, patience_seconds=120.0)


def test_one_agent_less_in_any_interval_breaks_the_promise() -> None:
    demand = small_days()
    found = simulated_requirement(demand, promise=PROMISE, seed=4, runs=80)

    assert found.is_feasible()
    assert (found.met_share_one_less < PROMISE.met_share).all()
    for place in range(4):
        less = found.agents - (np.arange(4) == place)
        days = simulated_outlook(demand, agents=less, service_level=0.8, within_seconds=20, seed=4, runs=80)
        assert days.met_share[place : place + 2].min() < PROMISE.met_share


def test_chance_within_the_interval_makes_a_sure_forecast_unsure() -> None:
    demand = DemandPaths(calls=[[30.0, 30.0, 30.0]], handling_seconds=180.0, patience_seconds=120.0)
    target = Target(service_level=0.8, within_seconds=20)
    need = required_agents(demand, target=target, met_share=0.9)
    assert (outlook(demand, agents=need.agents, target=target).met_share == 1.0).all()
    days = simulated_outlook(demand, agents=need.agents, service_level=0.8, within_seconds=20, seed=1, runs=150)
    assert (days.met_share < 0.9).any()


def test_long_steady_intervals_reach_the_service_level_of_the_formula() -> None:
    demand = DemandPaths(calls=[[600.0, 600.0]], handling_seconds=180.0, patience_seconds=120.0, interval_seconds=6 * 3600.0)
    days = simulated_outlook(demand, agents=6, service_level=0.8, within_seconds=20, seed=2, runs=12)
    formula = performance(demand.traffic, agents=6).service_level(20)[0, 0]
    assert days.service_level == pytest.approx(formula, abs=0.03)


def test_days_that_cannot_be_played_are_refused() -> None:
    two = DemandPaths(calls=[[10.0, 10.0]], handling_seconds=[[100.0, 200.0]])
    with pytest.raises(BadFigureError, match="handling_seconds must be the same"):
        simulated_outlook(two, agents=2, service_level=0.8, within_seconds=20, seed=1, runs=2)
    with pytest.raises(BadFigureError, match="somebody on duty"):
        simulated_outlook(small_days(), agents=0, service_level=0.8, within_seconds=20, seed=1, runs=2)
    with pytest.raises(BadFigureError, match="met_share"):
        Promise(service_level=0.8, within_seconds=20, met_share=1.5)
