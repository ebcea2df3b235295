"""Observed against expected for every cell, one test each, the whole corrected for how many were looked at."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import inf

from lingting.science.hotspots.comparing import compare_rates
from lingting.science.hotspots.errors import HotspotInputError
from lingting.science.hotspots.tails import split_tail

LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """Complaints of one combination, as (("category", 3), ("product", "HY-W600")), by week, oldest first."""

    key: tuple[tuple[str, Hashable], ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell with more than expected. `expected` from its own history and the exposure; `low`, `high` of the rate ratio.

    `within`: the key of a narrower or wider spot ranked above it that holds most of the same complaints, else None.
    """

    key: tuple[tuple[str, Hashable], ...]
    counts: tuple[int, ...]
    observed: int
    expected: float
    ratio: float | None
    low: float
    high: float
    p: float
    adjusted_p: float
    within: tuple[tuple[str, Hashable], ...] | None = None

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return self.observed - self.expected


@dataclass(frozen=True, slots=True)
class Findings:
    """`spots` ranked by excess among the significant; `looked_at` cells were tested; `clumping`: variance to mean of counts."""

    spots: tuple[Spot, ...]
    looked_at: int
    clumping: float

    def explain(self) -> str:
        return f"{len(self.spots)} of {self.looked_at} cells, counts {self.clumping:.2f} times as variable as Poisson"


def find_hotspots(
    cells: Sequence[Cell], exposure: Sequence[float], *, latest: int = 1, level: float = 0.05, least_observed: int = 4,
    confidence: float = 0.95,
) -> Findings:  # fmt: skip
    """Cells whose last `latest` weeks have more complaints than their own earlier weeks and the exposure let expect.

    `exposure`: contacts by week, the same for all cells. Expected = history's total times the exposure of the latest weeks
    over the history's. p: tail of the latest count given the total (binomial; beta-binomial when counts clump, the clumping
    pooled from all histories by Pearson's statistic). Corrected by Benjamini and Hochberg over every cell; those with fewer
    than `least_observed` are tested and counted in, but not told. Raises `HotspotInputError`.
    """
    _check(cells, exposure, latest=latest, level=level)
    split = len(exposure) - latest
    before, now = sum(exposure[:split]), sum(exposure[split:])
    clumping = pooled_clumping([cell.counts[:split] for cell in cells], exposure[:split])
    share = now / (before + now)
    tails = [split_tail(sum(cell.counts[split:]), sum(cell.counts), share=share, clumping=clumping) for cell in cells]
    adjusted = adjusted_values(tails)
    spots = []
    for cell, p, q in zip(cells, tails, adjusted, strict=True):
        observed, history = sum(cell.counts[split:]), sum(cell.counts[:split])
        expected = history * now / before
        if q > level or observed < least_observed or observed <= expected:
            continue
        found = compare_rates(history, before, observed, now, clumping=clumping, confidence=confidence)
        spots.append(Spot(cell.key, cell.counts, observed, expected, found.ratio, found.low, found.high, p, q))
    return Findings(_ranked(spots), len(cells), clumping)


def pooled_clumping(histories: Sequence[Sequence[int]], exposure: Sequence[float]) -> float:
    """Variance to mean of the counts around their own rates: Pearson's statistic over its degrees of freedom, at least 1.

    McCullagh and Nelder (1989), 4.5.2. Cells with an expected count under a quarter a week say nothing and are left out.
    """
    total = sum(exposure)
    statistic, freedom = 0.0, 0
    for counts in histories:
        rate = sum(counts) / total
        expected = [rate * width for width in exposure]
        if not expected or sum(expected) / len(expected) < 0.25:
            continue
        statistic += sum((seen - mean) ** 2 / mean for seen, mean in zip(counts, expected, strict=True))
        freedom += len(expected) - 1
    return max(1.0, statistic / freedom) if freedom else 1.0


def adjusted_values(tails: Sequence[float]) -> list[float]:
    """Adjusted p values that hold the false discovery rate: Benjamini and Hochberg (1995)."""
    order = sorted(range(len(tails)), key=lambda place: tails[place], reverse=True)
    adjusted, smallest = [1.0] * len(tails), 1.0
    for rank, place in zip(range(len(tails), 0, -1), order, strict=True):
        smallest = min(smallest, tails[place] * len(tails) / rank)
        adjusted[place] = smallest
    return adjusted


def _ranked(spots: list[Spot]) -> tuple[Spot, ...]:
    """Surest first; each told whether one above it is about (nearly) the same complaints."""
    ranked = sorted(spots, key=lambda spot: (spot.adjusted_p, -spot.excess, -len(spot.key), repr(spot.key)))
    told: list[Spot] = []
    for spot in ranked:
        above = next((one for one in told if _is_same_matter(one, spot)), None)
        told.append(replace(spot, within=(above.within or above.key) if above else None))
    return tuple(told)


def _is_same_matter(above: Spot, spot: Spot) -> bool:
    """Whether a spot is a part of the one above, or wider than it with mostly the same excess."""
    mine, theirs = set(spot.key), set(above.key)
    return mine >= theirs or (mine < theirs and above.excess >= 0.6 * spot.excess)


def _check(cells: Sequence[Cell], exposure: Sequence[float], *, latest: int, level: float) -> None:
    if latest < 1 or len(exposure) - latest < LEAST_WEEKS:
        raise HotspotInputError(f"at least {LEAST_WEEKS} weeks of history before the latest are needed")
    if not 0 < level < 1:
        raise HotspotInputError("the level lies between 0 and 1")
    if any(not 0 <= width < inf for width in exposure):
        raise HotspotInputError("exposures must not be negative")
    split = len(exposure) - latest
    if sum(exposure[:split]) <= 0 or sum(exposure[split:]) <= 0:
        raise HotspotInputError("there has to be exposure both before and in the latest weeks")
    for cell in cells:
        if len(cell.counts) != len(exposure) or any(count < 0 for count in cell.counts):
            raise HotspotInputError("every cell needs one count for each week, none negative")
