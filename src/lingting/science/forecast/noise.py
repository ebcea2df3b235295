"""How far arrivals stray from their forecast: the day as a whole, slow swings within it, and chance.

In square roots (where a Poisson count has variance 1/4) a day's miss is  l s + F z + e : a level l common to the
day (s is the root of the forecast), a few typical swings F with weights z, and what is left, e. The level lasts
from day to day (a random walk beside an independent part). Whitt (1999) and Avramidis, Deslauriers & L'Ecuyer
(2004) show why the common level matters; Shen & Huang (2008) the updating during the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import Figures
from .curves import SHIFT, leading_shapes

MOST_SWINGS = 4
DAYS_PER_SWING = 6
PRIOR_DAYS, PRIOR_LEVEL = 3.0, 0.06
YEARLY_DRIFT = 0.05
"""Deviation of the level (half of that of the volume) gained in a year beyond what was tried."""
BLOCK_MINUTES = 30
COVERED, COVERED_DEVIATIONS = 0.8, 1.2815515655446004
LEAST_DAYS_TO_SCALE, PRIOR_SCALED_DAYS = 12, 6.0
LONGEST_SWING = 1.5
"""Days that swing more, in median lengths, are shortened: one odd day is no pattern."""
JUDGED_TOGETHER = 7
LEAST_ROOT = 1.2
"""Blocks with less than about one arrival say nothing about widths: 0 is nearly always within."""
LEAST_SCALE, MOST_SCALE = 0.4, 2.5
DISPERSION_PRIOR = 10.0


@dataclass(frozen=True, eq=False)
class DayNoise:
    """Noise of one queue. ``level`` is the deviation of l one day ahead, ``growth`` factors on it by days ahead.

    ``swings`` (swings, intervals) already times their deviations; ``dispersion`` (intervals,) variance of a count
    over that of a Poisson count; ``lasting`` the share of the level's variance that lasts to later days.
    """

    level: float
    growth_days: Figures
    growth: Figures
    lasting: float
    swings: Figures
    dispersion: Figures

    def level_deviations(self, ahead: Figures) -> Figures:
        """Deviation of the level by calendar days ahead, never falling."""
        tried = np.interp(np.log(np.maximum(ahead, 1.0)), np.log(self.growth_days), self.growth) * self.level
        beyond = np.maximum(ahead - self.growth_days[-1], 0.0) / 365.0
        return np.asarray(np.sqrt(tried**2 + YEARLY_DRIFT**2 * beyond))


def fitted_noise(residuals: Figures, *, roots: Figures, later: list[tuple[int, Figures, Figures]], minutes: int) -> DayNoise:
    """Noise from misses one day ahead, ``residuals`` (days, intervals) in roots, NaN where unknown.

    ``roots`` are those of the forecasts; ``later`` holds (days ahead, residuals, roots) of longer horizons. The
    deviations are scaled so that 80 % intervals would have covered 80 % of past days, blocks and intervals, each
    judged by noise fitted to the days before it (split conformal; Vovk, Gammerman & Shafer 2005).
    """
    plain = _plain_noise(residuals, roots=roots)
    growth_days, growth = _growth(plain.level, later=later)
    first = day_levels(residuals, roots=roots)
    lasting = _lasting_share(first, later=later)
    level_scale, swing_scale, chance_scale = _scales(residuals, roots=roots, plain=plain, minutes=minutes)
    return DayNoise(
        level=plain.level * level_scale,
        growth_days=growth_days,
        growth=growth,
        lasting=lasting,
        swings=plain.swings * swing_scale,
        dispersion=plain.dispersion * chance_scale**2,
    )


def day_levels(residuals: Figures, *, roots: Figures) -> Figures:
    """The level of each day's miss (days,), by least squares; NaN on days without one."""
    present = np.isfinite(residuals)
    weight = np.where(present, roots**2, 0.0).sum(axis=1)
    product = np.where(present, residuals * roots, 0.0).sum(axis=1)
    return np.where(weight > 0.0, product / np.maximum(weight, 1e-12), np.nan)


def root_variance(means: Figures) -> Figures:
    """Variance of the root of a Poisson count by its mean: 1/4 for large means, less below 2."""
    return np.asarray(np.interp(means, _GRID, _GRID_VARIANCE, right=0.25))


def _grid_variance(means: Figures) -> Figures:
    counts = np.arange(80.0)
    log_factorial = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, 80.0)))))
    chances = np.exp(counts * np.log(means[:, None]) - means[:, None] - log_factorial)
    first = chances @ np.sqrt(counts + SHIFT)
    return np.asarray(chances @ (counts + SHIFT) - first**2)


_GRID = np.concatenate(([1e-6], np.geomspace(0.01, 25.0, 60)))
_GRID_VARIANCE = _grid_variance(_GRID)


def _plain_noise(residuals: Figures, *, roots: Figures) -> DayNoise:
    """Noise as estimated, not yet scaled, one day ahead only."""
    one, days = np.ones(1), np.isfinite(residuals).any(axis=1)
    kept, forecast = residuals[days], roots[days]
    if not len(kept):
        return DayNoise(PRIOR_LEVEL, one, one, 0.5, np.zeros((0, residuals.shape[1])), np.ones(residuals.shape[1]))
    levels = day_levels(kept, roots=forecast)
    within = np.nan_to_num(kept - levels[:, None] * forecast)
    swings = _swings(within)
    left = within - (within @ np.linalg.pinv(swings)) @ swings if len(swings) else within
    poisson = root_variance(np.maximum(forecast**2 - SHIFT, 1e-6))
    freedom = max(1.0, len(kept) - len(swings) - 1.0)
    usual = poisson.mean(axis=0)
    dispersion = ((left**2).sum(axis=0) + DISPERSION_PRIOR * usual) / (np.maximum(usual, 1e-9) * (freedom + DISPERSION_PRIOR))
    dispersion = _smooth(np.maximum(dispersion, 0.5))
    chance = (dispersion * poisson * forecast**2).sum(axis=1) / np.maximum((forecast**2).sum(axis=1), 1e-9) ** 2
    variance = max(0.0, float(np.sum(levels**2 - chance)))
    level = np.sqrt((variance + PRIOR_DAYS * PRIOR_LEVEL**2) / (len(kept) + PRIOR_DAYS))
    return DayNoise(float(level), one, one, 0.5, swings, dispersion)


def _swings(within: Figures) -> Figures:
    """Leading swings (swings, intervals) times their deviations, less what chance alone would show."""
    days, intervals = within.shape
    count = min(MOST_SWINGS, days // DAYS_PER_SWING, intervals // 3)
    if count < 1 or not within.any():
        return np.zeros((0, intervals))
    lengths = np.linalg.norm(within, axis=1)
    within = within * np.minimum(1.0, LONGEST_SWING * np.median(lengths) / np.maximum(lengths, 1e-12))[:, None]
    shapes = leading_shapes(_smooth(within), count=count)
    strengths = ((within @ shapes.T) ** 2).mean(axis=0)
    chance = max(0.0, float((within**2).sum() / days - strengths.sum())) / max(1, intervals - count)
    return np.asarray(shapes * np.sqrt(np.maximum(strengths - chance, 0.0))[:, None])


def _smooth(values: Figures) -> Figures:
    """Moving mean over five intervals along the last axis, shorter at the ends."""
    width = 5
    padded = np.concatenate((np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)), axis=-1)
    places = np.arange(values.shape[-1])
    low, high = np.maximum(places - width // 2, 0), np.minimum(places + width // 2 + 1, values.shape[-1])
    return np.asarray((padded[..., high] - padded[..., low]) / (high - low))


def _growth(level: float, *, later: list[tuple[int, Figures, Figures]]) -> tuple[Figures, Figures]:
    days, factors = [1.0], [1.0]
    for ahead, residuals, roots in later:
        levels = day_levels(residuals, roots=roots)
        levels = levels[np.isfinite(levels)]
        variance = (float(np.sum(levels**2)) + PRIOR_DAYS * (1.3 * factors[-1] * level) ** 2) / (len(levels) + PRIOR_DAYS)
        days.append(float(ahead))
        factors.append(max(factors[-1], float(np.sqrt(variance)) / max(level, 1e-9)))
    return np.array(days), np.array(factors)


def _lasting_share(first: Figures, *, later: list[tuple[int, Figures, Figures]]) -> float:
    """Share of tomorrow's level variance that is still there a week later, from misses of the same origin."""
    if not later:
        return 0.5
    week = day_levels(later[0][1], roots=later[0][2])
    both = np.isfinite(first) & np.isfinite(week)
    variance = float(np.mean(first[both] ** 2)) if both.any() else 0.0
    if not variance:
        return 0.5
    days = int(both.sum())
    share = float(np.mean(first[both] * week[both])) / variance
    return float(np.clip((days * share + 5.0 * 0.5) / (days + 5.0), 0.1, 0.9))


def _scales(residuals: Figures, *, roots: Figures, plain: DayNoise, minutes: int) -> tuple[float, float, float]:
    """Factors on the deviations of level, swings and chance.

    Swings and chance are judged on days they were not fitted to. The level is one number and is measured on every
    day, in the end, against what the other two leave: day sums are what plans stand on, so they have the last word.
    """
    block = max(1, BLOCK_MINUTES // minutes)
    folds = [slice(first, first + JUDGED_TOGETHER) for first in range(LEAST_DAYS_TO_SCALE, len(residuals), JUDGED_TOGETHER)]
    judged = sum(int(np.isfinite(residuals[rows]).any(axis=1).sum()) for rows in folds)
    if not judged:
        return 1.0, 1.0, 1.0
    earlier = [_plain_noise(residuals[: rows.start], roots=roots[: rows.start]) for rows in folds]

    def parts(width: int) -> Figures:
        found = [
            _parts_of_misses(residuals[rows], roots=roots[rows], noise=noise, width=width)
            for rows, noise in zip(folds, earlier, strict=True)
        ]
        return np.concatenate(found, axis=1)

    trust, share = judged / (judged + PRIOR_SCALED_DAYS), _corrected(judged)
    day = _parts_of_misses(residuals, roots=roots, noise=plain, width=residuals.shape[1])
    days = _corrected(day.shape[1])
    level = _scale(day[0], scaled=plain.level**2 * day[1], fixed=day[2] + day[3], share=days)
    single, swing = parts(1), 1.0
    variance = (level * plain.level) ** 2
    chance = _scale(single[0], scaled=single[3], fixed=variance * single[1] + single[2], share=share) ** trust
    if block > 1 and np.any((blocks := parts(block))[2]):
        fixed = variance * blocks[1] + chance**2 * blocks[3]
        swing = _scale(blocks[0], scaled=blocks[2], fixed=fixed, share=share) ** trust
    fixed = swing**2 * day[2] + chance**2 * day[3]
    return _scale(day[0], scaled=plain.level**2 * day[1], fixed=fixed, share=days), swing, chance


def _corrected(judged: int) -> float:
    """The share of past misses an 80 % interval must hold to hold 80 % of those to come, from so many days."""
    return min(1.0, COVERED * (judged + 1.0) / max(judged, 1))


def _parts_of_misses(residuals: Figures, *, roots: Figures, noise: DayNoise, width: int) -> Figures:
    """(4, blocks of all days): squared miss of the block's sum, and its variance by a level of 1, swings and chance."""
    present = np.isfinite(residuals)
    own = np.where(present, roots, 0.0)
    starts = np.arange(0, roots.shape[1], width)
    poisson = root_variance(np.maximum(roots**2 - SHIFT, 1e-6))
    size = np.add.reduceat(own**2, starts, axis=1)
    miss = np.add.reduceat(np.nan_to_num(residuals) * own, starts, axis=1) ** 2
    swings = np.zeros_like(miss)
    for swing in noise.swings:
        swings += np.add.reduceat(swing * own, starts, axis=1) ** 2
    chance = np.add.reduceat(noise.dispersion * poisson * own**2, starts, axis=1)
    some = size > LEAST_ROOT**2
    return np.asarray(np.stack([part[some] for part in (miss, size**2, swings, chance)]))


def _scale(squared_miss: Figures, *, scaled: Figures, fixed: Figures, share: float) -> float:
    """The factor on the deviation behind ``scaled`` with which 80 % intervals would have covered ``share``.

    ``share`` is 80 % times (days + 1) / days: the finite-sample correction of conformal prediction, by days because
    the intervals of a day err together.
    """
    if not len(squared_miss):
        return 1.0
    needed = (squared_miss / COVERED_DEVIATIONS**2 - fixed) / np.maximum(scaled, 1e-12)
    enough = float(np.quantile(needed, share, method="inverted_cdf"))
    return float(np.clip(np.sqrt(max(enough, 0.0)), LEAST_SCALE, MOST_SCALE))
