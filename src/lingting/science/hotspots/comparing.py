"""Two rates beside each other: the ratio with its interval. Also the effect of a measure, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from lingting.science.hotspots.errors import HotspotInputError
from lingting.science.hotspots.tails import share_bounds


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ratio` of the second rate to the first (None: nothing to compare with), `low` and `high` its interval."""

    ratio: float | None
    low: float
    high: float

    @property
    def is_lower(self) -> bool:
        """Whether the second rate is lower beyond chance."""
        return self.high < 1.0

    @property
    def is_higher(self) -> bool:
        return self.low > 1.0


def compare_rates(
    before: int, before_exposure: float, after: int, after_exposure: float, *, clumping: float = 1.0, confidence: float = 0.95
) -> Comparison:
    """The rate after against the rate before, counts of events over exposures of the same unit.

    Interval: given the total, the later count is binomial (Przyborowski and Wilenski 1940), so the bounds of Clopper and
    Pearson for its share turn into bounds of the ratio; counts that clump are divided by `clumping` first (quasi-Poisson).
    Raises `HotspotInputError` for negative counts or exposures that are not above nothing.
    """
    if before < 0 or after < 0 or not (0 < before_exposure < inf) or not (0 < after_exposure < inf):
        raise HotspotInputError("counts must not be negative, exposures must be above nothing")
    if not isfinite(clumping) or clumping < 1 or not 0 < confidence < 1:
        raise HotspotInputError("clumping is at least 1, confidence between 0 and 1")
    low, high = share_bounds(after / clumping, before / clumping, confidence=confidence)
    scale = before_exposure / after_exposure
    ratio = after / before * scale if before else None
    return Comparison(ratio, _odds(low) * scale, _odds(high) * scale)


def _odds(share: float) -> float:
    return share / (1.0 - share) if share < 1.0 else inf
