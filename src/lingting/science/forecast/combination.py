"""Weights for several forecasts of the same days, from how wrong they were together (Bates & Granger 1969)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from .calendar import Figures
from .curves import SHIFT, root

FADING = 0.98
PULL_TO_EQUAL = 0.05
SUM_FIRMNESS = 1e3


def rolling_weights(curves: Figures, *, actual: Figures, delay: int = 1, wanted_from: int = 0) -> Figures:
    """Weights (days + 1, methods) from ``curves`` (days, methods, intervals) against ``actual`` (days, intervals).

    Row d uses only days whose count was known by then, ``delay`` days after their forecast; the last row uses all;
    rows before ``wanted_from`` stay equal. Least squares on square roots, of intervals and of days alike, older
    days fading, pulled a little to equal weights; no weight is negative and they sum to 1.
    """
    days, methods = curves.shape[:2]
    products = _products(curves, actual=actual)
    weights = np.full((days + 1, methods), 1.0 / methods)
    gathered = np.zeros((methods, methods))
    counted = 0
    for day in range(days + 1):
        known = days if day == days else max(0, day - delay + 1)
        for late in range(counted, known):
            gathered = FADING * gathered + products[late]
        counted = max(counted, known)
        if counted and day >= wanted_from:
            weights[day] = _least(gathered)
    return weights


def combined_curves(curves: Figures, *, weights: Figures) -> Figures:
    """Weighted mean on square roots; the axis of methods is the first of ``curves``, NaN where one is."""
    mixed = np.asarray(np.tensordot(weights, root(curves), 1))
    return np.asarray(np.where(np.isfinite(mixed), np.maximum(mixed**2 - SHIFT, 0.0), np.nan))


def _products(curves: Figures, *, actual: Figures) -> Figures:
    """Sums of products of misses by day (days, methods, methods), 0 on days that cannot be judged."""
    misses = root(curves) - root(actual)[:, None, :]
    usable = np.asarray(np.isfinite(misses).all(axis=1))
    kept = np.where(usable[:, None, :], misses, 0.0)
    daily = kept.sum(axis=2) / np.sqrt(np.maximum(usable.sum(axis=1), 1))[:, None]
    return np.asarray(kept @ kept.transpose(0, 2, 1) + daily[:, :, None] * daily[:, None, :])


def _least(products: Figures) -> Figures:
    """Weights on the simplex with the least mixed error."""
    methods = len(products)
    pull = PULL_TO_EQUAL * float(np.trace(products)) / methods + 1e-9
    upper = np.linalg.cholesky(products + pull * np.eye(methods)).T
    target = np.linalg.solve(upper.T, np.full(methods, pull / methods))
    firm = SUM_FIRMNESS * float(np.abs(upper).max())
    weights, _distance = nnls(np.vstack([upper, np.full(methods, firm)]), np.append(target, firm))
    return np.asarray(weights / weights.sum())
