"""Classes of callers served by rank: a free agent always takes the highest class waiting.

Non-preemptive (nobody is cut off), first come first served within a class, one group of agents, the same mean
handling time and the same patience for every class. Chance of waiting depends on all classes together; what
class k waits depends on classes 1..k only, because while all agents are busy the callers of rank k or higher
form a birth and death process of their own. Means with and without abandonment are exact. Sources: A. Cobham
1954 and O. Kella & U. Yechiali, "Waiting times in the non-preemptive priority M/M/c queue", 1985; the form
with patience follows from the same cut argument. Service levels of lower classes invert the Laplace
transform of the wait by J. Abate & W. Whitt's Euler method (1995), good to about 1e-8.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from .birth_death import queue_growth
from .errors import BadFigureError, EmptyIntervalError, checked, refuse
from .least import MOST_AGENTS, Positions, Target, Whole, least_whole
from .performance import Performance, ServiceLevelVariant, performance
from .poisson import Figures
from .traffic import Traffic

Complex = NDArray[np.complex128]

_EULER_SHIFT = 18.4
_EULER_TERMS = 24
_EULER_MEANS = 14
_TAIL = 1e-13
_MOST_WAITING = 50_000


@dataclass(frozen=True)
class PriorityPerformance:
    """Figures by class; the leading axis is the class, highest rank first."""

    everyone: Performance
    arrivals: Figures
    answers: Figures
    abandons: Figures

    @property
    def waiting_probability(self) -> Figures:
        """Share of callers who wait: the same for every class. Shape of the intervals."""
        return self.everyone.waiting_probability

    @cached_property
    def queue_length(self) -> Figures:
        """Mean number waiting of each class."""
        upto = np.asarray(self.waiting_probability) * self._waiting_upto
        return np.diff(upto, axis=0, prepend=0.0)

    @cached_property
    def mean_wait_seconds(self) -> Figures:
        """Mean wait of each class over all its callers, those who give up included."""
        return self.queue_length / self.arrivals

    @property
    def abandonment(self) -> Figures:
        """Share of each class that gives up."""
        return self.mean_wait_seconds * self.abandons

    def service_level(self, within_seconds: ArrayLike) -> Figures:
        """Share of each class answered within ``within_seconds`` over offered, shaped as the classes."""
        seconds = np.broadcast_to(checked("within_seconds", values=within_seconds, least=0.0), self.arrivals.shape)
        waits = np.broadcast_to(self.waiting_probability, self.arrivals.shape)
        level = np.empty(self.arrivals.shape)
        for place in np.ndindex(self.arrivals.shape):
            level[place] = 1.0 - waits[place] + waits[place] * self._answered_of_waiting(place, float(seconds[place]))
        return level

    @cached_property
    def _waiting_upto(self) -> Figures:
        """Mean number of classes 1..k waiting, given that every agent is busy."""
        upto = np.cumsum(self.arrivals, axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            endless = upto / (self.answers - upto)
            leaving = np.where(self.abandons > 0.0, self.abandons, 1.0)
            growth = queue_growth(upto / leaving, departures=self.answers / leaving).waiting
        return np.where(self.abandons > 0.0, growth, endless)

    def _answered_of_waiting(self, place: tuple[int, ...], seconds: float) -> float:
        """Of the callers of a class who wait, the share answered within ``seconds``."""
        if seconds == 0.0:
            return 0.0
        own = sum(float(self.arrivals[(rank, *place[1:])]) for rank in range(place[0] + 1))
        wait = _ClassWait(
            above=own - float(self.arrivals[place]),
            upto=own,
            answers=float(self.answers[place[1:]]),
            abandons=float(self.abandons[place[1:]]),
        )
        return wait.answered_within(seconds)


def priority_performance(traffic: Traffic, *, agents: ArrayLike) -> PriorityPerformance:
    """Figures by class when ``traffic`` has the classes on its first axis, highest rank first.

    ``agents`` > 0 broadcasts with the remaining axes. Handling and patience must be equal over the classes
    and lines unlimited (BadFigureError); every class needs calls (EmptyIntervalError); UnstableQueueError as
    usual.
    """
    if len(traffic.shape) == 0 or traffic.shape[0] == 0:
        raise BadFigureError("The first axis of the traffic must list the classes, highest rank first.")
    refuse(np.isfinite(traffic.line_limit), reason="priority has no line limit", error=BadFigureError)
    refuse(traffic.load == 0.0, reason="a class without calls; leave it out", error=EmptyIntervalError)
    handling, patience = 1.0 / traffic.answers_per_second, traffic.abandons_per_second
    for name, figures in (("handling_seconds", handling), ("patience_seconds", patience)):
        reason = f"{name} must be the same for every class; use their mean weighted by calls, or the simulator"
        refuse(figures != figures[:1], reason=reason, error=BadFigureError)
    together = Traffic(
        calls=traffic.arrivals_per_second.sum(axis=0),
        interval_seconds=1.0,
        handling_seconds=handling[0],
        patience_seconds=np.asarray(traffic.patience_seconds)[0],
    )
    everyone = performance(together, agents=agents)
    people = np.broadcast_to(np.asarray(agents, dtype=np.float64), everyone.shape)
    return PriorityPerformance(
        everyone=everyone,
        arrivals=np.array(np.broadcast_to(traffic.arrivals_per_second, (traffic.shape[0], *everyone.shape))),
        answers=np.asarray(people / handling[0]),
        abandons=np.array(np.broadcast_to(patience[0], everyone.shape)),
    )


def least_priority_agents(traffic: Traffic, *, target: Target, most_agents: int = MOST_AGENTS) -> Whole:
    """Least agents so that every class meets its ``target``; shape of the traffic without its class axis.

    Figures of the target broadcast with the traffic, so each class may have its own. Of the target's figures
    ``service_level`` (answered of offered), ``mean_wait_seconds`` and ``abandonment`` are known by class;
    others raise BadFigureError. Raises UnreachableTargetError as ``least_agents`` does.
    """
    _check_known_by_class(target)
    classes = traffic.shape[0] if traffic.shape else 0
    rest = traffic.shape[1:]
    columns = np.arange(traffic.load.size, dtype=np.intp).reshape(classes, -1)
    wanted = target.broadcast(traffic.shape)
    load = traffic.load.reshape(classes, -1).sum(axis=0)

    def meets(agents: Figures, rows: Positions) -> NDArray[np.bool_]:
        chosen = columns[:, rows]
        part = traffic.selected(chosen.ravel()).reshaped(chosen.shape)
        figures = priority_performance(part, agents=agents)
        return _class_target_met(figures, wanted.selected(chosen.ravel()), chosen.shape)

    endless = (traffic.abandons_per_second == 0.0).reshape(classes, -1).any(axis=0)
    found = least_whole(
        meets,
        lowest=np.where(endless, np.floor(load) + 1.0, 1.0),
        guess=load + 0.5 * np.sqrt(load),
        step=0.5 * np.sqrt(load),
        highest=np.full_like(load, most_agents),
    )
    return found.reshape(rest)[()]


def _check_known_by_class(target: Target) -> None:
    unknown = ("answer_speed_seconds", "waiting_probability", "blocking", "occupancy")
    named = [name for name in unknown if getattr(target, name) is not None]
    if named or target.variant is not ServiceLevelVariant.ANSWERED_OF_OFFERED:
        words = ", ".join(named) or str(target.variant)
        raise BadFigureError(f"{words} is not known by class; use service_level, mean_wait_seconds or abandonment.")


def _class_target_met(figures: PriorityPerformance, target: Target, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """True for the columns where every class meets its figures."""
    met = np.ones(shape, dtype=np.bool_)
    if target.mean_wait_seconds is not None:
        met &= figures.mean_wait_seconds <= np.reshape(target.mean_wait_seconds, shape)
    if target.abandonment is not None:
        met &= figures.abandonment <= np.reshape(target.abandonment, shape)
    if target.service_level is not None and target.within_seconds is not None:
        level = figures.service_level(np.reshape(target.within_seconds, shape))
        met &= level >= np.reshape(target.service_level, shape)
    return np.asarray(met.all(axis=0))


@dataclass(frozen=True)
class _ClassWait:
    """Wait of one class given that all agents are busy; rates per second.

    ``above`` of the classes ranked higher, ``upto`` of these and the class itself.
    """

    above: float
    upto: float
    answers: float
    abandons: float

    def answered_within(self, seconds: float) -> float:
        """Euler summation of the transform of "answered by t": waits shortened by patience, divided by s."""
        half = _EULER_SHIFT / (2.0 * seconds)
        count = _EULER_TERMS + _EULER_MEANS
        points: Complex = np.asarray(half + 1j * np.pi * np.arange(count + 1) / seconds, dtype=np.complex128)
        values = np.real(self._transform(points + self.abandons) / points)
        signs = (-1.0) ** np.arange(count + 1)
        terms = signs * values * np.where(np.arange(count + 1) == 0, 0.5, 1.0)
        partial = np.cumsum(terms)[_EULER_TERMS:]
        weights = special.binom(_EULER_MEANS, np.arange(_EULER_MEANS + 1)) * 2.0**-_EULER_MEANS
        level = float(np.exp(_EULER_SHIFT / 2.0) / seconds * np.dot(weights, partial))
        return min(max(level, 0.0), 1.0)

    def _transform(self, points: Complex) -> Complex:
        """Laplace transform of the faced wait: one step down for oneself and one for each caller ahead."""
        if self.abandons == 0.0:
            step = self._endless_step(points)
            ratio = self.upto / self.answers
            return (1.0 - ratio) * step / (1.0 - ratio * step)
        steps = self._steps(points)
        ahead = self._ahead()
        return cast(Complex, np.tensordot(ahead, np.cumprod(steps[: ahead.size], axis=0), axes=1))

    def _endless_step(self, points: Complex) -> Complex:
        """Busy period started by one caller: time until one fewer of higher rank or oneself is left."""
        whole = points + self.above + self.answers
        root = np.sqrt(whole**2 - 4.0 * self.above * self.answers)
        return np.asarray(2.0 * self.answers / (whole + root))

    def _ahead(self) -> Figures:
        """Chances of 0, 1, 2, ... callers of equal or higher rank waiting, given that all agents are busy."""
        terms = [1.0]
        total = 1.0
        while terms[-1] > _TAIL * total or self._rising(len(terms)):
            if len(terms) >= _MOST_WAITING:
                raise BadFigureError(f"More than {_MOST_WAITING} callers of a class would wait; service levels need less.")
            terms.append(terms[-1] * self.upto / (self.answers + len(terms) * self.abandons))
            total += terms[-1]
            if total > 1e250:
                terms, total = [term / total for term in terms], 1.0
        return np.asarray(terms) / total

    def _rising(self, count: int) -> bool:
        return self.upto > self.answers + count * self.abandons

    def _steps(self, points: Complex) -> Complex:
        """Transforms of the time to get from ``j + 1`` to ``j`` ahead, by backward recursion from far out."""
        depth = self._ahead().size + 200
        step = self._endless_step(points)
        rows = np.empty((depth, points.size), dtype=np.complex128)
        for ahead in range(depth - 1, -1, -1):
            down = self.answers + ahead * self.abandons
            step = down / (points + self.above + down - self.above * step)
            rows[ahead] = step
        return rows
