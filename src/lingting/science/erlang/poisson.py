"""The Poisson point probability, exact to rounding for means and counts of any size.

Every queueing formula here is a ratio of this probability and an incomplete gamma function. The textbook form
``exp(n ln a - a - ln n!)`` loses a digit for every factor ten of ``a``; the saddle-point form does not
(C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Figures = NDArray[np.float64]

_HALF_LOG_TWO_PI = 0.5 * np.log(2.0 * np.pi)
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_STIRLING_FROM = 12.0
_SERIES_WITHIN = 0.1
_SERIES_TERMS = 9


def log_poisson(count: Figures, *, mean: Figures) -> Figures:
    """Natural logarithm of ``exp(-mean) mean**count / Gamma(count + 1)``; ``count`` may be fractional.

    Shapes broadcast; ``count`` >= 0 and ``mean`` > 0.
    """
    at_zero = count <= 0
    whole = np.where(at_zero, 1.0, count)
    value = -_stirling_error(whole) - _deviance(whole, mean) - _HALF_LOG_TWO_PI - 0.5 * np.log(whole)
    return np.where(at_zero, -mean, value)


def log_rising_ratio(start: Figures, *, mean: Figures, steps: Figures) -> Figures:
    """Logarithm of ``mean**steps / ((start + 1) (start + 2) ... (start + steps))``.

    It is the chance of ``steps`` people waiting relative to none, when the people waiting leave at rates
    ``start + 1, start + 2, ...`` and arrive at rate ``mean``. Shapes broadcast; ``start`` >= 0.
    """
    lifted = np.maximum(start, _STIRLING_FROM)
    growth = (lifted + steps + 0.5) * np.log1p(steps / lifted) - steps
    rising = growth + _stirling_error(lifted + steps) - _stirling_error(lifted) + steps * np.log(lifted)
    small = special.gammaln(start + steps + 1.0) - special.gammaln(start + 1.0)
    return steps * np.log(mean) - np.where(start < _STIRLING_FROM, small, rising)


def _stirling_error(count: Figures) -> Figures:
    """``ln Gamma(count + 1)`` less Stirling's approximation; ``count`` > 0."""
    large = np.maximum(count, _STIRLING_FROM)
    inverse_square = 1.0 / (large * large)
    series = np.zeros_like(large)
    for coefficient in reversed(_STIRLING):
        series = series * inverse_square + coefficient
    series = series / large
    if np.all(count >= _STIRLING_FROM):
        return series
    little = np.minimum(count, _STIRLING_FROM)
    direct = special.gammaln(little + 1.0) - (little + 0.5) * np.log(little) + little - _HALF_LOG_TWO_PI
    return np.where(count < _STIRLING_FROM, direct, series)


def _deviance(count: Figures, mean: Figures) -> Figures:
    """``count ln(count / mean) + mean - count`` without cancellation when the two are close."""
    gap = count - mean
    slope = gap / (count + mean)
    square = slope * slope
    series = np.zeros_like(slope)
    for power in range(_SERIES_TERMS, 0, -1):
        series = (series + 1.0 / (2 * power + 1)) * square
    near = gap * slope + 2.0 * count * slope * series
    far = count * np.log(count / mean) - gap
    return np.where(np.abs(slope) < _SERIES_WITHIN, near, far)
