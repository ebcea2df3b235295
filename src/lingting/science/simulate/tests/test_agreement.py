"""Where a formula knows the answer, the simulation says the same."""

import numpy as np
import pytest

from lingting.science.erlang import Traffic, performance
from lingting.science.simulate import (
    NEVER_GIVES_UP,
    Constant,
    Contact,
    Exponential,
    Figure,
    PoissonArrivals,
    RecordedArrivals,
    Scenario,
    Simulation,
    simulate,
    team,
)

HOUR = 3600.0


def one_queue(
    *, calls: float, handling: float, patience: float | None, agents: int, hours: int, runs: int, seed: int
) -> Simulation:
    contact = Contact(
        "calls",
        "service",
        handling=Exponential(handling),
        arrivals=PoissonArrivals([calls] * hours, HOUR),
        patience=Exponential(patience) if patience else NEVER_GIVES_UP,
    )
    people = team(agents, queues={"service": 1})
    scenario = Scenario((contact,), people, horizon_seconds=hours * HOUR, interval_seconds=HOUR)
    return simulate(scenario, seed=seed, runs=runs)


@pytest.mark.parametrize(
    ("calls", "handling", "patience", "agents"),
    [(50, 180.0, None, 4), (200, 60.0, None, 5), (120, 120.0, 90.0, 4), (60, 300.0, 60.0, 4), (30, 180.0, 600.0, 1)],
)
def test_erlang_c_and_a_lie_within_the_simulations_own_intervals(
    calls: float, handling: float, patience: float | None, agents: int
) -> None:
    seen = one_queue(calls=calls, handling=handling, patience=patience, agents=agents, hours=32, runs=10, seed=1)
    formula = performance(
        Traffic(calls=calls, interval_seconds=HOUR, handling_seconds=handling, patience_seconds=patience or np.inf),
        agents=agents,
    )
    after_warm_up = slice(2, None)
    known = {
        Figure.MEAN_WAIT: formula.mean_wait_seconds(),
        Figure.SERVICE_LEVEL: formula.service_level(20.0),
        Figure.OCCUPANCY: formula.occupancy,
        Figure.QUEUE_LENGTH: formula.queue_length,
    }
    if patience:
        known[Figure.ABANDONMENT] = formula.abandonment
    for name, value in known.items():
        assert seen.figure(name, intervals=after_warm_up, confidence=0.999).holds(float(value)), name


def test_littles_law_joins_wait_and_queue_length() -> None:
    seen = one_queue(calls=120, handling=120.0, patience=90.0, agents=4, hours=10, runs=3, seed=2)
    per_second = seen.figure(Figure.OFFERED).mean / (10 * HOUR)
    assert seen.figure(Figure.QUEUE_LENGTH).mean == pytest.approx(per_second * seen.figure(Figure.MEAN_WAIT).mean)


def test_two_equal_runs_are_equal_and_another_seed_is_not() -> None:
    first, again, other = (
        one_queue(calls=60, handling=60.0, patience=60.0, agents=2, hours=2, runs=2, seed=seed) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first.sums["answered_wait"], again.sums["answered_wait"])
    assert (first.sums["answered_wait"] != other.sums["answered_wait"]).any()


def test_constant_times_give_the_exact_story() -> None:
    contact = Contact(
        "calls",
        "service",
        handling=Constant(100.0),
        wrap_up=Constant(20.0),
        arrivals=RecordedArrivals([0.0, 10.0, 20.0]),
        patience=Constant(105.0),
    )
    scenario = Scenario((contact,), team(1, queues={"service": 1}), horizon_seconds=600.0, interval_seconds=60.0)
    seen = simulate(scenario, seed=0, runs=1, answer_within=(20.0, 110.0), keep_logs=True)
    log = seen.logs[0]
    np.testing.assert_array_equal(log.answered_at, [0.0, np.nan, 120.0])
    np.testing.assert_array_equal(log.gave_up_at, [np.nan, 115.0, np.nan])
    assert seen.figure(Figure.AHT).mean == 120.0
    assert seen.figure(Figure.SERVICE_LEVEL, within_seconds=110.0).mean == pytest.approx(2 / 3)
    assert seen.busy_seconds[0, 0].tolist() == [60.0] * 4 + [0.0] * 6
    assert seen.figure(Figure.OCCUPANCY).mean == pytest.approx(240 / 600)
