"""Tail probabilities of splitting a total between two spans of exposure: binomial, and beta-binomial when counts clump.

Pure Python on purpose: totals are complaints (tens, rarely thousands), and no web process should load SciPy for them.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_STEPS = 200


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def binomial_tail(count: int, total: int, share: float) -> float:
    """P(X >= count) for X binomial with `total` trials of probability `share` (0 < share < 1)."""
    terms = (_log_choose(total, k) + k * log(share) + (total - k) * log1p(-share) for k in range(count, total + 1))
    return min(1.0, sum(map(exp, terms)))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def beta_binomial_tail(count: int, total: int, *, a: float, b: float) -> float:
    """P(X >= count) for X beta-binomial: binomial with a share drawn from Beta(a, b)."""
    whole = _log_beta(a, b)
    terms = (_log_choose(total, k) + _log_beta(k + a, total - k + b) - whole for k in range(count, total + 1))
    return min(1.0, sum(map(exp, terms)))


def split_tail(count: int, total: int, *, share: float, clumping: float) -> float:
    """P(X >= count) of `total` events when the span holds `share` of the exposure and counts vary `clumping` times Poisson.

    Counts of variance `clumping` times their mean (negative binomial of the first kind: a gamma process mixed with
    Poisson) split, given their total, beta-binomially with weights proportional to exposure; at 1 it is the binomial.
    """
    if clumping <= 1.0 + 1e-9:
        return binomial_tail(count, total, share)
    weight = total / (clumping - 1.0)
    return beta_binomial_tail(count, total, a=share * weight, b=(1.0 - share) * weight)


def share_bounds(part: float, rest: float, *, confidence: float) -> tuple[float, float]:
    """Clopper-Pearson bounds of a share seen as `part` of `part + rest`, real counts allowed (scaled by clumping)."""
    alpha = (1.0 - confidence) / 2.0
    low = 0.0 if part <= 0 else beta_quantile(alpha, part, rest + 1.0)
    high = 1.0 if rest <= 0 else beta_quantile(1.0 - alpha, part + 1.0, rest)
    return low, high


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = share, by bisection, to the last place: beside 1 the function may rise by much within 1e-13."""
    low, high = 0.0, 1.0
    for _step in range(_STEPS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if regular_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def regular_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b), by its continued fraction (Lentz's method; DLMF 8.17.22)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - regular_beta(1.0 - x, b, a)
    front = exp(a * log(x) + b * log1p(-x) - _log_beta(a, b)) / a
    return front * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    value, c, d = 1.0, 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + term / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value
