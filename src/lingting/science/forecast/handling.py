"""Handling time to come: a level by volume, weekday and time of day as far as the contacts bear them out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .calendar import Dates, Figures
from .errors import BadHistoryError, TooLittleHistoryError
from .history import History
from .outcome import Forecast

HALF_LIFE_DAYS = 14.0
CONTACT_VARIATION = 1.0
"""Deviation of a single handling time over its mean (1 as for an exponential; service times are near it)."""
PRIOR_DEVIATION = 0.15
"""Spread of the factors of intervals and weekdays before anything is known of them."""
LEAST_DAY_DEVIATION = 0.01


@dataclass(frozen=True, eq=False)
class HandlingModel:
    """Mean handling time: ``level_seconds`` x ``weekday`` (7,) x ``within_day`` (intervals,).

    ``day_deviation`` is that of the log level from day to day beyond chance.
    """

    level_seconds: float
    weekday: Figures
    within_day: Figures
    day_deviation: float
    contacts: float

    def expected(self, forecast: Forecast) -> Figures:
        """Mean seconds (days, intervals) of the forecast's days."""
        return self._expected(forecast.dates)

    def sampled(self, forecast: Forecast, *, seed: int) -> Figures:
        """Mean seconds (paths, days, intervals) beside ``forecast.paths``: one level for each path and day."""
        rng = np.random.default_rng(seed)
        shape = (len(forecast.paths), len(forecast.dates), 1)
        drawn = np.exp(self.day_deviation * rng.standard_normal(shape) - 0.5 * self.day_deviation**2)
        return np.asarray(drawn * self._expected(forecast.dates))

    def explain(self) -> str:
        """In words."""
        high, low = float(self.within_day.max()), float(self.within_day.min())
        return (
            f"{self.level_seconds:.0f} s on average from {self.contacts:.0f} contacts, {low:.2f} to {high:.2f} times that "
            f"within the day, give or take {self.day_deviation:.1%} from day to day."
        )

    def _expected(self, dates: Dates) -> Figures:
        weekdays = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
        return np.asarray(self.level_seconds * self.weekday[weekdays][:, None] * self.within_day[None, :])


def fit_handling(history: History, *, seconds: ArrayLike) -> HandlingModel:
    """Learn from mean ``seconds`` (days, intervals), NaN where no contact was handled, weighted by the counts.

    Newer days weigh more (half after two weeks). A factor of an interval or weekday with n contacts counts n / (n +
    k): the credibility of Bühlmann (1967) with k = variance of one contact over that of the factors. Raises
    BadHistoryError, TooLittleHistoryError.
    """
    means, volume = _checked(history, seconds=seconds)
    weights = volume * 0.5 ** (np.arange(len(volume))[::-1, None] / HALF_LIFE_DAYS)
    level = float((weights * means).sum() / weights.sum())
    needed = CONTACT_VARIATION**2 / PRIOR_DEVIATION**2
    weekdays = history.days.weekday
    weekday = np.ones(7)
    for number in np.unique(weekdays):
        chosen = weekdays == number
        weekday[number] = _factor(weights[chosen].sum(), (weights * means)[chosen].sum(), level=level, needed=needed)
    usual = level * weekday[weekdays][:, None] * np.ones_like(means)
    contacts, work = (weights * usual).sum(axis=0) / level, (weights * means).sum(axis=0)
    factors = [_factor(float(one), float(other), level=level, needed=needed) for one, other in zip(contacts, work, strict=True)]
    within_day = np.array(factors)
    deviation = _day_deviation(means, volume=volume, usual=usual * within_day)
    return HandlingModel(level, weekday, within_day, deviation, float(volume.sum()))


def _checked(history: History, *, seconds: ArrayLike) -> tuple[Figures, Figures]:
    given = np.asarray(seconds, dtype=np.float64)
    if given.shape != history.figures.shape:
        raise BadHistoryError(f"seconds must have shape {history.figures.shape}, not {given.shape}")
    wrong = (given <= 0.0) | np.isinf(given)
    if wrong.any():
        raise BadHistoryError("handling seconds must be above 0 and finite", places=history.places(wrong))
    known = np.isfinite(given) & np.isfinite(history.figures)
    volume = np.where(known, history.figures, 0.0)
    if not volume.sum():
        raise TooLittleHistoryError("Not one handled contact with a handling time")
    return np.where(known, given, 0.0), volume


def _factor(contacts: float, work: float, *, level: float, needed: float) -> float:
    """Shrunk ratio of the mean to ``level``."""
    ratio = work / (contacts * level) if contacts > 0.0 else 1.0
    trust = contacts / (contacts + needed)
    return float(trust * ratio + 1.0 - trust)


def _day_deviation(means: Figures, *, volume: Figures, usual: Figures) -> float:
    """Deviation of daily levels beyond that of so many single contacts."""
    contacts = volume.sum(axis=1)
    days = contacts > 0.0
    if days.sum() < 3:
        return PRIOR_DEVIATION
    away = np.log((volume * means).sum(axis=1)[days] / (volume * usual).sum(axis=1)[days])
    chance = float(np.mean(CONTACT_VARIATION**2 / contacts[days]))
    return float(np.sqrt(max(float(np.var(away)) - chance, LEAST_DAY_DEVIATION**2)))
