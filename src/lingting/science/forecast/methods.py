"""One way to forecast behind one protocol, and the plain ones: last week, weekday mean, level, smoothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from .calendar import Days, Figures, Whole

WEEKS_AVERAGED = 8
SHAPE_WEEKS = 10
SMOOTHING_RATES = (0.1, 0.2, 0.35, 0.5)
SHAPE_RATE = 0.2


@dataclass(frozen=True, eq=False)
class Past:
    """What a method may learn from: ``values`` (days, intervals), NaN where missing, closed or left out."""

    days: Days
    values: Figures

    @property
    def rows(self) -> Whole:
        """Places of the days with any figure."""
        return np.flatnonzero(np.isfinite(self.values).any(axis=1))


@dataclass(frozen=True, eq=False)
class Tuning:
    """Parameters worth keeping from one day to the next: log amplitudes by component of the day curves."""

    amplitudes: dict[int, Figures] = field(default_factory=dict)
    last_ordinal: int = -(10**9)


class Fitted(Protocol):
    """A method that has learned."""

    def predict(self, days: Days) -> Figures:
        """Expected counts (days, intervals) on later days, opening hours not yet applied."""
        ...


class Method(Protocol):
    """A way to forecast."""

    @property
    def name(self) -> str:
        """What it is called in reports."""
        ...

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """Learn from ``past``, which has at least two observed days."""
        ...


@dataclass(frozen=True, eq=False)
class _ByWeekday:
    """A curve for each weekday, times a level that may fade with the days ahead."""

    curves: Figures
    last_ordinal: int
    log_level: float = 0.0
    memory: float = 0.0

    def predict(self, days: Days) -> Figures:
        ahead = np.maximum(days.ordinal - self.last_ordinal, 1)
        level = np.exp(self.log_level * self.memory**ahead)
        return np.asarray(self.curves[days.weekday] * level[:, None])


@dataclass(frozen=True)
class LastWeek:
    """The naive one: the same weekday when it was last counted."""

    name: str = "last week"

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """Last curve of each weekday; the last of any for a weekday never seen."""
        rows, filled = filled_days(past)
        weekdays = past.days.weekday[rows]
        curves = np.array([_last(filled, weekdays == weekday) for weekday in range(7)])
        return _ByWeekday(curves, int(past.days.ordinal[rows[-1]]))


@dataclass(frozen=True)
class WeekdayMean:
    """Mean of the last eight of each weekday."""

    name: str = "weekday mean"

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """Mean curve of each weekday; the mean of all for a weekday never seen."""
        rows, filled = filled_days(past)
        return _ByWeekday(weekday_means(filled, weekdays=past.days.weekday[rows]), int(past.days.ordinal[rows[-1]]))


@dataclass(frozen=True)
class WeekdayLevel:
    """Mean curve of the weekday times a level that remembers yesterday: AR(1) on log sums (Box & Jenkins 1970)."""

    name: str = "weekday level"

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """Level and memory from the log ratios of day sums to their weekday's mean."""
        rows, filled = filled_days(past)
        weekdays, ordinal = past.days.weekday[rows], past.days.ordinal[rows]
        curves = weekday_means(filled, weekdays=weekdays)
        away = _log_levels(filled, curves=curves, weekdays=weekdays)
        memory = _memory(away, ordinal=ordinal)
        return _ByWeekday(curves, int(ordinal[-1]), float(away[-1]), memory)


@dataclass(frozen=True)
class Smoothing:
    """Exponential smoothing of the level, and slower of each weekday's curve (Gardner 1985)."""

    name: str = "smoothing"

    def fit(self, past: Past, *, tuning: Tuning) -> Fitted:
        """The rate of the level is the one that would have done best so far."""
        rows, filled = filled_days(past)
        weekdays = past.days.weekday[rows]
        sums = np.log(filled.sum(axis=1) + 1.0)
        found = [_smoothed_level(sums, weekdays=weekdays, rate=rate) for rate in SMOOTHING_RATES]
        _error, level, effects = min(found, key=lambda one: one[0])
        shapes = _smoothed_shapes(filled, weekdays=weekdays)
        day_sums = np.maximum(np.exp(level + effects) - 1.0, 0.0)
        return _ByWeekday(shapes * day_sums[:, None], int(past.days.ordinal[rows[-1]]))


def filled_days(past: Past) -> tuple[Whole, Figures]:
    """Places of the observed days and their counts (days, intervals) with gaps filled by the weekday's profile

    at the day's own level.
    """
    rows = past.rows
    values = past.values[rows]
    present = np.isfinite(values)
    if present.all():
        return rows, values
    weekdays = past.days.weekday[rows]
    overall = _present_mean(values)
    filled = values.copy()
    for weekday in np.unique(weekdays):
        chosen = weekdays == weekday
        own = _present_mean(values[chosen])
        profile = np.where(np.isfinite(own), own, np.nan_to_num(overall))
        seen = np.where(present[chosen], values[chosen], 0.0).sum(axis=1)
        usual = (present[chosen] * profile).sum(axis=1)
        level = np.where(usual > 0.0, seen / np.maximum(usual, 1e-9), 1.0)
        filled[chosen] = np.where(present[chosen], values[chosen], level[:, None] * profile)
    return rows, filled


def weekday_means(filled: Figures, *, weekdays: Whole, most: int = WEEKS_AVERAGED) -> Figures:
    """Mean curves (7, intervals) of the last days of each weekday; of all days for a weekday never seen."""
    overall = filled[-7 * most :].mean(axis=0)
    return np.array(
        [filled[weekdays == weekday][-most:].mean(axis=0) if (weekdays == weekday).any() else overall for weekday in range(7)]
    )


def _present_mean(values: Figures) -> Figures:
    present = np.isfinite(values)
    sums = np.where(present, values, 0.0).sum(axis=0)
    mean: Figures = np.where(present.any(axis=0), sums / np.maximum(present.sum(axis=0), 1), np.nan)
    return mean


def _last(filled: Figures, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Figures:
    return np.asarray(filled[chosen][-1] if chosen.any() else filled[-1])


def _log_levels(filled: Figures, *, curves: Figures, weekdays: Whole) -> Figures:
    return np.asarray(np.log((filled.sum(axis=1) + 1.0) / (curves[weekdays].sum(axis=1) + 1.0)))


def _memory(away: Figures, *, ordinal: Whole) -> float:
    """Correlation from one day to the next, shrunk as if ten days without memory had been seen too."""
    next_day = np.diff(ordinal) <= 3
    one, other = away[:-1][next_day], away[1:][next_day]
    if not len(one) or not np.any(away):
        return 0.0
    return float(np.clip(one @ other / (one @ one + 10.0 * np.mean(away**2)), 0.0, 0.98))


def _smoothed_level(sums: Figures, *, weekdays: Whole, rate: float) -> tuple[float, float, Figures]:
    """(mean squared error, last level, weekday effects (7,)) of additive smoothing on the log scale."""
    effects = np.array([sums[weekdays == weekday].mean() if (weekdays == weekday).any() else sums.mean() for weekday in range(7)])
    effects = effects - sums.mean()
    level, errors = float(sums[0] - effects[weekdays[0]]), []
    for value, weekday in zip(sums.tolist(), weekdays.tolist(), strict=True):
        error = value - level - effects[weekday]
        errors.append(error)
        level += rate * error
    return float(np.mean(np.square(errors))), level, effects


def _smoothed_shapes(filled: Figures, *, weekdays: Whole) -> Figures:
    """Share of each interval in the day (7, intervals), newer days weighing more."""
    sums = np.maximum(filled.sum(axis=1, keepdims=True), 1e-9)
    shares = filled / sums
    overall = shares[-7 * SHAPE_WEEKS :].mean(axis=0)
    shapes = np.tile(overall, (7, 1))
    for weekday in np.unique(weekdays):
        own = shares[weekdays == weekday][-3 * SHAPE_WEEKS :]
        weights = (1.0 - SHAPE_RATE) ** np.arange(len(own))[::-1]
        trust = weights.sum() / (weights.sum() + 1.0)
        shapes[weekday] = trust * (weights @ own) / weights.sum() + (1.0 - trust) * overall
    return shapes
