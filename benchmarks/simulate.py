"""`science.simulate`: speed beside Ciw, agreement with Erlang C and A, and the replay of a real month.

Speed counts processor time of this process, drawing and counting included, compiling not. Needs numba for
the targets; Ciw only for its row; the replay needs `LINGTING_DATA`. What is absent is named and does not
count. Run: `python benchmarks/simulate.py`.
"""

import sys
import time

import numpy as np
from simulate_bank_log import by_day, data_file, read_calls
from simulate_replay import SPLITS, cross_validated, errors, folds_of

from lingting.science.erlang import Traffic, performance
from lingting.science.simulate import (
    NEVER_GIVES_UP,
    Contact,
    Exponential,
    Figure,
    LogNormal,
    NotCompiledError,
    Person,
    PoissonArrivals,
    Relaxation,
    Scenario,
    simulate,
    team,
)
from lingting.science.simulate.compiled import compiled_run

HOUR = 3600.0
SINGLE_TARGET, MULTI_TARGET = 500_000, 100_000
REPLAY_TARGET = 0.10
CONFIDENCE = 0.99
GRID = [
    (agents, load, patience)
    for agents in (2, 5, 20, 50)
    for load in (0.6, 0.8, 0.9, 1.05)
    for patience in (None, 60.0, 180.0)
    if patience or load < 0.85
]


def single_skill(hours: int, *, patience: float | None = 120.0) -> Scenario:
    """48 calls a minute of one minute each for 50 agents: the textbook's centre."""
    calls = Contact(
        "calls",
        "service",
        handling=Exponential(60.0),
        patience=Exponential(patience) if patience else NEVER_GIVES_UP,
        arrivals=PoissonArrivals([2880] * hours, HOUR),
    )
    return Scenario((calls,), team(50, queues={"service": 1}), horizon_seconds=hours * HOUR, interval_seconds=HOUR)


def multi_skill(hours: int) -> Scenario:
    """Six sorts of calls in four queues, six skills at three levels, VIPs, relaxation after 30 s, 120
    different agents.
    """
    rng = np.random.default_rng(5)
    names = ("mandarin", "cantonese", "english", "refund", "technical", "vip")
    wants = (
        ({"mandarin": 1}, 0, 0.35),
        ({"mandarin": 2, "refund": 1}, 0, 0.20),
        ({"cantonese": 1}, 0, 0.10),
        ({"english": 2}, 1, 0.10),
        ({"mandarin": 1, "technical": 2}, 0, 0.20),
        ({"mandarin": 2, "vip": 1}, 5, 0.05),
    )
    contacts = tuple(
        Contact(
            f"calls {number}",
            f"queue {number % 4}",
            handling=LogNormal(180.0, 150.0),
            wrap_up=Exponential(30.0),
            patience=Exponential(180.0),
            priority=priority,
            skills=skills,
            relaxations=(Relaxation(30.0, list(skills)[-1], 1),),
            arrivals=PoissonArrivals([1900 * share] * hours, HOUR),
        )
        for number, (skills, priority, share) in enumerate(wants)
    )
    people = []
    for number in range(120):
        skills = {name: int(rng.integers(1, 4)) for name in names if name == "mandarin" or rng.random() < 0.35}
        queues = {f"queue {place}": int(rng.integers(1, 3)) for place in range(4) if rng.random() < 0.8}
        people.append(Person(number, queues or {"queue 0": 1}, skills))
    return Scenario(contacts, tuple(people), horizon_seconds=hours * HOUR, interval_seconds=HOUR)


def calls_per_second(scenario: Scenario, *, runs: int) -> float:
    """Best of three."""
    best = 0.0
    simulate(scenario, seed=0, runs=1)
    for seed in (1, 2, 3):
        begun = time.process_time()
        seen = simulate(scenario, seed=seed, runs=runs)
        best = max(best, float(seen.sums["offered"].sum()) / (time.process_time() - begun))
    return best


def ciw_calls_per_second() -> float | None:
    """The same single-skill centre in Ciw."""
    try:
        import ciw
    except ImportError:
        return None
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=48 / 60)],
        service_distributions=[ciw.dists.Exponential(rate=1 / 60)],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / 120)],
        number_of_servers=[50],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    begun = time.process_time()
    simulation.simulate_until_max_time(10 * HOUR)
    return len(simulation.get_all_records()) / (time.process_time() - begun)


def misses_on_grid() -> tuple[int, int]:
    """How many of the formulas' figures lie outside the simulation's own 99 % interval, of how many."""
    misses = figures = 0
    for agents, load, patience in GRID:
        calls, hours = agents * load * HOUR / 60.0, 110
        contact = Contact(
            "calls",
            "service",
            handling=Exponential(60.0),
            patience=Exponential(patience) if patience else NEVER_GIVES_UP,
            arrivals=PoissonArrivals([calls] * hours, HOUR),
        )
        scenario = Scenario((contact,), team(agents, queues={"service": 1}), horizon_seconds=hours * HOUR, interval_seconds=HOUR)
        seen = simulate(scenario, seed=11, runs=12)
        known = performance(
            Traffic(calls=calls, interval_seconds=HOUR, handling_seconds=60.0, patience_seconds=patience or np.inf),
            agents=agents,
        )
        expected = {
            Figure.MEAN_WAIT: known.mean_wait_seconds(),
            Figure.SERVICE_LEVEL: known.service_level(20.0),
            Figure.OCCUPANCY: known.occupancy,
        }
        if patience:
            expected[Figure.ABANDONMENT] = known.abandonment
        for name, value in expected.items():
            held = seen.figure(name, intervals=slice(10, None), confidence=CONFIDENCE).holds(float(value))
            misses += not held
            figures += 1
    return misses, figures


def report_speed() -> list[bool]:
    """Two speeds and Ciw's."""
    single = calls_per_second(single_skill(100), runs=5)
    multi = calls_per_second(multi_skill(40), runs=2)
    peer = ciw_calls_per_second()
    print(f"single skill, 50 agents, patience      {single:>12,.0f} calls/s")
    print(f"six skills, 120 agents, priorities     {multi:>12,.0f} calls/s")
    print(f"Ciw, the single-skill centre           {f'{peer:,.0f} calls/s' if peer else 'not installed':>20}")
    if peer:
        print(f"times as fast as Ciw                   {single / peer:>12,.0f}")
    return [
        _verdict("simulate-single", single / SINGLE_TARGET, "1.0", passed=single >= SINGLE_TARGET),
        _verdict("simulate-multi", multi / MULTI_TARGET, "1.0", passed=multi >= MULTI_TARGET),
    ]


def report_agreement() -> bool:
    """The grid: as many misses as 99 % intervals allow (three standard deviations above the expected
    number).
    """
    misses, figures = misses_on_grid()
    allowed = figures * (1 - CONFIDENCE) + 3 * np.sqrt(figures * (1 - CONFIDENCE) * CONFIDENCE)
    print(f"outside their 99 % interval: {misses} of {figures} figures; expected {figures * (1 - CONFIDENCE):.1f}")
    return _verdict("simulate-agreement", misses / allowed, "<=1.0", passed=misses <= allowed)


def report_replay() -> bool:
    """The real month, on days not used for fitting."""
    if not data_file().exists():
        print(f"replay: no data at {data_file()} (set LINGTING_DATA); not run")
        return True
    days = by_day(read_calls(data_file()))
    (folds,) = folds_of(len(days), SPLITS[0])
    truth, seen, chosen = cross_validated(days, folds=folds)
    print(f"{'Anonymous Bank, January 1999':<32}{'happened':>10}{'simulated':>11}{'error':>8}")
    for name, error in errors(truth, seen).items():
        print(f"{name:<32}{truth.figures()[name]:>10.3f}{seen.figures()[name]:>11.3f}{error:>8.1%}")
    print(f"longest after-call gap chosen on the fitting days of each fold: {chosen} s")
    worst = max(map(abs, errors(truth, seen).values()))
    return _verdict("simulate-replay", worst / REPLAY_TARGET, "<=1.0", passed=worst <= REPLAY_TARGET)


def _verdict(name: str, ratio: float, target: str, *, passed: bool) -> bool:
    print(f"{name} ratio={ratio:.2f} target={target} {'PASS' if passed else 'FAIL'}", flush=True)
    return passed


def main() -> int:
    """All parts; 0 if all passed."""
    try:
        compiled_run()
    except NotCompiledError as missing:
        print(f"simulate: {missing}")
        return 1
    results = [*report_speed(), report_agreement(), report_replay()]
    print(f"simulate {sum(results)} of {len(results)} parts {'PASS' if all(results) else 'FAIL'}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
