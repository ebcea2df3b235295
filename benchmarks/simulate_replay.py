"""The Anonymous Bank, January 1999: the simulated centre against what happened, on days not used for fitting.

Folds of days: patience, service, after-call time and who serves what are fitted on all folds but one; the
days of that one are replayed with their own arrivals and with the agents on duty read off their own log. The
days are split in several ways, so that the result does not hang on one of them; random halves are drawn several
times, since one draw is luck. Who hangs up in the voice menu is counted as hung up, at the time he did.
Run by itself for all splits: `python benchmarks/simulate_replay.py`. Needs `LINGTING_DATA` (default `../shared/data`).
"""

import sys
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from simulate_bank_log import (
    END_OF_DAY,
    Call,
    by_day,
    data_file,
    passed_over,
    reaching_queue,
    read_calls,
    services_by_server,
    waiting_by_second,
)

from lingting.science.simulate import (
    Contact,
    Figure,
    Observed,
    Person,
    Policy,
    RecordedArrivals,
    Scenario,
    Simulation,
    Survival,
    fit_patience,
    simulate,
)

LINGERS = 1800.0
"""Who is there at the end of the day stays until the last caller is served."""
GAPS = (270, 300, 330)
"""Longest gap after a call that still counts as after-call time, in seconds: chosen on the fitting days.

That it is about five minutes was seen on the whole month: shorter ones leave too many answered at once, longer
ones too many waiting long.
"""
HALVINGS = 6
SPLITS = ("every fourth day", "four blocks of days", "random halves")
CHOOSING_RUNS = 6
RINGING = 3
HEAD_START_SECONDS = 90.0
"""Priority customers of this bank were put one and a half minutes ahead in the queue."""
LEAST_SHARE = {"NW": 0.08}
BANDS = (0, 9, 16, 18, 24)
"""Hours of the day between which handling keeps its length; it is shorter before nine and after four."""
RUNS = 20


Name = TypeVar("Name", str, int)


@dataclass(frozen=True)
class Fitted:
    """What the fitting days say, by kind of call."""

    longest_gap: int
    patience: dict[str, Survival]
    handling: dict[str, Observed]
    band_factor: dict[int, float]
    pace: dict[str, float]
    wrap_up: Observed
    unhurried: Observed
    serves: dict[str, set[str]]
    priority_share: dict[str, float]


def fit(days: dict[str, list[Call]], *, longest_gap: int) -> Fitted:
    """Patience, service, gaps and skills from some days."""
    calls = [call for day in days.values() for call in day]
    kinds = sorted({call.kind for call in calls})
    of = {kind: [call for call in calls if call.kind == kind] for kind in kinds}
    entered = {kind: reaching_queue(of[kind]) for kind in kinds}
    serves = _who_serves(calls, kinds)
    hurried, unhurried = _after_call(days, serves, longest_gap)
    handling = {kind: Observed(tuple(float(c.served) for c in of[kind] if c.answered)) for kind in kinds}
    expected = {kind: float(np.mean(handling[kind].seconds)) for kind in kinds}
    answered = [call for call in calls if call.answered]
    band_factor = _ratios([(band_of(call), call.served, expected[call.kind]) for call in answered], doubt=0)
    pace = _ratios([(call.server, call.served, expected[call.kind] * band_factor[band_of(call)]) for call in answered], doubt=30)
    return Fitted(
        longest_gap=longest_gap,
        patience={
            kind: fit_patience(
                [float(call.waited) for call in entered[kind]], gave_up=[not call.answered for call in entered[kind]]
            )
            for kind in kinds
        },
        handling=handling,
        band_factor=band_factor,
        pace=pace,
        wrap_up=hurried,
        unhurried=unhurried,
        serves=serves,
        priority_share={kind: _priority_share(entered[kind]) for kind in kinds},
    )


def _priority_share(calls: list[Call]) -> float:
    """Share of the priority customers; the log knows them only if they had to wait."""
    return float(np.mean([float(call.priority == 2) for call in calls if call.queued] or [0.0]))


def _ratios(lines: list[tuple[Name, int, float]], *, doubt: int) -> dict[Name, float]:
    """Time taken over time expected by name, drawn towards 1 as if `doubt` more calls had been as
    expected.
    """
    taken: dict[Name, float] = defaultdict(float)
    due: dict[Name, float] = defaultdict(float)
    count: dict[Name, int] = defaultdict(int)
    for name, served, expected in lines:
        taken[name] += served
        due[name] += expected
        count[name] += 1
    return {name: (taken[name] / due[name] * count[name] + doubt) / (count[name] + doubt) for name in taken}


def band_of(call: Call) -> int:
    """Which part of the day a call falls into."""
    return bisect_right(BANDS, call.arrived // 3600 % 24) - 1


def _who_serves(calls: list[Call], kinds: list[str]) -> dict[str, set[str]]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for call in calls:
        if call.answered:
            counts[call.server][call.kind] += 1
    return {
        server: {kind for kind in kinds if own[kind] > LEAST_SHARE.get(kind, 0.004) * sum(own.values())}
        for server, own in counts.items()
    }


def _after_call(days: dict[str, list[Call]], serves: dict[str, set[str]], longest_gap: int) -> tuple[Observed, Observed]:
    """How long after a call an agent is not ready: while somebody waits, and what he takes on top when
    nobody does.

    If his next caller had waited, he became ready just then; else some time before, but after he was last
    passed over. From such intervals Turnbull's estimator (1976) finds the distribution. Longer gaps count as
    time off duty (see `duty_spans`).
    """
    hurried = []
    known = np.zeros((longest_gap + 1, longest_gap + 1))
    for day in days.values():
        waiting = waiting_by_second(day)
        waited = {(call.server, call.started): call.queued for call in day if call.answered}
        passed = passed_over(day, serves)
        for server, services in services_by_server(day).items():
            for (_, ended), (begun, _) in pairwise(services):
                gap = begun - ended
                if not RINGING < gap <= longest_gap + RINGING:
                    continue
                if waiting[ended + 1] > 0 and waiting[begun - 2] > 0:
                    hurried.append(float(gap))
                elif not waiting[ended : ended + RINGING].any():
                    more = gap - RINGING
                    not_yet = max((at - ended - RINGING for at in passed[server] if ended < at < begun), default=0)
                    known[more - 1 if waited[server, begun] else max(0, min(not_yet, more - 1)), more] += 1
    shares = np.cumsum(turnbull(known))
    chances = (np.arange(1000) + 0.5) / 1000
    return Observed(tuple(hurried)), Observed(tuple((np.searchsorted(shares, chances) + 1.0).tolist()))


def turnbull(known: NDArray[np.float64], *, rounds: int = 400) -> NDArray[np.float64]:
    """Chances of the whole times 1, 2, … from counts known[above, up to], by expectation and maximisation."""
    above, up_to = np.nonzero(known)
    counts = known[above, up_to]
    chances = np.full(known.shape[0] - 1, 1.0 / (known.shape[0] - 1))
    for _ in range(rounds):
        sums = np.concatenate(([0.0], np.cumsum(chances)))
        weight = counts / np.maximum(sums[up_to] - sums[above], 1e-12)
        edges = np.bincount(above, weight, len(sums)) - np.bincount(up_to, weight, len(sums))
        chances *= np.cumsum(edges)[:-1] / counts.sum()
    return chances


def duty_spans(
    services: list[tuple[int, int]], waiting: NDArray[np.int64], passed: list[int], *, fitted: Fitted
) -> tuple[tuple[float, float], ...]:
    """When an agent was there: from his first call to his last, less the gaps in which he shows to be away.

    He does when somebody waits longer than after-call work takes, or when he is passed over; he is away from
    the first such sign to the last.
    """
    spans, begin = [], services[0][0]
    for (_, ended), (begun, _) in pairwise(services):
        if begun - ended <= fitted.longest_gap:
            continue
        waits = np.flatnonzero(waiting[ended + fitted.longest_gap : begun]) + ended + fitted.longest_gap
        signs = [*waits[:1].tolist(), *waits[-1:].tolist(), *(at for at in passed if ended < at < begun)]
        if not signs:
            continue
        left, back = min(signs), max(signs) + 1
        if left > begin and back > left:
            spans.append((float(begin), float(left)))
            begin = back
    end = services[-1][1]
    return (*spans, (float(begin), float(end))) if end > begin else tuple(spans)


def scenario_of(day: list[Call], fitted: Fitted) -> Scenario:
    """A day with its own arrivals and agents, and fitted everything else."""
    waiting = waiting_by_second(day)
    passed = passed_over(day, fitted.serves)
    closes = max(call.arrived for call in day)
    people = []
    for server, services in services_by_server(day).items():
        spans = duty_spans(services, waiting, passed[server], fitted=fitted)
        if spans and spans[-1][1] > closes - LINGERS:
            spans = (*spans[:-1], (spans[-1][0], closes + LINGERS))
        skills = fitted.serves.get(server) or {"PS"}
        if spans:
            people.append(Person(server, dict.fromkeys(sorted(skills), 1), spans=spans, pace=fitted.pace.get(server, 1.0)))
    contacts = []
    arriving = reaching_queue(day)
    rng = np.random.default_rng(19990101)
    for kind in sorted(fitted.handling):
        for band, factor in sorted(fitted.band_factor.items()):
            moments = np.sort([float(c.arrived) for c in arriving if c.kind == kind and band_of(c) == band])
            priorities = (rng.random(len(moments)) < fitted.priority_share[kind]).astype(np.int64)
            for priority in np.unique(priorities).tolist():
                contact = Contact(
                    f"{kind} {BANDS[band]} {priority}",
                    kind,
                    handling=Observed(tuple(factor * seconds for seconds in fitted.handling[kind].seconds)),
                    wrap_up=fitted.wrap_up,
                    unhurried=fitted.unhurried,
                    patience=fitted.patience[kind],
                    arrivals=RecordedArrivals(moments[priorities == priority]),
                    priority=priority,
                )
                contacts.append(contact)
    return Scenario(
        tuple(contacts),
        tuple(people),
        horizon_seconds=END_OF_DAY,
        interval_seconds=1000.0,
        policy=Policy(ageing_seconds=HEAD_START_SECONDS),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day comes to, as counts, so that days add up."""

    arrived: float
    answered: float
    lost: float
    wait: float
    in_time: float

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.arrived + other.arrived,
            self.answered + other.answered,
            self.lost + other.lost,
            self.wait + other.wait,
            self.in_time + other.in_time,
        )

    def figures(self) -> dict[str, float]:
        """Mean wait of the answered, share who hang up, share of the answered within 20 s."""
        return {
            "mean wait (s)": self.wait / self.answered,
            "hang-ups": self.lost / self.arrived,
            "answered within 20 s": self.in_time / self.answered,
        }


def happened(day: list[Call]) -> Outcome:
    """The log's own outcome."""
    answered = [call for call in day if call.answered]
    return Outcome(
        len(day),
        len(answered),
        len(day) - len(answered),
        sum(call.waited for call in answered),
        sum(call.waited <= 20 for call in answered),
    )


def simulated(day: list[Call], seen: Simulation) -> Outcome:
    """The simulation's outcome, averaged over runs; who did not reach the queue counts as hung up."""
    answered = float(seen.figure(Figure.ANSWERED).mean)
    return Outcome(
        len(day),
        answered,
        len(day) - answered,
        float(seen.sums["answered_wait"].sum() / seen.runs),
        float(seen.answered_in[0].sum() / seen.runs),
    )


def replay(days: dict[str, list[Call]], fitted: Fitted, *, runs: int) -> tuple[Outcome, Outcome]:
    """What happened and what is simulated, summed over days."""
    truth = seen = Outcome(0, 0, 0, 0, 0)
    for number, day in enumerate(days.values()):
        result = simulate(scenario_of(day, fitted), seed=number, runs=runs)
        truth, seen = truth + happened(day), seen + simulated(day, result)
    return truth, seen


def errors(truth: Outcome, seen: Outcome) -> dict[str, float]:
    """Simulated over happened, less one."""
    return {name: seen.figures()[name] / value - 1 for name, value in truth.figures().items()}


def best_fit(days: dict[str, list[Call]]) -> Fitted:
    """The fit whose replay of its own days has the smallest worst error."""
    fits = [fit(days, longest_gap=gap) for gap in GAPS]
    worst = [max(map(abs, errors(*replay(days, fitted, runs=CHOOSING_RUNS)).values())) for fitted in fits]
    return fits[int(np.argmin(worst))]


def folds_of(count: int, split: str) -> list[list[list[int]]]:
    """The numbers of the days in each fold, for each way to draw them."""
    if split == "every fourth day":
        return [[list(range(fold, count, 4)) for fold in range(4)]]
    if split == "four blocks of days":
        return [[part.tolist() for part in np.array_split(np.arange(count), 4)]]
    orders = [np.random.default_rng(1999 + number).permutation(count) for number in range(HALVINGS)]
    return [[sorted(part.tolist()) for part in np.array_split(order, 2)] for order in orders]


def cross_validated(days: dict[str, list[Call]], *, folds: list[list[int]]) -> tuple[Outcome, Outcome, list[int]]:
    """Every day replayed with what was fitted on the days of the other folds; and the gaps chosen."""
    truth = seen = Outcome(0, 0, 0, 0, 0)
    chosen: list[int] = []
    for fold in folds:
        held_out = {name: day for number, (name, day) in enumerate(days.items()) if number in fold}
        fitted = best_fit({name: day for name, day in days.items() if name not in held_out})
        one_truth, one_seen = replay(held_out, fitted, runs=RUNS)
        truth, seen = truth + one_truth, seen + one_seen
        chosen.append(fitted.longest_gap)
    return truth, seen, chosen


def main() -> int:
    """All splits; 0 if every figure of every split, on average over its draws, is within a tenth."""
    if not data_file().exists():
        print(f"replay: no data at {data_file()} (set LINGTING_DATA); not run")
        return 0
    days, worst = by_day(read_calls(data_file())), 0.0
    for split in SPLITS:
        drawn = []
        for folds in folds_of(len(days), split):
            truth, seen, chosen = cross_validated(days, folds=folds)
            found = errors(truth, seen)
            drawn.append(list(found.values()))
            told = ", ".join(
                f"{name} {truth.figures()[name]:.3f} {seen.figures()[name]:.3f} {error:+.1%}" for name, error in found.items()
            )
            print(f"{split}: {told}; gaps {chosen}", flush=True)
        mean = np.mean(drawn, axis=0)
        worst = max(worst, float(np.abs(mean).max()))
        if len(drawn) > 1:
            print(f"{split}, mean of {len(drawn)}: {', '.join(f'{error:+.1%}' for error in mean)}")
    print(f"simulate-replay-splits ratio={worst / 0.1:.2f} target=<=1.0 {'PASS' if worst <= 0.1 else 'FAIL'}")
    return 0 if worst <= 0.1 else 1


if __name__ == "__main__":
    sys.exit(main())
