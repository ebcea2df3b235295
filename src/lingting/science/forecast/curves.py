"""Low-rank day curves: each day is a mean curve plus a few typical deviations with weights that are forecast.

Shen & Huang (2008), Interday forecasting and intraday updating of call center arrivals; square root as in
Brown et al. (2005), Statistical analysis of a telephone call center: sqrt(count + 3/8) has variance near 1/4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from .calendar import Days, Figures, Whole
from .gaussian import Kernels, posterior_mean, tuned_amplitudes
from .methods import Fitted, Past, Tuning, filled_days, weekday_means

SHIFT = 0.375
MOST_COMPONENTS = 5
DAYS_PER_COMPONENT = 7
MOST_DAYS = 420
TUNED_ON_DAYS = 140
RETUNED_AFTER_DAYS = 28
WEEKDAY_SHRINK = 2.0


def root(counts: Figures) -> Figures:
    """Square root that makes the variance of a Poisson count even."""
    return np.asarray(np.sqrt(np.maximum(counts, 0.0) + SHIFT))


def unroot(roots: Figures) -> Figures:
    """Expected counts at expected roots: the variance of the root, 1/4, comes back."""
    return np.asarray(np.maximum(np.maximum(roots, 0.0) ** 2 - SHIFT + 0.25, 0.0))


@dataclass(frozen=True, eq=False)
class Curves:
    """``mean`` (intervals,), ``shapes`` (components, intervals) orthonormal, ``weights`` (days, components)."""

    rows: Whole
    mean: Figures
    shapes: Figures
    weights: Figures
    lift: Figures

    @classmethod
    def of(cls, past: Past) -> Curves:
        """Singular value decomposition of the observed days' roots."""
        rows, filled = filled_days(past)
        rows, filled = rows[-MOST_DAYS:], filled[-MOST_DAYS:]
        roots = root(filled)
        mean = roots.mean(axis=0)
        shapes = leading_shapes(roots - mean, count=_components(rows, intervals=filled.shape[1]))
        weights = (roots - mean) @ shapes.T
        back = unroot(mean + weights @ shapes)
        lift = (filled.sum(axis=0) + 1.0) / (back.sum(axis=0) + 1.0)
        return cls(rows=rows, mean=mean, shapes=shapes, weights=weights, lift=lift)

    def counts(self, weights: Figures) -> Figures:
        """Expected counts (days, intervals) for weights (days, components)."""
        return unroot(self.mean + weights @ self.shapes) * self.lift


@dataclass(frozen=True, eq=False)
class _FittedCurves:
    curves: Curves
    kernels: Kernels
    units: Figures
    amplitudes: list[Figures]

    def predict(self, days: Days) -> Figures:
        across = self.kernels.between(days, self.kernels.days)
        weights = [
            posterior_mean(self.units, across=across, series=series, amplitudes=amplitudes)
            for series, amplitudes in zip(self.curves.weights.T, self.amplitudes, strict=True)
        ]
        return self.curves.counts(np.stack(weights, axis=1))


@dataclass(frozen=True)
class DayCurves:
    """Weights of the curves as Gaussian processes over days."""

    name: str = "day curves"

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """Amplitudes are taken from ``tuning`` where it has them, else found."""
        curves = Curves.of(past)
        kernels = Kernels.over(past.days[curves.rows])
        units = kernels.between(kernels.days, kernels.days)
        known = tuning.amplitudes
        amplitudes = [
            known[number] if number in known and len(known[number]) == len(units) else _tuned(units, curves.weights[:, number])
            for number in range(len(curves.shapes))
        ]
        return _FittedCurves(curves, kernels, units, amplitudes)


@dataclass(frozen=True)
class CurvesWithMemory:
    """Weights of the curves as weekday means plus AR(1), as Shen & Huang have them."""

    name: str = "curves with memory"

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """Weekday means shrunk to the mean of all days; memory by regression."""
        curves = Curves.of(past)
        return _RememberingCurves(curves, past.days[curves.rows])


@dataclass(frozen=True, eq=False)
class _RememberingCurves:
    curves: Curves
    days: Days

    def predict(self, days: Days) -> Figures:
        weights, weekdays = self.curves.weights, self.days.weekday
        counted = np.bincount(weekdays, minlength=7)[:, None].astype(np.float64)
        means = weekday_means(weights, weekdays=weekdays, most=len(weights))
        means = (counted * means + WEEKDAY_SHRINK * weights.mean(axis=0)) / (counted + WEEKDAY_SHRINK)
        away = weights - means[weekdays]
        one, other = away[:-1], away[1:]
        spread = (one**2).sum(axis=0) + 5.0 * (away**2).mean(axis=0)
        memory = np.clip((one * other).sum(axis=0) / np.maximum(spread, 1e-12), 0.0, 0.98)
        steps = np.arange(1, len(days) + 1)[:, None]
        return self.curves.counts(means[days.weekday] + away[-1] * memory**steps)


def renewed(tuning: Tuning, *, past: Past) -> Tuning:
    """``tuning`` if it is fresh enough for ``past``, else amplitudes found anew, starting from the old ones."""
    rows = past.rows
    last = int(past.days.ordinal[rows[-1]])
    kernels = Kernels.over(past.days[rows[-MOST_DAYS:]])
    wanted = _components(rows, intervals=past.values.shape[1])
    parts = 6 + kernels.has_trend + kernels.has_year
    fits = len(tuning.amplitudes) >= wanted and all(len(logs) == parts for logs in tuning.amplitudes.values())
    if fits and last - tuning.last_ordinal < RETUNED_AFTER_DAYS:
        return tuning
    curves = Curves.of(past)
    units = kernels.between(kernels.days, kernels.days)
    found = {number: _tuned(units, curves.weights[:, number], start=tuning.amplitudes.get(number)) for number in range(wanted)}
    return Tuning(amplitudes=found, last_ordinal=last)


def leading_shapes(values: Figures, *, count: int) -> Figures:
    """The ``count`` orthonormal shapes (count, intervals) that explain most of ``values`` (days, intervals)."""
    days, intervals = values.shape
    by_days = days < intervals
    products = values @ values.T if by_days else values.T @ values
    size = len(products)
    _strengths, vectors = eigh(products, subset_by_index=(max(0, size - count), size - 1), check_finite=False)
    shapes = vectors.T[::-1] @ values if by_days else vectors.T[::-1]
    lengths = np.linalg.norm(shapes, axis=1, keepdims=True)
    return np.asarray(shapes / np.maximum(lengths, 1e-12))


def _components(rows: Whole, *, intervals: int) -> int:
    return min(MOST_COMPONENTS, max(1, min(len(rows), MOST_DAYS) // DAYS_PER_COMPONENT), intervals)


def _tuned(units: Figures, series: Figures, *, start: Figures | None = None) -> Figures:
    newest = slice(-TUNED_ON_DAYS, None)
    return tuned_amplitudes(units[:, newest, newest], series=series[newest], start=start)
