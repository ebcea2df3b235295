"""Sample paths from a forecast and its noise, and the rest of a day once part of it was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from .calendar import Counts, Figures, Flags
from .curves import root
from .noise import DayNoise, root_variance

MOST_DISPERSION = 50.0
GOLDEN_RATIO = 0.6180339887498949
LEAST_DAYS_TO_JUDGE = 8
LEAST_CHANCE = 0.2
"""Roots of tiny counts vary less than 1/4 but in jumps: one call at night must not move the day."""


@dataclass(frozen=True, eq=False)
class LevelDraws:
    """Standard normal draws (paths, days) behind the lasting and the passing part of the level."""

    lasting: Figures
    passing: Figures

    @classmethod
    def draw(cls, rng: np.random.Generator, *, paths: int, days: int) -> LevelDraws:
        """Independent normal draws, those of a day spread evenly over the plane of both parts by a lattice of the

        golden ratio (Niederreiter 1992, ch. 5), so that the width of a day hardly depends on luck with few paths.
        """
        place = np.arange(paths)
        lasting = (place + rng.random((days, paths))) / paths
        passing = (place * GOLDEN_RATIO + rng.random((days, 1))) % 1.0
        order = rng.permuted(np.tile(place, (days, 1)), axis=1)
        both = [np.take_along_axis(part, order, axis=1).T for part in (lasting, passing)]
        return cls(*(np.asarray(ndtri(np.clip(part, 1e-12, 1.0 - 1e-12))) for part in both))


def drawn_paths(
    rng: np.random.Generator,
    *,
    point: Figures,
    ahead: Figures,
    noise: DayNoise,
    draws: LevelDraws,
    extra: Figures,
) -> Counts:
    """Counts (paths, days, intervals) around ``point`` (days, intervals), ``ahead`` (days,) calendar days ahead.

    ``extra`` (days,) is the deviation of log volume that an uncertain event adds; within one forecast it is the
    same draw on every day.
    """
    paths = len(draws.lasting)
    levels = _levels(noise, ahead=ahead, draws=draws)
    levels = levels + 0.5 * extra * rng.standard_normal((paths, 1))
    counts = np.empty((paths, *point.shape), dtype=np.int64)
    for day in range(len(point)):
        states = rng.standard_normal((paths, len(noise.swings)))
        spread = levels[:, day] - levels[:, day].mean()
        rate = _rates(point[day], levels=spread, states=states, swings=noise.swings)
        counts[:, day] = _counted(rng, rates=rate, dispersion=noise.dispersion)
    return counts


@dataclass(frozen=True, eq=False)
class DayUpdate:
    """What the seen part of a day says: ``states`` of level and swings with ``covariance``, ``expected`` counts."""

    states: Figures
    covariance: Figures
    expected: Figures


@dataclass(frozen=True)
class Trust:
    """How much of an update past days justify: the share of its step, and whether swings take part."""

    share: float = 1.0
    has_swings: bool = True


def updated_day(*, point: Figures, seen: Figures, noise: DayNoise, level_deviation: float, trust: Trust) -> DayUpdate:
    """The rest of a day after ``seen`` (intervals,), NaN where not yet seen, was forecast as ``point``.

    A normal prior on level and swings, normal misses in roots: the posterior of a linear model (Rasmussen &
    Williams 2006, section 2.1; for call centres Shen & Huang 2008).
    """
    roots = root(point)
    present = np.isfinite(seen)
    design = _design(roots, noise=noise, level_deviation=level_deviation)
    gain, covariance = _gain(point, design=design, present=present, noise=noise, trust=trust)
    states = trust.share * (gain @ (root(seen[present]) - expected_root(point)[present]))
    moved = np.maximum(roots + states @ design, 0.0)
    expected = np.where(present, np.nan_to_num(seen), point * (moved / roots) ** 2)
    mixed = trust.share * covariance + (1.0 - trust.share) * np.eye(len(covariance))
    return DayUpdate(states, mixed, expected)


def trust_in_updates(residuals: Figures, *, points: Figures, present: Flags, noise: DayNoise, level_deviation: float) -> Trust:
    """The trust with which the rest of past days would have been forecast best.

    ``residuals`` (days, intervals) in roots and ``points``, the forecasts, of the backtest; ``present`` (intervals,)
    the part of the day that is seen. Least sum of absolute misses of the rest; full trust until a few days are known.
    """
    days = np.flatnonzero(np.isfinite(residuals).all(axis=1))
    if len(days) < LEAST_DAYS_TO_JUDGE or present.all() or not present.any():
        return Trust()
    shares = np.linspace(0.0, 1.0, 9)
    missed = np.zeros((2, len(shares)))
    for day in days:
        roots = root(points[day])
        design = _design(roots, noise=noise, level_deviation=level_deviation)
        came = roots + residuals[day]
        for has_swings in (False, True):
            gain, _covariance = _gain(points[day], design=design, present=present, noise=noise, trust=Trust(1.0, has_swings))
            said = roots + shares[:, None] * ((gain @ residuals[day, present]) @ design)
            missed[int(has_swings)] += np.abs(came[~present] ** 2 - np.maximum(said[:, ~present], 0.0) ** 2).sum(axis=1)
    best = divmod(int(np.argmin(missed)), len(shares))
    return Trust(float(shares[best[1]]), bool(best[0]))


def _design(roots: Figures, *, noise: DayNoise, level_deviation: float) -> Figures:
    return np.vstack([roots * level_deviation, noise.swings])


def _gain(point: Figures, *, design: Figures, present: Flags, noise: DayNoise, trust: Trust) -> tuple[Figures, Figures]:
    """Matrix (states, seen) from misses to states, and the posterior covariance (states, states)."""
    chance = root_variance(np.maximum(point, 1e-6)) * noise.dispersion
    if not trust.has_swings:
        chance = chance + (noise.swings**2).sum(axis=0)
        design = np.vstack([design[:1], np.zeros_like(noise.swings)])
    weighted = design[:, present] / np.maximum(chance[present], LEAST_CHANCE)
    covariance = np.linalg.inv(np.eye(len(design)) + weighted @ design[:, present].T)
    return np.asarray(covariance @ weighted), np.asarray(covariance)


def drawn_rest(
    rng: np.random.Generator,
    *,
    seen: Figures,
    update: DayUpdate,
    noise: DayNoise,
    level_deviation: float,
    paths: int,
) -> Counts:
    """Counts (paths, intervals) of a day whose seen intervals are certain."""
    upper = np.linalg.cholesky(update.covariance)
    states = rng.standard_normal((paths, len(upper))) @ upper.T
    rates = _rates(update.expected, levels=level_deviation * states[:, 0], states=states[:, 1:], swings=noise.swings)
    counts = _counted(rng, rates=rates, dispersion=noise.dispersion)
    return np.asarray(np.where(np.isfinite(seen), np.nan_to_num(np.rint(seen)).astype(np.int64), counts))


def expected_root(point: Figures) -> Figures:
    """Expected root of a Poisson count of mean ``point``: E[root]^2 = mean + 3/8 - variance of the root."""
    return np.asarray(np.sqrt(np.maximum(point + 0.375 - root_variance(np.maximum(point, 1e-6)), 0.0)))


def _levels(noise: DayNoise, *, ahead: Figures, draws: LevelDraws) -> Figures:
    """Levels (paths, days): a random walk that reaches the growing deviation, beside an independent part."""
    variance = noise.level_deviations(ahead) ** 2
    passing = (1.0 - noise.lasting) * noise.level**2
    walk = np.maximum(variance - passing, 0.0)
    steps = np.sqrt(np.maximum(np.diff(walk, prepend=0.0), 0.0))
    return np.asarray(np.cumsum(draws.lasting * steps, axis=1) + np.sqrt(passing) * draws.passing)


def _rates(point: Figures, *, levels: Figures, states: Figures, swings: Figures) -> Figures:
    """Poisson rates (paths, intervals) with mean ``point``."""
    roots = root(point)
    moved = np.maximum(roots * (1.0 + levels[:, None]) + states @ swings, 0.0) ** 2
    mean = moved.mean(axis=0)
    return np.asarray(np.where(mean > 0.0, point * moved / np.maximum(mean, 1e-12), 0.0))


def _counted(rng: np.random.Generator, *, rates: Figures, dispersion: Figures) -> Counts:
    """Poisson counts, or negative binomial ones where counts vary more; nearer to the rate where they vary less."""
    over = np.clip(dispersion - 1.0, 0.0, MOST_DISPERSION)
    wide = over > 1e-3
    drawn = rates.copy()
    if wide.any():
        shape = np.maximum(rates[:, wide], 1e-9) / over[wide]
        drawn[:, wide] = rng.standard_gamma(shape) * over[wide]
    counts = rng.poisson(drawn)
    narrow = dispersion < 1.0
    if narrow.any():
        pulled = rates[:, narrow] + np.sqrt(dispersion[narrow]) * (counts[:, narrow] - rates[:, narrow])
        counts[:, narrow] = np.floor(pulled + rng.random(pulled.shape)).astype(np.int64)
    return np.asarray(np.maximum(counts, 0))
