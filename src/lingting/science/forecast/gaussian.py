"""A series over days as a Gaussian process: week, level, month position, first day after a closure, year, trend.

Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), ch. 2 and 5. The amplitudes are the
posterior mode under a log-normal prior around 0.3 of the series' own spread, so that a component which the
data do not ask for stays small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.optimize import minimize

from .calendar import Days, Figures

LEVEL_DAYS, TREND_DAYS, MEMORY_DAYS = 40.0, 300.0, 2.0
MONTH_LENGTH, MONTH_NEARNESS = 30.4, 2.5
YEAR_LENGTH, YEAR_SMOOTHNESS = 365.25, 0.35
YEAR_NEEDS_DAYS, TREND_NEEDS_DAYS = 400, 120
PRIOR_SHARE, PRIOR_WIDTH = 0.3, 1.0
MEAN_WIDTH = 2.0
JITTER = 1e-8
MOST_ITERATIONS = 25
GROSS, STURDY_PASSES = 4.0, 2


@dataclass(frozen=True, eq=False)
class Kernels:
    """Covariances of unit amplitude (components, days, days) of the fitted days; the last is noise."""

    days: Days
    has_trend: bool
    has_year: bool

    @classmethod
    def over(cls, days: Days) -> Kernels:
        """Trend and year only where the history is long enough to know them."""
        span = int(days.ordinal[-1] - days.ordinal[0]) if len(days) else 0
        return cls(days=days, has_trend=span >= TREND_NEEDS_DAYS, has_year=span >= YEAR_NEEDS_DAYS)

    def between(self, one: Days, other: Days) -> Figures:
        """Unit covariances (components, one, other), the noise included (days are the same or not)."""
        apart = np.abs(one.ordinal[:, None] - other.ordinal[None, :]).astype(np.float64)
        month = np.abs(one.month_day[:, None] - other.month_day[None, :]).astype(np.float64)
        month = np.minimum(month, np.abs(MONTH_LENGTH - month))
        parts = [
            (one.weekday[:, None] == other.weekday[None, :]).astype(np.float64),
            np.exp(-apart / LEVEL_DAYS),
            np.exp(-apart / MEMORY_DAYS),
            np.exp(-0.5 * (month / MONTH_NEARNESS) ** 2),
            (one.after_closed[:, None] & other.after_closed[None, :]).astype(np.float64),
        ]
        if self.has_trend:
            parts.append(np.exp(-apart / TREND_DAYS))
        if self.has_year:
            parts.append(np.exp(-2.0 * np.sin(np.pi * apart / YEAR_LENGTH) ** 2 / YEAR_SMOOTHNESS**2))
        parts.append((apart == 0.0).astype(np.float64))
        return np.array(parts)


def tuned_amplitudes(units: Figures, *, series: Figures, start: Figures | None = None) -> Figures:
    """Log amplitudes (components,), relative to the spread of ``series`` (days,), at the posterior mode."""
    scaled, count = _scaled(series)[0], len(series)
    prior = np.log(PRIOR_SHARE)
    flat = units.reshape(len(units), -1)
    mean_part = np.full((count, count), MEAN_WIDTH**2) + JITTER * np.eye(count)

    def loss(logs: Figures) -> tuple[float, Figures]:
        weights = np.exp(2.0 * logs)
        covariance = (weights @ flat).reshape(count, count) + mean_part
        factor = cho_factor(covariance, lower=True, check_finite=False)
        inverse = cho_solve(factor, np.eye(count), check_finite=False)
        alpha = inverse @ scaled
        slope = weights * (flat @ (inverse - np.outer(alpha, alpha)).ravel())
        value = 0.5 * scaled @ alpha + np.log(np.diag(factor[0])).sum()
        away = (logs - prior) / PRIOR_WIDTH
        return float(value + 0.5 * away @ away), slope + away / PRIOR_WIDTH

    first = np.full(len(units), prior) if start is None or len(start) != len(units) else start
    bounds = [(prior - 5.0, prior + 4.0)] * len(units)
    best = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_ITERATIONS})
    return np.asarray(best.x, dtype=np.float64)


def posterior_mean(units: Figures, *, across: Figures, series: Figures, amplitudes: Figures) -> Figures:
    """Mean (m,) of the series on other days; ``units`` (components, n, n), ``across`` (components, m, n)."""
    scaled, centre, spread = _scaled(series)
    weights = np.exp(2.0 * amplitudes)
    count = len(series)
    inverse = _sturdy_inverse(np.tensordot(weights, units, 1) + MEAN_WIDTH**2 + JITTER * np.eye(count), scaled=scaled)
    reach = np.tensordot(weights, across, 1) + MEAN_WIDTH**2
    return np.asarray(centre + spread * (reach @ (inverse @ scaled)))


def _sturdy_inverse(covariance: Figures, *, scaled: Figures) -> Figures:
    """Inverse of the covariance with more noise for days that the others contradict.

    A day whose leave-one-out residual (Rasmussen & Williams 2006, section 5.4.2) exceeds four deviations gets that
    residual as noise, as a heavy-tailed likelihood would give it: an outage must not pull the next day down.
    """
    exact = _inverse(covariance)
    inverse, extra = exact, np.zeros(len(scaled))
    for _pass in range(STURDY_PASSES):
        precision = np.diag(inverse)
        residual = (inverse @ scaled) / precision
        expected = np.sqrt(np.maximum(1.0 / precision - extra, 1e-9))
        found = np.where(np.abs(residual) > GROSS * expected, residual**2, 0.0)
        if not (found > extra).any():
            break
        extra = np.maximum(extra, found)
        inverse = _with_noise(exact, extra=extra)
    return inverse


def _with_noise(inverse: Figures, *, extra: Figures) -> Figures:
    """Inverse after ``extra`` (n,) was added to the diagonal, for a few days of n (Woodbury's identity)."""
    rows = np.flatnonzero(extra)
    part = inverse[:, rows]
    inner = np.diag(1.0 / extra[rows]) + part[rows]
    return np.asarray(inverse - part @ np.linalg.solve(inner, part.T))


def _inverse(covariance: Figures) -> Figures:
    """Inverse of a symmetric positive matrix, a third of the work of a general one."""
    factor, failed = dpotrf(covariance, lower=True)
    if failed:
        return np.asarray(np.linalg.inv(covariance))
    lower = np.tril(dpotri(factor, lower=True)[0])
    both = lower + lower.T
    both[np.diag_indices_from(both)] /= 2.0
    return np.asarray(both)


def _scaled(series: Figures) -> tuple[Figures, float, float]:
    centre, spread = float(series.mean()), float(series.std())
    varies = spread > 1e-9 * max(1.0, abs(centre))
    return (series - centre) / (spread if varies else 1.0), centre, spread if varies else 1e-9
