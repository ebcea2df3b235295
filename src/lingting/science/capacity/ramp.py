"""What a newcomer achieves, compared with an experienced person, by the time since training."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from lingting.science.capacity.errors import CapacityError, Figures, checked_figures

_BEND = 3.0
_STEEPNESS = 8.0
_FINE = 60


class RampShape(StrEnum):
    """How productivity climbs from its start to full."""

    EXPONENTIAL = "exponential"
    """fast first, then ever slower."""
    S = "s"
    """slow, fast, slow (logistic)."""
    STEPPED = "stepped"
    """by stages."""


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """Productivity from `start` (0-1) to 1, reached `full_after_months` after training.

    steps: for STEPPED, the productivity of equal stages, rising; the last one lasts until full.
    """

    start: float = 0.6
    full_after_months: float = 3.0
    shape: RampShape = RampShape.EXPONENTIAL
    steps: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        checked_figures("start", values=self.start, most=1.0)
        checked_figures("full_after_months", values=self.full_after_months)
        checked_figures("steps", values=self.steps, most=1.0)
        if self.shape is RampShape.STEPPED and (not self.steps or list(self.steps) != sorted(self.steps)):
            raise CapacityError("A stepped ramp needs steps that rise.")

    def productivity(self, months: ArrayLike) -> Figures:
        """Share of full productivity at `months` since training, any shape; 0 before it ends."""
        since = np.asarray(months, dtype=np.float64)
        part = np.clip(since / self.full_after_months if self.full_after_months > 0 else np.ones_like(since), 0.0, 1.0)
        if self.shape is RampShape.STEPPED:
            stages = np.array([*self.steps, 1.0])
            risen = stages[np.minimum((part * len(self.steps)).astype(np.int64), len(self.steps))]
        else:
            risen = self.start + (1.0 - self.start) * _climb(part, self.shape)
        return np.where(since < 0, 0.0, risen)

    def by_month(self, months: int, *, training_months: float) -> Figures:
        """Mean productivity in each month since the first day of training, [months]."""
        moments = (np.arange(months * _FINE) + 0.5) / _FINE - training_months
        return np.asarray(self.productivity(moments).reshape(months, _FINE).mean(axis=1))

    @classmethod
    def fitted(cls, months: ArrayLike, *, productivity: ArrayLike, shape: RampShape = RampShape.EXPONENTIAL) -> Self:
        """The start and length that come nearest (least squares) to productivity seen at `months` since training.

        productivity: 1 = as the experienced. A grid of lengths from half a month to two years; for each the
        best start is known in closed form. A stepped ramp gets the means of the months until full.
        """
        since = checked_figures("months", values=months)
        seen = checked_figures("productivity", values=productivity)
        if since.shape != seen.shape or since.size < 2:
            raise CapacityError("A ramp is fitted from two or more observations, a productivity for each month.")
        smooth = RampShape.EXPONENTIAL if shape is RampShape.STEPPED else shape
        misses = [(_miss(since, seen, length, smooth), length) for length in np.arange(0.5, 24.25, 0.25)]
        (_, start), length = min(misses)
        if shape is not RampShape.STEPPED:
            return cls(start=start, full_after_months=float(length), shape=shape)
        stages = range(max(1, round(length)))
        inside = [seen[(since >= stage) & (since < stage + 1)] for stage in stages]
        means = np.clip([part.mean() if part.size else np.nan for part in inside], 0.0, 1.0)
        known = np.flatnonzero(~np.isnan(means))
        steps = np.maximum.accumulate(np.interp(np.array(stages), known, means[known])) if known.size else np.ones(1)
        return cls(start=float(steps[0]), full_after_months=float(len(steps)), shape=shape, steps=tuple(steps.tolist()))


def _climb(part: Figures, shape: RampShape) -> Figures:
    """From 0 to 1 as `part` does."""
    if shape is RampShape.EXPONENTIAL:
        return np.asarray(np.expm1(-_BEND * part) / np.expm1(-_BEND))
    low, high = 1 / (1 + np.exp(_STEEPNESS / 2)), 1 / (1 + np.exp(-_STEEPNESS / 2))
    return np.asarray((1 / (1 + np.exp(-_STEEPNESS * (part - 0.5))) - low) / (high - low))


def _miss(since: Figures, seen: Figures, length: float, shape: RampShape) -> tuple[float, float]:
    """Sum of squares with the best start, and that start: seen - climb = start (1 - climb)."""
    climb = _climb(np.clip(since / length, 0.0, 1.0), shape)
    weight = 1.0 - climb
    start = float(np.clip((weight * (seen - climb)).sum() / max(float((weight**2).sum()), 1e-12), 0.0, 1.0))
    return float(((seen - climb - start * weight) ** 2).sum()), start
