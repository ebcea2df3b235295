"""Integrals over the wait of a caller who finds every agent busy.

Given all agents busy, the wait such a caller faces has density proportional to
``exp(L(u) - r u) Q(m, L(u))`` with ``L(u)`` the calls expected to come in ``u`` seconds that are still there,
``r`` the rate of answers, ``m`` the waiting places and ``Q`` the chance of fewer than ``m`` Poisson events
(the queue of those ahead shrinks by a pure death process; the sum over its start is a truncated Poisson sum).
It is log-concave, so two tanh-sinh rules meeting at its peak integrate it to rounding error.
Source of the form without limit: A. Baccelli & G. Hebuterne 1981; S. Zeltyn & A. Mandelbaum 2005, section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from .birth_death import inverse_blocking
from .poisson import Figures, log_poisson

Weight = Callable[[Figures], Figures]

_NODES = 120
_REACH = 3.3
_DROP = 42.0
_RARE = 1e-200
_PEAK_STEPS = 60
_CHUNK = 2048
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Rule:
    """Nodes (seconds) and weights along the last axis; weights carry a factor ``exp(-scale)``."""

    seconds: Figures
    weights: Figures
    scale: Figures

    def total(self, values: Figures) -> Figures:
        """Integral of ``values`` (at the nodes) against the density, times ``exp(-scale)``."""
        return np.asarray(np.sum(self.weights * values, axis=-1))


@dataclass(frozen=True)
class BusyWait:
    """The unscaled density for flat arrays of one length: rates per second and waiting places."""

    arrivals: Figures
    answers: Figures
    abandons: Figures
    places: Figures

    def expected_calls(self, seconds: Figures) -> Figures:
        """``L(u)``: calls that come in ``u`` seconds and have not given up at their end."""
        exponent = self.abandons * seconds
        safe = np.where(exponent > 0.0, exponent, 1.0)
        ratio = np.where(exponent > 0.0, -np.expm1(-safe) / safe, 1.0)
        return np.asarray(self.arrivals * seconds * ratio)

    def log_density(self, seconds: Figures) -> Figures:
        """Natural logarithm of the unscaled density."""
        calls = self.expected_calls(seconds)
        value = calls - self.answers * seconds
        limited = np.isfinite(self.places)
        if np.any(limited):
            places = np.where(limited, np.maximum(self.places, 1.0), 1.0)
            value = value + np.where(limited, _log_fewer(calls, places), 0.0)
        return np.asarray(value)

    def rule_after(self, seconds: Figures) -> Rule:
        """The rule for integrals from ``seconds`` (one a row) to infinity."""
        pieces = [
            self._part(slice(start, start + _CHUNK))._rule(seconds[start : start + _CHUNK])
            for start in range(0, max(1, seconds.size), _CHUNK)
        ]
        return Rule(
            seconds=np.concatenate([piece.seconds for piece in pieces]),
            weights=np.concatenate([piece.weights for piece in pieces]),
            scale=np.concatenate([piece.scale for piece in pieces]),
        )

    def _part(self, rows: slice) -> BusyWait:
        return BusyWait(self.arrivals[rows], self.answers[rows], self.abandons[rows], self.places[rows])

    def _column(self) -> BusyWait:
        return BusyWait(self.arrivals[:, None], self.answers[:, None], self.abandons[:, None], self.places[:, None])

    def _rule(self, start: Figures) -> Rule:
        peak = self._peak(start)
        top = self.log_density(peak)
        right = self._fall(peak, np.full_like(peak, np.inf), top, 1.0)
        left = self._fall(peak, peak - start, top, -1.0)
        spread, share = _tanh_sinh()
        seconds = np.concatenate([peak[:, None] - left[:, None] * spread, peak[:, None] + right[:, None] * spread], axis=1)
        measure = np.concatenate([left[:, None] * share, right[:, None] * share], axis=1)
        density = np.exp(self._column().log_density(seconds) - top[:, None])
        return Rule(seconds=seconds, weights=measure * density, scale=top)

    def _peak(self, start: Figures) -> Figures:
        """Where the density from ``start`` on is largest: known without a limit, else by golden section."""
        high = np.maximum(start, self._peak_bound())
        low = np.where(np.isfinite(self.places), start, high)
        if not np.any(low < high):
            return high
        for _ in range(_PEAK_STEPS):
            first = high - _GOLDEN * (high - low)
            second = low + _GOLDEN * (high - low)
            rising = self.log_density(first) < self.log_density(second)
            low, high = np.where(rising, first, low), np.where(rising, high, second)
        return 0.5 * (low + high)

    def _peak_bound(self) -> Figures:
        """No later than this the density turns down, from a start of 0."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            growth = np.log(self.arrivals / self.answers)
            unlimited = np.where(growth <= 0.0, 0.0, growth / self.abandons)
            many = self.places * np.maximum(self.arrivals / self.answers, 1.0)
            enough = many + 40.0 * np.sqrt(many) + 100.0
            reach = -np.log1p(-np.minimum(enough * self.abandons / self.arrivals, 1.0)) / self.abandons
            filled = np.where(self.abandons > 0.0, reach, enough / self.arrivals)
        return np.asarray(np.fmin(unlimited, np.where(np.isfinite(self.places), filled, np.inf)))

    def _fall(self, peak: Figures, limit: Figures, top: Figures, sign: float) -> Figures:
        """How far from the peak the density has fallen by ``exp(-42)``, at most ``limit``."""
        width = np.minimum(1e-3 / (self.arrivals + self.answers + self.abandons), limit)
        for _ in range(200):
            high = self.log_density(peak + sign * width) > top - _DROP
            grown = np.where(high, np.minimum(2.0 * width, limit), width)
            if np.array_equal(grown, width):
                break
            width = grown
        return width


def _log_fewer(calls: Figures, places: Figures) -> Figures:
    """Logarithm of the chance of fewer than ``places`` Poisson events, also where the chance underflows."""
    calls, places = np.broadcast_arrays(calls, places)
    chance = np.asarray(special.gammaincc(places, calls))
    rare = chance < _RARE
    value = np.log(np.where(rare, 1.0, chance))
    if np.any(rare):
        most, mean = places[rare] - 1.0, calls[rare]
        value[rare] = log_poisson(most, mean=mean) + np.log(inverse_blocking(mean, agents=most))
    return np.asarray(value)


def _tanh_sinh() -> tuple[Figures, Figures]:
    """Distances from the peak and weights of the double-exponential rule on (0, 1), dense at both ends."""
    steps, step = np.linspace(-_REACH, _REACH, _NODES, retstep=True)
    bend = 0.5 * np.pi * np.sinh(steps)
    spread = 1.0 / (1.0 + np.exp(-2.0 * bend))
    share = step * 0.25 * np.pi * np.cosh(steps) / np.cosh(bend) ** 2
    return np.asarray(spread), np.asarray(share)
