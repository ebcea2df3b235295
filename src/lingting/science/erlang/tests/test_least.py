"""The least agents: enough, and one less is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lingting.science.erlang import (
    ServiceLevelVariant,
    Target,
    Traffic,
    UnreachableTargetError,
    fractional_agents,
    least_agents,
    least_lines,
    performance,
)

targets = some.one_of(
    some.builds(
        Target,
        service_level=some.floats(0.05, 0.99),
        within_seconds=some.floats(0.0, 300.0),
        variant=some.sampled_from(list(ServiceLevelVariant)),
    ),
    some.builds(Target, mean_wait_seconds=some.floats(0.01, 600.0)),
    some.builds(Target, answer_speed_seconds=some.floats(0.05, 600.0)),
    some.builds(Target, occupancy=some.floats(0.05, 0.99)),
    some.builds(Target, waiting_probability=some.floats(0.001, 0.9)),
)


@settings(deadline=None)
@given(
    target=targets,
    loads=some.lists(some.floats(0.01, 800.0), min_size=1, max_size=6),
    patience=some.sampled_from([np.inf, 600.0, 60.0]),
)
def test_the_least_agents_meet_the_target_and_one_less_does_not(target: Target, loads: list[float], patience: float) -> None:
    traffic = Traffic(calls=np.array(loads) * 10.0, handling_seconds=180.0, patience_seconds=patience)
    needed = least_agents(traffic, target=target)

    assert target.is_met_by(performance(traffic, agents=needed)).all()
    fewest = np.floor(traffic.load) + 1 if np.isinf(patience) else np.ones(len(loads))
    fewer = np.flatnonzero(needed > fewest)
    if fewer.size:
        less = performance(traffic.selected(fewer), agents=needed[fewer] - 1)
        assert not target.is_met_by(less).any()


def test_all_figures_of_a_target_hold_at_once() -> None:
    traffic = Traffic(calls=100, handling_seconds=180, patience_seconds=180)
    alone = [
        Target(service_level=0.8, within_seconds=20),
        Target(occupancy=0.7),
        Target(abandonment=0.01),
        Target(mean_wait_seconds=5),
    ]
    together = Target(service_level=0.8, within_seconds=20, occupancy=0.7, abandonment=0.01, mean_wait_seconds=5)
    assert least_agents(traffic, target=together) == max(least_agents(traffic, target=one) for one in alone)


def test_targets_may_differ_by_interval_and_queue() -> None:
    traffic = Traffic(calls=[[100.0, 200.0, 300.0]], handling_seconds=180)
    target = Target(service_level=[[0.8], [0.95]], within_seconds=20)
    needed = least_agents(traffic, target=target)
    assert needed.shape == (2, 3)
    assert (needed[1] > needed[0]).all()
    single = least_agents(Traffic(calls=200, handling_seconds=180), target=Target(service_level=0.95, within_seconds=20))
    assert needed[1, 1] == single


def test_limited_lines_meet_a_blocking_ceiling_or_say_they_cannot() -> None:
    traffic = Traffic(calls=[100, 100], handling_seconds=180, lines=[20, 10])
    with pytest.raises(UnreachableTargetError, match="interval 1") as refusal:
        least_agents(traffic, target=Target(blocking=0.01))
    assert refusal.value.intervals == ((1,),)
    first = traffic.selected(np.array([0]))
    needed = least_agents(first, target=Target(blocking=0.01))
    assert performance(first, agents=needed).blocking <= 0.01
    assert performance(first, agents=needed - 1).blocking > 0.01


def test_intervals_without_calls_need_nobody_when_that_is_allowed() -> None:
    night = Traffic(calls=[0, 100, 0], handling_seconds=180)
    needed = least_agents(night, target=Target(service_level=0.8, within_seconds=20), allow_idle=True)
    assert needed.tolist() == [0, 14, 0]


@settings(deadline=None)
@given(load=some.floats(0.001, 5000.0), blocking=some.floats(1e-6, 0.9))
def test_least_lines_is_the_inverse_of_erlang_b(load: float, blocking: float) -> None:
    lines = int(least_lines(load, blocking=blocking))
    limited = Traffic(calls=load, interval_seconds=1, handling_seconds=1, lines=max(lines, 1))
    assert performance(limited, agents=max(lines, 1)).blocking <= blocking * (1 + 1e-9)
    if lines > 1:
        fewer = Traffic(calls=load, interval_seconds=1, handling_seconds=1, lines=lines - 1)
        assert performance(fewer, agents=lines - 1).blocking > blocking * (1 - 1e-9)


@settings(deadline=None)
@given(
    loads=some.lists(some.floats(0.01, 300.0), min_size=1, max_size=5),
    level=some.floats(0.1, 0.98),
    patience=some.sampled_from([np.inf, 120.0]),
)
def test_fractional_agents_round_up_to_the_least_agents(loads: list[float], level: float, patience: float) -> None:
    traffic = Traffic(calls=np.array(loads) * 10.0, handling_seconds=180.0, patience_seconds=patience)
    target = Target(service_level=level, within_seconds=20)
    exact = fractional_agents(traffic, target=target)
    assert np.ceil(exact - 1e-9).tolist() == least_agents(traffic, target=target).tolist()
    assert target.is_met_by(performance(traffic, agents=exact)).all()
