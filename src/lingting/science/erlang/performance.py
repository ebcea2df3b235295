"""Every figure of a queue with a given number of agents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from .birth_death import inverse_blocking
from .errors import BadFigureError, UnstableQueueError, checked, refuse
from .poisson import Figures
from .queues import EndlessQueue, LimitedQueue, Queue, Rates
from .traffic import Traffic

_DOUBLINGS = 200
_HALVINGS = 64


class Customers(StrEnum):
    """Whose wait is meant."""

    OFFERED = "offered"
    """everyone who gets a line, also those who do not wait and those who give up;"""
    WAITING = "waiting"
    """those who do not find an agent at once;"""
    ANSWERED = "answered"
    """those who reach an agent, also at once;"""
    ABANDONED = "abandoned"
    """those who give up;"""
    PATIENT = "patient"
    """a caller who would never give up (the wait an announcement should name)."""


class ServiceLevelVariant(StrEnum):
    """The ways the trade counts "answered within the threshold"."""

    ANSWERED_OF_OFFERED = "answered_of_offered"
    """answered in time / offered: every abandon and every blocked call is a miss;"""
    ANSWERED_OF_ANSWERED = "answered_of_answered"
    """answered in time / answered: abandons are left out;"""
    SHORT_ABANDONS_EXCLUDED = "short_abandons_excluded"
    """answered in time / (offered - abandoned in time): early hang-ups are left out, late ones are misses;"""
    SHORT_ABANDONS_MET = "short_abandons_met"
    """(answered in time + abandoned in time) / offered: early hang-ups count as met;"""
    ALL_ABANDONS_MET = "all_abandons_met"
    """(answered in time + all abandoned) / offered: no hang-up is ever a miss;"""
    PATIENT_CALLER = "patient_caller"
    """share of callers with a line who face at most the threshold, were they patient enough."""


@dataclass(frozen=True)
class Performance:
    """Steady-state figures of a queue; every result has ``shape`` (a plain number for a single interval).

    Made by ``performance`` and its relatives. Shares lie between 0 and 1, times are seconds. ``places`` is
    the work all agents together can have in hand (agents, or agents times chats each), ``in_use`` its mean
    use.
    """

    shape: tuple[int, ...]
    arrivals_per_second: Figures
    agents: Figures
    places: Figures
    in_use: Figures
    queue: Queue

    @property
    def waiting_probability(self) -> Figures:
        """Share of offered calls that get a line and do not find an agent at once."""
        return self._shaped(self.queue.waiting_share)

    @property
    def blocking(self) -> Figures:
        """Share of offered calls turned away because every line is taken."""
        return self._shaped(self.queue.blocked_share)

    @property
    def abandonment(self) -> Figures:
        """Share of offered calls that give up while waiting."""
        return self._shaped(self.queue.abandoned_share)

    @property
    def answered(self) -> Figures:
        """Share of offered calls that reach an agent."""
        return self._shaped(self._answered)

    @property
    def queue_length(self) -> Figures:
        """Mean number of callers waiting."""
        return self._shaped(self.queue.queue_length)

    @property
    def occupancy(self) -> Figures:
        """Share of the agents' time (for chats: of their chat places) in use."""
        return self._shaped(self.in_use / self.places)

    def mean_wait_seconds(self, of: Customers = Customers.OFFERED) -> Figures:
        """Mean wait of the customers meant; 0 for a group that is empty."""
        waited = self.queue.queue_length / self.arrivals_per_second
        if of is Customers.PATIENT:
            waited = self.queue.faced_wait
        elif of is Customers.ANSWERED:
            waited = self.queue.answered_wait
        elif of is Customers.ABANDONED:
            waited = np.maximum(waited - self.queue.answered_wait, 0.0)
        return self._shaped(_ratio(waited, self._group(of)))

    def waiting_longer(self, seconds: ArrayLike, *, of: Customers = Customers.OFFERED) -> Figures:
        """Share of the customers meant who wait longer than ``seconds`` (>= 0)."""
        flat = self._flat("seconds", seconds)
        return self._shaped(self._longer(flat, of))

    def wait_quantile_seconds(self, share: ArrayLike, *, of: Customers = Customers.OFFERED) -> Figures:
        """The wait that ``share`` (0 <= share < 1) of the customers meant do not exceed."""
        checked("share", values=share, least=0.0, most=1.0, below=True)
        flat = self._flat("share", share)
        return self._shaped(_falling_root(lambda seconds: self._longer(seconds, of), 1.0 - flat))

    def service_level(
        self,
        within_seconds: ArrayLike,
        *,
        variant: ServiceLevelVariant = ServiceLevelVariant.ANSWERED_OF_OFFERED,
    ) -> Figures:
        """Share of calls that count as answered within ``within_seconds`` (>= 0), counted as ``variant``."""
        seconds = self._flat("within_seconds", within_seconds)
        if variant is ServiceLevelVariant.PATIENT_CALLER:
            return self._shaped(1.0 - self._longer(seconds, Customers.PATIENT))
        met = np.maximum(self._answered - self.queue.answered_after(seconds), 0.0)
        everyone = np.ones_like(met)
        if variant is ServiceLevelVariant.ANSWERED_OF_OFFERED:
            return self._shaped(met)
        if variant is ServiceLevelVariant.ANSWERED_OF_ANSWERED:
            return self._shaped(_ratio(met, self._answered))
        if variant is ServiceLevelVariant.ALL_ABANDONS_MET:
            return self._shaped(met + self.queue.abandoned_share)
        short = np.maximum(self.queue.abandoned_share - self.queue.abandoned_after(seconds), 0.0)
        if variant is ServiceLevelVariant.SHORT_ABANDONS_MET:
            return self._shaped(met + short)
        return self._shaped(_ratio(met, everyone - short))

    def explain(self) -> str:
        """One sentence per interval: what callers and agents will see."""
        columns = (
            self.agents,
            self.queue.waiting_share,
            np.ravel(self.mean_wait_seconds()),
            self._answered,
            self.queue.abandoned_share,
            np.ravel(self.occupancy),
        )
        lines = []
        for place, (agents, waiting, wait, answered, lost, used) in enumerate(zip(*columns, strict=True)):
            start = f"interval {place}: " if self.agents.size > 1 else ""
            callers = f"{waiting:.1%} wait, {wait:.1f} s on average over all"
            ends = f"{answered:.1%} are answered, {lost:.1%} give up"
            lines.append(f"{start}with {agents:g} agents {callers}; {ends}; agents are busy {used:.1%} of the time.")
        return "\n".join(lines)

    @property
    def _answered(self) -> Figures:
        return 1.0 - self.queue.abandoned_share - self.queue.blocked_share

    def _group(self, of: Customers) -> Figures:
        if of is Customers.WAITING:
            return self.queue.waiting_share
        if of is Customers.ANSWERED:
            return self._answered
        if of is Customers.ABANDONED:
            return self.queue.abandoned_share
        return 1.0 - self.queue.blocked_share

    def _longer(self, seconds: Figures, of: Customers) -> Figures:
        if of is Customers.PATIENT:
            return _ratio(self.queue.facing_after(seconds), self._group(of))
        if of is Customers.ANSWERED:
            return _ratio(self.queue.answered_after(seconds), self._group(of))
        if of is Customers.ABANDONED:
            return _ratio(self.queue.abandoned_after(seconds), self._group(of))
        still = self.queue.answered_after(seconds) + self.queue.abandoned_after(seconds)
        return _ratio(still, self._group(of))

    def _flat(self, name: str, values: ArrayLike) -> Figures:
        figures = checked(name, values=values, least=0.0)
        try:
            return np.array(np.broadcast_to(figures, self.shape), dtype=np.float64).ravel()
        except ValueError as problem:
            reason = f"{name} of shape {figures.shape} does not fit intervals of shape {self.shape}"
            raise BadFigureError(f"{reason}.") from problem

    def _shaped(self, flat: Figures) -> Figures:
        return np.reshape(flat, self.shape)[()]


def performance(traffic: Traffic, *, agents: ArrayLike) -> Performance:
    """Figures of ``traffic`` with ``agents`` answering: Erlang C, Erlang A or, with a line limit, M/M/n/K+M.

    ``agents`` > 0 broadcasts with the traffic and may be fractional (the continuous extension of the
    formulas) unless lines are limited. Raises BadFigureError, EmptyIntervalError (no calls) and
    UnstableQueueError (load >= agents while nobody gives up and no line limit holds).
    """
    people = checked("agents", values=agents, least=0.0, above=True)
    shape = np.broadcast_shapes(traffic.shape, people.shape)
    traffic = traffic.broadcast(shape)
    traffic.check_has_calls()
    people = np.array(np.broadcast_to(people, shape))
    check_stable(traffic, agents=people)
    fractional = np.isfinite(traffic.line_limit) & (people != np.floor(people))
    refuse(
        fractional,
        reason="agents must be whole where lines are limited",
        figures=people,
        error=BadFigureError,
    )
    refuse(people > traffic.line_limit, reason="more agents than lines", figures=people, error=BadFigureError)
    head = inverse_blocking(traffic.load.ravel(), agents=people.ravel())
    queue = queue_of(traffic, head=head, capacity=people * traffic.answers_per_second, places=traffic.line_limit - people)
    return assembled(traffic, agents=people, queue=queue)


def queue_of(traffic: Traffic, *, head: Figures, capacity: Figures, places: Figures) -> Queue:
    """The queue behind an agents' side ``head``; with all busy ``capacity`` calls are answered per second."""
    rates = Rates(
        arrivals=np.ravel(traffic.arrivals_per_second),
        answers=np.ravel(capacity),
        abandons=np.ravel(traffic.abandons_per_second),
    )
    room = np.ravel(places)
    if np.all(np.isinf(room)):
        return EndlessQueue(rates, np.ravel(head))
    return LimitedQueue(rates, np.ravel(head), room)


def assembled(
    traffic: Traffic,
    *,
    agents: Figures,
    queue: Queue,
    places: Figures | None = None,
    in_use: Figures | None = None,
) -> Performance:
    """A Performance around ``queue``; places default to the agents, their use to the calls answered."""
    if in_use is None:
        in_use = np.ravel(traffic.load) * (1.0 - queue.abandoned_share - queue.blocked_share)
    people = np.ravel(agents)
    room = people if places is None else np.ravel(places)
    return Performance(
        shape=traffic.shape,
        arrivals_per_second=np.ravel(traffic.arrivals_per_second),
        agents=people,
        places=room,
        in_use=np.minimum(np.ravel(in_use), room),
        queue=queue,
    )


def check_stable(traffic: Traffic, *, agents: Figures) -> None:
    """Raise UnstableQueueError where the queue would grow for ever."""
    endless = np.isinf(traffic.line_limit) & (traffic.abandons_per_second == 0.0)
    reason = "the load in erlangs reaches the agents and nobody gives up, so the queue grows for ever"
    refuse(endless & (traffic.load >= agents), reason=reason, figures=traffic.load, error=UnstableQueueError)


def _ratio(part: Figures, whole: Figures) -> Figures:
    """``part / whole``, 0 where the whole is 0."""
    return np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), 0.0)


def _falling_root(share_left: Callable[[Figures], Figures], level: Figures) -> Figures:
    """Least t >= 0 with ``share_left(t) <= level`` for a falling function, by doubling and halving."""
    high = np.ones_like(level)
    for _ in range(_DOUBLINGS):
        above = share_left(high) > level
        if not above.any():
            break
        high = np.where(above, 2.0 * high, high)
    low = np.zeros_like(level)
    done = share_left(low) <= level
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = share_left(middle) > level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(done, 0.0, high)
