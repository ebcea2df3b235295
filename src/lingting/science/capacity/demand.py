"""Demand years ahead, as equally likely futures by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from lingting.science.capacity.errors import CapacityError, Figures, checked_figures

_YEAR = 12
_FEWEST_MONTHS = 24
_LEAST_DEVIATION = 0.01


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something known to come: from `month` (0 = first of the plan) demand is multiplied by `factor`.

    factor: the middle expectation, above 0; deviation: its uncertainty (standard deviation of its logarithm).
    lasts_months: None for good. chance (0-1): that it happens at all.
    """

    name: str
    month: int
    factor: float
    deviation: float = 0.0
    lasts_months: int | None = None
    chance: float = 1.0

    def __post_init__(self) -> None:
        checked_figures(f"factor of {self.name}", values=self.factor, least=1e-9)
        checked_figures(f"deviation of {self.name}", values=self.deviation)
        checked_figures(f"chance of {self.name}", values=self.chance, most=1.0)


@dataclass(frozen=True, kw_only=True)
class LongDemand:
    """Contacts a month for years ahead: level, growth nobody knows exactly, the year's shape, events.

    monthly_contacts:   level at the start, without season.
    yearly_growth:      middle expectation, 0.08 = 8 % a year; growth_deviation its standard deviation: the
                        doubt about the trend, the same for all months of a path, so that it adds up over years.
    drift_deviation:    standard deviation a year of a level that wanders (random walk of the logarithm).
    month_deviation:    standard deviation of single months around it.
    seasonality:        twelve factors from January on, scaled to mean 1; first_month: 1-12, of the plan.
    """

    monthly_contacts: float
    yearly_growth: float = 0.0
    growth_deviation: float = 0.03
    drift_deviation: float = 0.05
    month_deviation: float = 0.03
    seasonality: Sequence[float] = (1.0,) * _YEAR
    first_month: int = 1
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        for name in ("monthly_contacts", "growth_deviation", "drift_deviation", "month_deviation"):
            checked_figures(name, values=getattr(self, name))
        checked_figures("yearly_growth", values=self.yearly_growth, least=-0.99)
        shape = checked_figures("seasonality", values=self.seasonality)
        if shape.shape != (_YEAR,) or not shape.mean() > 0:
            raise CapacityError("seasonality needs twelve factors, not all 0.")
        if self.first_month not in range(1, _YEAR + 1):
            raise CapacityError(f"first_month must be 1 to 12, not {self.first_month}.")

    @classmethod
    def fitted(cls, contacts: ArrayLike, *, first_month: int, events: tuple[Event, ...] = ()) -> Self:
        """From at least 24 months of history (contacts a month, above 0); first_month: 1-12, of the history.

        Least squares on logarithms: a line and twelve factors. The doubt about growth is the line's standard
        error, widened for residuals that follow each other (Newey-West idea by their first autocorrelation);
        the wandering part is what residuals change from month to month beyond single-month noise.
        """
        history = checked_figures("contacts", values=contacts, least=1e-9)
        if history.ndim != 1 or history.size < _FEWEST_MONTHS:
            raise CapacityError(f"History needs {_FEWEST_MONTHS} months or more, each with contacts.")
        months = np.arange(history.size)
        season = np.eye(_YEAR)[(months + first_month - 1) % _YEAR]
        design = np.column_stack([season, months / _YEAR])
        found, *_ = np.linalg.lstsq(design, np.log(history), rcond=None)
        left = np.log(history) - design @ found
        spread = float(np.sqrt((left**2).sum() / max(1, history.size - design.shape[1])))
        follow = float(np.clip(np.corrcoef(left[:-1], left[1:])[0, 1], 0.0, 0.9)) if spread > 1e-9 else 0.0
        slope_error = spread * np.sqrt(np.linalg.pinv(design.T @ design)[-1, -1] * (1 + follow) / (1 - follow))
        level = found[:_YEAR].mean() + found[-1] * history.size / _YEAR
        shape = np.exp(found[:_YEAR] - found[:_YEAR].mean())
        return cls(
            monthly_contacts=float(np.exp(level) * shape.mean()),
            yearly_growth=float(np.expm1(found[-1])),
            growth_deviation=max(_LEAST_DEVIATION, float(slope_error)),
            drift_deviation=max(_LEAST_DEVIATION, spread * np.sqrt(follow * _YEAR)),
            month_deviation=max(_LEAST_DEVIATION, spread * np.sqrt(1 - follow)),
            seasonality=tuple((shape / shape.mean()).tolist()),
            first_month=int((first_month - 1 + history.size) % _YEAR) + 1,
            events=events,
        )

    def sample(self, *, months: int, paths: int, seed: int) -> Figures:
        """Contacts a month, [paths, months]; the median path is the level with its growth and season."""
        if months < 1 or paths < 1:
            raise CapacityError("Demand needs one or more months and one or more paths.")
        rng = np.random.default_rng(seed)
        years = (np.arange(months) + 0.5) / _YEAR
        growth = np.log1p(self.yearly_growth) + rng.standard_normal((paths, 1)) * self.growth_deviation
        drift = np.cumsum(rng.standard_normal((paths, months)), axis=1) * self.drift_deviation / np.sqrt(_YEAR)
        noise = rng.standard_normal((paths, months)) * self.month_deviation
        shape = np.asarray(self.seasonality, np.float64)
        season = (shape / shape.mean())[(np.arange(months) + self.first_month - 1) % _YEAR]
        level = self.monthly_contacts * season * np.exp(growth * years + drift + noise)
        for event in self.events:
            level = level * _event_factors(event, rng, months=months, paths=paths)
        return np.asarray(level, dtype=np.float64)


def _event_factors(event: Event, rng: np.random.Generator, *, months: int, paths: int) -> Figures:
    happens = rng.random((paths, 1)) < event.chance
    size = event.factor * np.exp(rng.standard_normal((paths, 1)) * event.deviation)
    end = months if event.lasts_months is None else event.month + event.lasts_months
    touched = (np.arange(months) >= event.month) & (np.arange(months) < end)
    return np.where(happens & touched, size, 1.0)
