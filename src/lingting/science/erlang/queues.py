"""The two queues behind every figure: one without a limit (closed forms) and one with a line limit.

Both answer the same seven questions; all shares are of the calls offered. Arrays are flat and of one length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .birth_death import QueueGrowth, is_light, queue_growth
from .poisson import Figures, log_rising_ratio
from .wait_integral import BusyWait, Rule


@dataclass(frozen=True)
class Rates:
    """Per second: calls coming, answers while everybody is busy, abandons per caller waiting."""

    arrivals: Figures
    answers: Figures
    abandons: Figures


class Queue(Protocol):
    """What a queue can tell; every share is of the calls offered."""

    @property
    def waiting_share(self) -> Figures: ...

    @property
    def blocked_share(self) -> Figures: ...

    @property
    def abandoned_share(self) -> Figures: ...

    @property
    def queue_length(self) -> Figures: ...

    @property
    def answered_wait(self) -> Figures: ...

    @property
    def faced_wait(self) -> Figures: ...

    def facing_after(self, seconds: Figures) -> Figures: ...

    def answered_after(self, seconds: Figures) -> Figures: ...

    def abandoned_after(self, seconds: Figures) -> Figures: ...


@dataclass(frozen=True)
class EndlessQueue:
    """Erlang C and Erlang A: nobody is ever turned away.

    ``head`` is the agents' side: all states up to "every agent busy", relative to that state (``1/B``).
    Source: Zeltyn & Mandelbaum 2005 with exponential patience; Garnett, Mandelbaum & Reiman 2002.
    """

    rates: Rates
    head: Figures

    @cached_property
    def patient(self) -> NDArray[np.bool_]:
        return np.asarray(self.rates.abandons == 0.0)

    @cached_property
    def _departures(self) -> Figures:
        return self.rates.answers / np.where(self.patient, 1.0, self.rates.abandons)

    @cached_property
    def _arrivals(self) -> Figures:
        return self.rates.arrivals / np.where(self.patient, 1.0, self.rates.abandons)

    @cached_property
    def _growth(self) -> QueueGrowth:
        spare = self.rates.answers - self.rates.arrivals
        with np.errstate(divide="ignore", invalid="ignore"):
            steady = QueueGrowth(spare / self.rates.answers, self.rates.arrivals / spare, self._arrivals)
        if np.all(self.patient):
            return steady
        impatient = queue_growth(self._arrivals, departures=self._departures)
        return QueueGrowth(
            inverse=np.where(self.patient, steady.inverse, impatient.inverse),
            waiting=np.where(self.patient, steady.waiting, impatient.waiting),
            served=np.where(self.patient, steady.served, impatient.served),
        )

    @cached_property
    def waiting_share(self) -> Figures:
        return 1.0 / (1.0 + (self.head - 1.0) * self._growth.inverse)

    @property
    def full_share(self) -> Figures:
        """Chance of the state "every agent busy, nobody waiting"."""
        return self.waiting_share * self._growth.inverse

    @property
    def blocked_share(self) -> Figures:
        return np.zeros_like(self.head)

    @cached_property
    def queue_length(self) -> Figures:
        return self.waiting_share * self._growth.waiting

    @property
    def abandoned_share(self) -> Figures:
        return self.queue_length * self.rates.abandons / self.rates.arrivals

    @cached_property
    def answered_wait(self) -> Figures:
        """Seconds waited in all by those answered, per call offered."""
        if np.all(self.patient):
            return self.queue_length / self.rates.arrivals
        kept = np.exp(-self.rates.abandons[:, None] * self._rule.seconds)
        return self._mean(self._rule.seconds * kept)

    @cached_property
    def faced_wait(self) -> Figures:
        """Seconds that callers face in all, were they patient enough, per call offered."""
        if np.all(self.patient):
            return self.queue_length / self.rates.arrivals
        return self._mean(self._rule.seconds)

    @cached_property
    def _rule(self) -> Rule:
        unlimited = np.full_like(self.head, np.inf)
        busy = BusyWait(self.rates.arrivals, self.rates.answers, self.rates.abandons, unlimited)
        return busy.rule_after(np.zeros_like(self.head))

    def _mean(self, values: Figures) -> Figures:
        whole = self._rule.total(np.ones_like(values))
        return self.waiting_share * self._rule.total(values) / whole

    def facing_after(self, seconds: Figures) -> Figures:
        """Share facing a wait of more than ``seconds``, were they patient enough."""
        later = None if np.all(self.patient) else self._later(seconds)
        return self.waiting_share * self._still_busy(seconds, later)

    def answered_after(self, seconds: Figures) -> Figures:
        """Share answered after more than ``seconds``."""
        if np.all(self.patient):
            return self.facing_after(seconds)
        later = self._later(seconds)
        served = np.where(self.patient, 1.0, later.served / self._arrivals)
        return self.waiting_share * self._still_busy(seconds, later) * served

    def abandoned_after(self, seconds: Figures) -> Figures:
        """Share that gives up after more than ``seconds``."""
        if np.all(self.patient):
            return np.zeros_like(self.head)
        later = self._later(seconds)
        lost = np.where(self.patient, 0.0, later.waiting / self._arrivals)
        return self.waiting_share * self._still_busy(seconds, later) * lost

    def _thinned(self, seconds: Figures) -> Figures:
        return np.maximum(self._arrivals * np.exp(-self.rates.abandons * seconds), 1e-300)

    def _later(self, seconds: Figures) -> QueueGrowth:
        return queue_growth(self._thinned(seconds), departures=self._departures)

    def _still_busy(self, seconds: Figures, later: QueueGrowth | None) -> Figures:
        """Share of those who wait whose faced wait exceeds ``seconds``."""
        spare = np.where(self.patient, self.rates.answers - self.rates.arrivals, 0.0)
        steady = np.exp(-spare * seconds)
        if later is None:
            return steady
        x, y, z = self._arrivals, self._departures, self._thinned(seconds)
        light = is_light(x, departures=y)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            heavy = np.where(y == 0.0, 1.0, special.gammainc(y, z) / special.gammainc(y, x))
            drift = -x * np.expm1(-self.rates.abandons * seconds) - self.rates.answers * seconds
            ratio = np.exp(drift) * self._growth.inverse / later.inverse
        return np.where(self.patient, steady, np.where(light, ratio, heavy))


@dataclass(frozen=True)
class LimitedQueue:
    """M/M/n/K+M: a call that finds every line taken is turned away; ``places`` = lines less agents.

    Integrals over the faced wait, see ``wait_integral``; patience may be infinite.
    """

    rates: Rates
    head: Figures
    places: Figures

    @cached_property
    def _busy(self) -> BusyWait:
        return BusyWait(self.rates.arrivals, self.rates.answers, self.rates.abandons, self.places)

    @cached_property
    def _rule(self) -> Rule:
        return self._busy.rule_after(np.zeros_like(self.head))

    @cached_property
    def _parts(self) -> tuple[Figures, Figures]:
        """Shares waiting and blocked."""
        scale = self._rule.scale
        waiting = self.rates.answers * self._rule.total(np.ones_like(self._rule.seconds))
        waiting = np.where(self.places == 0.0, 0.0, waiting)
        blocked = np.exp(self._log_full() - scale)
        with np.errstate(over="ignore", invalid="ignore"):
            total = (self.head - 1.0) * np.exp(-scale) + waiting + blocked
            return waiting / total, blocked / total

    def _log_full(self) -> Figures:
        """Log of the state "every line taken" relative to "every agent busy, nobody waiting"."""
        places = np.where(np.isfinite(self.places), self.places, 0.0)
        steady = places * np.log(self.rates.arrivals / self.rates.answers)
        patient = self.rates.abandons == 0.0
        leaving = np.where(patient, 1.0, self.rates.abandons)
        shrinking = log_rising_ratio(self.rates.answers / leaving, mean=self.rates.arrivals / leaving, steps=places)
        value = np.where(patient, steady, shrinking)
        return np.where(np.isfinite(self.places), value, -np.inf)

    @property
    def waiting_share(self) -> Figures:
        return self._parts[0]

    @property
    def blocked_share(self) -> Figures:
        return self._parts[1]

    @cached_property
    def queue_length(self) -> Figures:
        return self._integral(self._rule, _until_gone(self.rates.abandons, self._rule.seconds)) * (self.rates.arrivals)

    @property
    def abandoned_share(self) -> Figures:
        return self.queue_length * self.rates.abandons / self.rates.arrivals

    @cached_property
    def answered_wait(self) -> Figures:
        """Seconds waited in all by those answered, per call offered."""
        return self._integral(self._rule, self._rule.seconds * self._kept(self._rule.seconds))

    @cached_property
    def faced_wait(self) -> Figures:
        """Seconds that callers face in all, were they patient enough, per call offered."""
        return self._integral(self._rule, self._rule.seconds)

    def facing_after(self, seconds: Figures) -> Figures:
        """Share facing a wait of more than ``seconds``, were they patient enough."""
        rule = self._busy.rule_after(seconds)
        return self._integral(rule, np.ones_like(rule.seconds))

    def answered_after(self, seconds: Figures) -> Figures:
        """Share answered after more than ``seconds``."""
        rule = self._busy.rule_after(seconds)
        return self._integral(rule, self._kept(rule.seconds))

    def abandoned_after(self, seconds: Figures) -> Figures:
        """Share that gives up after more than ``seconds``."""
        rule = self._busy.rule_after(seconds)
        start = seconds[:, None]
        lost = -np.expm1(-self.rates.abandons[:, None] * (rule.seconds - start)) * self._kept(start)
        return self._integral(rule, lost)

    def _kept(self, seconds: Figures) -> Figures:
        return np.asarray(np.exp(-self.rates.abandons[:, None] * seconds))

    def _integral(self, rule: Rule, values: Figures) -> Figures:
        """Integral per call offered, whatever the rule's own scale."""
        whole = self._rule.total(np.ones_like(self._rule.seconds))
        share = rule.total(values) / whole * np.exp(rule.scale - self._rule.scale)
        return np.where(self.places == 0.0, 0.0, self.waiting_share * share)


def _until_gone(abandons: Figures, seconds: Figures) -> Figures:
    """Mean time spent waiting by a caller facing ``seconds``: until answered or patience ends."""
    rate = np.broadcast_to(abandons[:, None], seconds.shape)
    safe = np.where(rate > 0.0, rate, 1.0)
    return np.where(rate > 0.0, -np.expm1(-safe * seconds) / safe, seconds)
