"""People for a distribution of demand: as sure as asked, and one less is not."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lingting.science.erlang import BadFigureError, Target, Traffic, least_agents, performance
from lingting.science.staffing import DemandPaths, outlook, required_agents

TARGET = Target(service_level=0.8, within_seconds=20)


def noisy_paths(*, seed: int, paths: int = 40, intervals: int = 4, patience: float = np.inf) -> DemandPaths:
    random = np.random.default_rng(seed)
    day = random.lognormal(0.0, 0.2, (paths, 1))
    calls = 120.0 * day * random.lognormal(0.0, 0.1, (paths, intervals))
    handling = 200.0 * random.lognormal(0.0, 0.05, (paths, intervals))
    return DemandPaths(calls=calls, handling_seconds=handling, patience_seconds=patience)


@settings(max_examples=25, deadline=None)
@given(seed=some.integers(0, 10_000), share=some.floats(0.05, 1.0), patience=some.sampled_from([np.inf, 90.0]))
def test_enough_people_for_the_share_of_paths_asked_for_and_one_less_is_not(seed: int, share: float, patience: float) -> None:
    demand = noisy_paths(seed=seed, patience=patience)
    found = required_agents(demand, target=TARGET, met_share=share)

    assert found.is_feasible()
    assert (found.met_share_one_less < share).all()
    figures = outlook(demand, agents=found.agents, target=TARGET)
    assert figures.met_share == pytest.approx(found.met_share)
    less = outlook(demand, agents=np.maximum(found.agents - 1, 0), target=TARGET)
    assert (less.met_share < share).all()


def test_one_certain_path_is_the_plain_requirement() -> None:
    calls = np.array([[100.0, 0.0, 250.0]])
    found = required_agents(DemandPaths(calls=calls, handling_seconds=180), target=TARGET, met_share=0.9)
    plain = least_agents(Traffic(calls=calls[0], handling_seconds=180), target=TARGET, allow_idle=True)
    assert found.agents.tolist() == plain.tolist() == found.agents_of_mean.tolist()
    assert found.agents[1] == 0


def test_more_certainty_takes_more_people_and_certainty_costs_more_than_the_mean() -> None:
    demand = noisy_paths(seed=7, paths=400)
    needed = [required_agents(demand, target=TARGET, met_share=share).agents for share in (0.5, 0.8, 0.95, 1.0)]
    assert all((more >= less).all() for less, more in itertools.pairwise(needed))
    sure = required_agents(demand, target=TARGET, met_share=0.95)
    assert (sure.agents > sure.agents_of_mean).all()
    assert "the mean demand alone would ask for" in sure.explain()


def test_quantiles_become_paths_that_have_them() -> None:
    levels = [0.1, 0.5, 0.9]
    calls = np.array([[80.0, 0.0], [100.0, 10.0], [130.0, 30.0]])
    demand = DemandPaths.from_quantiles(levels, calls=calls, handling_seconds=180, paths=1000)
    assert np.quantile(np.asarray(demand.calls), levels, axis=0) == pytest.approx(calls, abs=0.2)
    found = required_agents(demand, target=TARGET, met_share=0.9)
    at_quantile = least_agents(Traffic(calls=calls[2], handling_seconds=180), target=TARGET)
    assert found.agents.tolist() == at_quantile.tolist()


def test_the_outlook_weights_intervals_by_their_calls() -> None:
    calls = np.array([[100.0, 20.0], [140.0, 20.0]])
    demand = DemandPaths(calls=calls, handling_seconds=180, patience_seconds=120)
    figures = outlook(demand, agents=[12, 4], target=TARGET)
    level = performance(demand.traffic, agents=[12, 4]).service_level(20)
    assert figures.service_level == pytest.approx((calls * level).sum(axis=0) / calls.sum(axis=0))
    assert figures.period_levels == pytest.approx((calls * level).sum(axis=1) / calls.sum(axis=1))
    assert figures.period_met_share == np.mean(figures.period_levels >= 0.8)


def test_overloaded_and_unmanned_intervals_serve_nobody_in_time() -> None:
    demand = DemandPaths(calls=[[100.0, 100.0, 0.0]], handling_seconds=180)
    figures = outlook(demand, agents=[10, 0, 0], target=TARGET)
    assert figures.service_level.tolist() == [0.0, 0.0, 1.0]
    assert figures.met_share.tolist() == [0.0, 0.0, 1.0]


def test_paths_and_quantiles_that_mean_nothing_are_refused() -> None:
    with pytest.raises(BadFigureError, match="interval \\(1, 0\\)"):
        DemandPaths(calls=[[10.0, 10.0], [-1.0, 10.0]], handling_seconds=180)
    with pytest.raises(BadFigureError, match="first axis"):
        DemandPaths(calls=10.0, handling_seconds=180)
    with pytest.raises(BadFigureError, match="fall where the levels rise"):
        DemandPaths.from_quantiles([0.2, 0.8], calls=[[50.0], [40.0]], handling_seconds=180)
    with pytest.raises(ValueError, match="service level"):
        outlook(noisy_paths(seed=1), agents=10, target=Target(occupancy=0.8))
