"""Whole days played by the simulator: how often the promise is really kept, and the people it takes.

The formulas know the chance that lies in the forecast. Within an interval the calls that happen to come and the
times they happen to take add a chance of their own, large for small queues; and a queue left at the end of an
interval is the next one's. Both are in here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingting.science.erlang import BadFigureError, Target, UnreachableTargetError
from lingting.science.erlang.errors import checked
from lingting.science.erlang.poisson import Figures
from lingting.science.simulate import (
    NEVER_GIVES_UP,
    Contact,
    Exponential,
    Person,
    PoissonArrivals,
    Scenario,
    simulate,
)

from .demand import DemandPaths
from .requirement import required_agents

Whole = NDArray[np.int64]

_MOST_ROUNDS = 60
_APART = 3


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Share of offered calls to answer within ``within_seconds``, and how often this must come true."""

    service_level: float
    within_seconds: float
    met_share: float

    def __post_init__(self) -> None:
        checked("service_level", values=self.service_level, least=0.0, most=1.0, above=True)
        checked("within_seconds", values=self.within_seconds, least=0.0)
        checked("met_share", values=self.met_share, least=0.0, most=1.0, above=True)


@dataclass(frozen=True)
class SimulatedOutlook:
    """What given agents achieved over simulated days.

    ``met_share``         per interval: share of the days on which the service level was reached;
    ``service_level``     per interval: share of all its calls answered in time;
    ``period_met_share``  share of the days on which it was reached over the whole day.
    """

    met_share: Figures
    service_level: Figures
    period_met_share: float


@dataclass(frozen=True)
class SimulatedRequirement:
    """Agents per interval that keep the promise as often as asked on the days played.

    ``outlook``             what they achieve;
    ``met_share_one_less``  with one agent less in that interval alone: the lower of the shares of the interval and
                            the next one, which inherits its queue; below the share asked for everywhere with agents.
    """

    agents: Whole
    promise: Promise
    outlook: SimulatedOutlook
    met_share_one_less: Figures

    def is_feasible(self) -> bool:
        """True if every interval keeps the promise as often as asked."""
        return bool(np.all(self.outlook.met_share >= self.promise.met_share))


def simulated_outlook(
    demand: DemandPaths, *, agents: ArrayLike, service_level: float, within_seconds: float, seed: int, runs: int = 200
) -> SimulatedOutlook:
    """Play ``runs`` days, day n on path n of ``demand`` (in turn), with ``agents`` per interval (whole).

    The demand is one row of intervals with one handling time and one patience, both exponential. An interval
    without calls counts as kept.
    """
    people = checked("agents", values=agents, least=0.0, whole=True)
    scenario = _day(demand, np.broadcast_to(people, demand.shape))
    found = simulate(scenario, seed=seed, runs=runs, answer_within=(within_seconds,))
    offered = found.sums["offered"][:, 0, :]
    met = found.answered_in[0][:, 0, :]
    total = offered.sum(axis=0)
    return SimulatedOutlook(
        met_share=np.asarray(np.mean(met >= service_level * offered, axis=0)),
        service_level=np.where(total > 0, met.sum(axis=0) / np.maximum(total, 1.0), 1.0),
        period_met_share=float(np.mean(met.sum(axis=1) >= service_level * offered.sum(axis=1))),
    )


def simulated_requirement(demand: DemandPaths, *, promise: Promise, seed: int, runs: int = 200) -> SimulatedRequirement:
    """Least agents per interval so that P(service level reached on the day) >= the share promised.

    Starts from the formulas, adds where the share is missed, then takes away wherever one less still keeps it;
    every third interval at once, for what happens in one interval reaches the next but hardly further. All
    candidates play the same days. The share of ``runs`` days has a standard error of sqrt(s (1 - s) / runs).
    """
    search = _DaySearch(demand, promise, seed, runs)
    target = Target(service_level=promise.service_level, within_seconds=promise.within_seconds)
    agents = search.enough(required_agents(demand, target=target, met_share=promise.met_share).agents)
    for _ in range(_MOST_ROUNDS):
        spared, one_less = search.spared(agents)
        if not spared.any():
            return SimulatedRequirement(agents, promise, search.outlook(agents), one_less)
        agents = search.enough(agents - spared)
    raise UnreachableTargetError(f"No steady plan after {_MOST_ROUNDS} rounds; play more days.")


@dataclass(frozen=True)
class _DaySearch:
    demand: DemandPaths
    promise: Promise
    seed: int
    runs: int

    def outlook(self, agents: Whole) -> SimulatedOutlook:
        return simulated_outlook(
            self.demand,
            agents=agents,
            service_level=self.promise.service_level,
            within_seconds=self.promise.within_seconds,
            seed=self.seed,
            runs=self.runs,
        )

    def enough(self, agents: Whole) -> Whole:
        """One agent more wherever the share is missed, until it is missed nowhere."""
        for _ in range(_MOST_ROUNDS):
            short = self.outlook(agents).met_share < self.promise.met_share
            if not short.any():
                return agents
            agents = agents + short
        raise UnreachableTargetError(f"The promise is not kept with {_MOST_ROUNDS} agents more than the formulas ask.")

    def spared(self, agents: Whole) -> tuple[Whole, Figures]:
        """Where one agent can go, all other intervals unchanged, and the share kept without him.

        Only the first group of intervals with anything to spare is reported, for the next ones depend on it.
        """
        shares = np.zeros(agents.shape)
        for first in range(_APART):
            tried = np.zeros(agents.shape, dtype=np.int64)
            tried[first::_APART] = agents[first::_APART] > 0
            if agents.sum() == tried.sum():
                continue
            met = self.outlook(agents - tried).met_share
            following = np.append(met[1:], 1.0)
            both = np.minimum(met, following)
            shares[first::_APART] = both[first::_APART]
            spared = tried * (both >= self.promise.met_share)
            if spared.any():
                return spared, shares
        return np.zeros(agents.shape, dtype=np.int64), shares


def _day(demand: DemandPaths, people: Figures) -> Scenario:
    """One queue over a row of intervals; person k is on duty where more than k people are wanted."""
    length = _single("interval_seconds", demand.interval_seconds)
    patience = _single("patience_seconds", demand.patience_seconds)
    if len(demand.shape) != 1:
        raise BadFigureError("A day is one row of intervals; play each queue by itself.")
    if people.max(initial=0.0) < 1.0:
        raise BadFigureError("A day needs somebody on duty in at least one interval.")
    contact = Contact(
        name="calls",
        queue="calls",
        handling=Exponential(_single("handling_seconds", demand.handling_seconds)),
        arrivals=PoissonArrivals(cast(Figures, demand.calls), length),
        patience=NEVER_GIVES_UP if math.isinf(patience) else Exponential(patience),
    )
    floor = tuple(
        Person(id=f"agent-{number}", queues={"calls": 1}, spans=_spans(people > number, length))
        for number in range(int(people.max()))
    )
    return Scenario((contact,), floor, horizon_seconds=length * people.size, interval_seconds=length)


def _spans(on_duty: NDArray[np.bool_], length: float) -> tuple[tuple[float, float], ...]:
    """Stretches of intervals on duty, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on_duty, [False]]).astype(np.int8)))
    return tuple((float(start) * length, float(end) * length) for start, end in edges.reshape(-1, 2))


def _single(name: str, values: ArrayLike) -> float:
    figures = np.unique(np.asarray(values, dtype=np.float64))
    if figures.size != 1:
        raise BadFigureError(f"{name} must be the same everywhere to play a day.")
    return float(figures[0])
