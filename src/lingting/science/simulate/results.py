"""What came out of a simulation: every figure with its confidence interval over independent runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from lingting.science.erlang import ServiceLevelVariant
from lingting.science.simulate.durations import ScenarioError

Figures = NDArray[np.float64]
By = Literal["total", "interval", "contact", "queue", "agent"]


class Figure(StrEnum):
    """The figures a simulation can give. Shares are 0-1, times seconds."""

    OFFERED = "offered"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    CALLED_BACK = "called_back"
    ABANDONMENT = "abandonment"
    """abandoned / offered."""
    ABANDONMENT_WITHOUT_SHORT = "abandonment_without_short"
    """the same without those who gave up within the threshold, above and below."""
    SERVICE_LEVEL = "service_level"
    """by variant and threshold."""
    ASA = "asa"
    """mean wait of those answered."""
    MEAN_WAIT = "mean_wait"
    """mean wait of all who came."""
    AHT = "aht"
    """mean handling with wrap-up."""
    QUEUE_LENGTH = "queue_length"
    """mean number waiting: waits begun in the time / its length."""
    LONGEST_WAIT = "longest_wait"
    OCCUPANCY = "occupancy"
    """time with work in hand / time on duty (overtime to finish work counts in both)."""
    STAFFED = "staffed"
    """mean number on duty."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its confidence interval, and how many runs it stands on. NaN where nothing happened.

    Numbers, or arrays over what was asked `by`. With one run there is no interval: low and high are NaN.
    """

    mean: Figures
    low: Figures
    high: Figures
    confidence: float
    runs: int

    def holds(self, value: float) -> bool:
        """Whether the interval contains the value (everywhere)."""
        return bool(np.all((self.low <= value) & (value <= self.high)))

    def explain(self) -> str:
        """The figure as a short text."""
        return f"{self.mean:.4g} ({self.confidence:.0%} {self.low:.4g} to {self.high:.4g}, {self.runs} runs)"


@dataclass(frozen=True, slots=True)
class ContactLog:
    """One run, contact by contact (NaN: did not happen), in order of arrival, transfers and filler work
    last.
    """

    contact: NDArray[np.int64]
    arrived_at: Figures
    answered_at: Figures
    gave_up_at: Figures
    ended_at: Figures
    agent: NDArray[np.int64]


@dataclass(frozen=True)
class Simulation:
    """All runs of a scenario.

    contacts, agents: names in the order of the arrays. queues: the queue of each contact.
    sums: name to [runs, contacts, intervals], by interval of arrival.
    agent_sums: name to [runs, agents, intervals], by interval of arrival, of what each answered.
    busy_seconds, duty_seconds: [runs, agents, intervals].
    within_seconds: thresholds of `answered_in` and `abandoned_in`, [thresholds, runs, contacts, intervals].
    logs: one per run if they were kept.
    """

    contacts: tuple[str, ...]
    queues: tuple[str, ...]
    agents: tuple[int | str, ...]
    interval_seconds: float
    within_seconds: tuple[float, ...]
    sums: dict[str, Figures]
    agent_sums: dict[str, Figures]
    answered_in: Figures
    abandoned_in: Figures
    busy_seconds: Figures
    duty_seconds: Figures
    logs: tuple[ContactLog, ...] = field(default=(), repr=False)

    @property
    def runs(self) -> int:
        """Independent runs."""
        return int(self.busy_seconds.shape[0])

    @property
    def intervals(self) -> int:
        """Intervals from start to horizon."""
        return int(self.busy_seconds.shape[2])

    def figure(
        self,
        name: Figure | str,
        *,
        by: By = "total",
        contacts: Sequence[str] | None = None,
        agents: Sequence[int | str] | None = None,
        intervals: slice = slice(None),
        within_seconds: float | None = None,
        variant: ServiceLevelVariant = ServiceLevelVariant.ANSWERED_OF_OFFERED,
        confidence: float = 0.95,
    ) -> Estimate:
        """One figure for chosen contacts, agents and intervals (None: all; a slice that begins later drops a
        warm-up).

        by "queue": in the order in which queues first appear in `queues`; by "agent": what each answered (answered,
            asa, aht), occupancy and staffed.
        within_seconds: a threshold the simulation was asked for; None: its first. Raises ScenarioError for
            names it does not know.
        """
        chosen = _Choice(self, by=by, contacts=contacts, agents=agents, intervals=intervals)
        upper, lower = chosen.parts(Figure(name), within=self._threshold(within_seconds), variant=variant)
        return estimate_of(upper, lower, confidence=confidence)

    def difference(
        self, other: "Simulation", name: Figure | str, *, confidence: float = 0.95, within_seconds: float | None = None
    ) -> Estimate:
        """This plan less the other over the whole time, run by run on the same customers (same seed and
        runs).
        """
        if self.runs != other.runs:
            raise ScenarioError("Compare simulations of the same seed and number of runs.")
        values = []
        for one in (self, other):
            chosen = _Choice(one, by="total", contacts=None, agents=None, intervals=slice(None))
            upper, lower = chosen.parts(
                Figure(name), within=one._threshold(within_seconds), variant=ServiceLevelVariant.ANSWERED_OF_OFFERED
            )
            values.append(_run_values(upper, lower))
        apart = values[0] - values[1]
        return estimate_of(apart, np.ones_like(apart), confidence=confidence)

    def explain(self) -> str:
        """A line for each contact and one for the agents."""
        lines = []
        for name in self.contacts:
            offered = self.figure(Figure.OFFERED, contacts=[name]).mean
            level = self.figure(Figure.SERVICE_LEVEL, contacts=[name]).explain()
            wait = self.figure(Figure.ASA, contacts=[name]).explain()
            lost = self.figure(Figure.ABANDONMENT, contacts=[name]).explain()
            lines.append(
                f"{name}: {offered:.1f} offered; answered within {self.within_seconds[0]:g} s {level}; "
                f"mean speed of answer {wait} s; given up {lost}."
            )
        lines.append(f"Agents are busy {self.figure(Figure.OCCUPANCY).explain()} of their time.")
        return "\n".join(lines)

    def _threshold(self, within_seconds: float | None) -> int:
        if within_seconds is None:
            return 0
        if within_seconds not in self.within_seconds:
            known = ", ".join(f"{seconds:g}" for seconds in self.within_seconds)
            raise ScenarioError(f"Simulate with answer_within={within_seconds:g} to see it; there are {known}.")
        return self.within_seconds.index(within_seconds)


class _Choice:
    """The part of a simulation a figure is asked for, summed as asked: arrays [runs, groups]."""

    def __init__(
        self,
        simulation: Simulation,
        *,
        by: By,
        contacts: Sequence[str] | None,
        agents: Sequence[int | str] | None,
        intervals: slice,
    ) -> None:
        self._simulation = simulation
        self._by = by
        self._contacts = _places(simulation.contacts, contacts)
        self._agents = _places(simulation.agents, agents)
        self._intervals = intervals

    def parts(self, name: Figure, *, within: int, variant: ServiceLevelVariant) -> tuple[Figures, Figures]:
        """Numerator and denominator of a figure."""
        if name in (Figure.OCCUPANCY, Figure.STAFFED):
            duty = self._of_agents(self._simulation.duty_seconds)
            if name is Figure.OCCUPANCY:
                return self._of_agents(self._simulation.busy_seconds), duty
            return duty, np.full_like(duty, self._length())
        if name is Figure.SERVICE_LEVEL:
            return self._service_level(within, variant)
        if name is Figure.LONGEST_WAIT:
            longest = self._of_contacts(self._simulation.sums["longest_wait"], most=True)
            return longest, np.ones_like(longest)
        if name in (Figure.OFFERED, Figure.ANSWERED, Figure.ABANDONED, Figure.CALLED_BACK):
            counted = self._sum(str(name))
            return counted, np.ones_like(counted)
        if name is Figure.ABANDONMENT:
            return self._sum("abandoned"), self._sum("offered")
        if name is Figure.ABANDONMENT_WITHOUT_SHORT:
            short = self._of_contacts(self._simulation.abandoned_in[within])
            return self._sum("abandoned") - short, self._sum("offered") - short
        if name is Figure.ASA:
            return self._sum("answered_wait"), self._sum("answered")
        if name is Figure.AHT:
            return self._sum("handling"), self._sum("answered")
        waited = self._sum("answered_wait") + self._sum("abandoned_wait")
        if name is Figure.MEAN_WAIT:
            return waited, self._sum("answered") + self._sum("abandoned")
        return waited, np.full_like(waited, self._length())

    def _service_level(self, within: int, variant: ServiceLevelVariant) -> tuple[Figures, Figures]:
        met = self._of_contacts(self._simulation.answered_in[within])
        short = self._of_contacts(self._simulation.abandoned_in[within])
        offered = self._sum("offered")
        if variant is ServiceLevelVariant.ANSWERED_OF_OFFERED:
            return met, offered
        if variant is ServiceLevelVariant.ANSWERED_OF_ANSWERED:
            return met, self._sum("answered")
        if variant is ServiceLevelVariant.SHORT_ABANDONS_EXCLUDED:
            return met, offered - short
        if variant is ServiceLevelVariant.SHORT_ABANDONS_MET:
            return met + short, offered
        if variant is ServiceLevelVariant.ALL_ABANDONS_MET:
            return met + self._sum("abandoned"), offered
        raise ScenarioError(
            f"A simulation does not see the variant {variant}: nobody knows how long who gave up would have waited."
        )

    def _sum(self, name: str) -> Figures:
        if self._by == "agent" and name in self._simulation.agent_sums:
            return self._of_agents(self._simulation.agent_sums[name])
        return self._of_contacts(self._simulation.sums[name])

    def _of_contacts(self, values: Figures, *, most: bool = False) -> Figures:
        part = values[:, self._contacts][:, :, self._intervals]
        if self._by == "agent":
            raise ScenarioError("By agent there are answered, asa, aht, occupancy and staffed: nobody else's is one agent's.")
        if self._by == "queue":
            return self._by_queue(part.max(axis=2) if most else part.sum(axis=2), most=most)
        axes = {"total": (1, 2), "interval": (1,), "contact": (2,)}[self._by]
        summed: Figures = part.max(axis=axes) if most else part.sum(axis=axes)
        return summed.reshape(len(values), -1)

    def _by_queue(self, values: Figures, *, most: bool) -> Figures:
        """[runs, chosen contacts] to [runs, queues]."""
        mine = [self._simulation.queues[place] for place in self._contacts]
        grouped = [values[:, [queue == name for queue in mine]] for name in dict.fromkeys(mine)]
        return np.stack([part.max(axis=1) if most else part.sum(axis=1) for part in grouped], axis=1)

    def _of_agents(self, values: Figures) -> Figures:
        part = values[:, self._agents][:, :, self._intervals]
        if self._by in ("contact", "queue"):
            raise ScenarioError("Agents' time is counted by agent and interval, not by contact or queue.")
        axes = {"total": (1, 2), "interval": (1,), "agent": (2,)}[self._by]
        summed: Figures = part.sum(axis=axes)
        return summed.reshape(len(values), -1)

    def _length(self) -> float:
        """Seconds one group stands for."""
        chosen = len(range(*self._intervals.indices(self._simulation.intervals)))
        return self._simulation.interval_seconds * (1 if self._by == "interval" else chosen)


def estimate_of(upper: Figures, lower: Figures, *, confidence: float) -> Estimate:
    """The ratio of sums with its interval, groups last: [runs, groups] each; one group becomes plain numbers.

    Ratio estimator with Student's t on the runs' residuals (Law, Simulation Modeling and Analysis, 5th ed.,
    9.3).
    """
    runs = len(upper)
    values = _run_values(upper, lower)
    mean = values.mean(axis=0)
    reach = np.full_like(mean, np.nan)
    if runs > 1:
        reach = stdtrit(runs - 1, (1 + confidence) / 2) * values.std(axis=0, ddof=1) / np.sqrt(runs)
    shape: tuple[int, ...] = () if upper.shape[1] == 1 else (upper.shape[1],)
    plain = [np.reshape(part, shape)[()] for part in (mean, mean - reach, mean + reach)]
    return Estimate(plain[0], plain[1], plain[2], confidence, runs)


def _run_values(upper: Figures, lower: Figures) -> Figures:
    """One value per run whose mean is the ratio of sums, and whose spread is that of the ratio
    (linearised).
    """
    total = lower.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = upper.mean(axis=0) / total
        values: Figures = ratio + (upper - ratio * lower) / total
    return values


def _places(names: Sequence[int | str], wanted: Sequence[int | str] | None) -> list[int]:
    if wanted is None:
        return list(range(len(names)))
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ScenarioError(f"There is no {missing[0]!r} in this simulation.")
    return [names.index(name) for name in wanted]
