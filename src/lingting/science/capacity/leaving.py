"""Who leaves, by how long he has been there; learned from people of whom most are still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from lingting.science.capacity.errors import CapacityError, Figures, Whole, checked_figures

_MIDDLE = 1.959963984540054


@dataclass(frozen=True)
class Leaving:
    """Chance to leave within a month, by tenure: `monthly[i]` from `from_months[i]` on until the next.

    Tenure counts from the first day, training included. from_months: whole, rising, the first 0.
    leavers, exposure: what it was fitted on, people and person-months by piece; empty if it was stated.
    """

    monthly: tuple[float, ...]
    from_months: tuple[int, ...] = (0,)
    leavers: tuple[int, ...] = ()
    exposure: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        checked_figures("monthly", values=self.monthly, most=1.0)
        begins = self.from_months
        if len(begins) != len(self.monthly) or begins[:1] != (0,) or list(begins) != sorted(set(begins)):
            raise CapacityError("Leaving needs a chance for each piece; from_months begins with 0 and rises.")

    @classmethod
    def yearly(cls, share: float) -> Self:
        """The same chance at every tenure; `share` (0-1) of people leave within a year."""
        checked_figures("share", values=share, most=1.0)
        return cls((1.0 - (1.0 - share) ** (1.0 / 12.0),))

    @classmethod
    def fitted(
        cls, months: ArrayLike, *, has_left: ArrayLike, from_months: tuple[int, ...] = (0, 3, 12, 24), since: ArrayLike = 0.0
    ) -> Self:
        """From people's tenures, those still there included (censored).

        months: tenure of each when he left or was last seen; has_left: which of the two; since: tenure at which
        he came under observation (late entry; 0 = from his first day). Piecewise constant hazard: leavers over
        person-months, the maximum likelihood estimate; the chance a month is 1 - exp(-hazard).
        """
        ends, begins, left = _lives(months, has_left, since)
        edges = np.array([*from_months, np.inf])
        spent = np.clip(ends[:, None], edges[:-1], edges[1:]) - np.clip(begins[:, None], edges[:-1], edges[1:])
        exposure = spent.sum(axis=0)
        piece = np.searchsorted(edges, ends[left], side="right") - 1
        gone = np.bincount(np.clip(piece, 0, len(from_months) - 1), minlength=len(from_months))
        if (exposure <= 0).any():
            empty = from_months[int(np.flatnonzero(exposure <= 0)[0])]
            raise CapacityError(f"Nobody was seen at a tenure from {empty} months on; leave that piece out.")
        chances = -np.expm1(-gone / exposure)
        return cls(tuple(chances.tolist()), tuple(from_months), tuple(gone.tolist()), tuple(exposure.tolist()))

    def by_month(self, months: int) -> Figures:
        """Chance to leave in each month of tenure, [months]."""
        pieces = np.searchsorted(np.array(self.from_months), np.arange(months), side="right") - 1
        return np.asarray(np.array(self.monthly)[pieces])

    def staying(self, months: int) -> Figures:
        """Share still there after 0, 1, … `months` months, [months + 1]."""
        return np.concatenate(([1.0], np.cumprod(1.0 - self.by_month(months))))

    def explain(self) -> str:
        """The chances by tenure, and what they stand on."""
        lines = []
        for place, (begin, chance) in enumerate(zip(self.from_months, self.monthly, strict=True)):
            until = f"to {self.from_months[place + 1]}" if place + 1 < len(self.from_months) else "on"
            seen = f" ({self.leavers[place]} left in {self.exposure[place]:.0f} person-months)" if self.leavers else ""
            lines.append(f"From month {begin} {until}: {chance:.2%} leave within a month{seen}.")
        return "\n".join(lines)


@dataclass(frozen=True)
class StayingCurve:
    """Kaplan and Meier's estimate: `share` still there after `months`, with a 95 % interval, at each leaving."""

    months: Figures
    share: Figures
    low: Figures
    high: Figures
    at_risk: Whole

    def at(self, months: float) -> float:
        """Share still there after `months`."""
        place = int(np.searchsorted(self.months, months, side="right"))
        return float(self.share[place - 1]) if place else 1.0


def staying_curve(months: ArrayLike, *, has_left: ArrayLike, since: ArrayLike = 0.0) -> StayingCurve:
    """Share of people still there by tenure, without assuming a form; arguments as in `Leaving.fitted`.

    Kaplan & Meier 1958, risk sets with late entry; interval on the log-minus-log scale with Greenwood's variance
    (Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., 1.4).
    """
    ends, begins, left = _lives(months, has_left, since)
    moments, gone = np.unique(ends[left], return_counts=True)
    if not moments.size:
        raise CapacityError("Nobody has left: how long people stay cannot be seen yet.")
    at_risk = (begins[None, :] < moments[:, None]).sum(axis=1) - (ends[None, :] < moments[:, None]).sum(axis=1)
    share = np.cumprod(1.0 - gone / at_risk)
    variance = np.cumsum(gone / np.maximum(at_risk * (at_risk - gone), 1e-12))
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.exp(_MIDDLE * np.sqrt(variance) / np.abs(np.log(share)))
        low, high = share**reach, share ** (1.0 / reach)
    edge = share <= 0
    return StayingCurve(moments, share, np.where(edge, 0.0, low), np.where(edge, 0.0, high), at_risk.astype(np.int64))


def _lives(months: ArrayLike, has_left: ArrayLike, since: ArrayLike) -> tuple[Figures, Figures, np.ndarray]:
    ends = np.atleast_1d(checked_figures("months", values=months))
    left = np.atleast_1d(np.asarray(has_left, dtype=bool))
    if ends.shape != left.shape or ends.ndim != 1 or ends.size == 0:
        raise CapacityError("Give each person a tenure and whether he left.")
    begins = np.broadcast_to(checked_figures("since", values=since), ends.shape)
    if (begins > ends).any():
        raise CapacityError("Nobody can come under observation after he was last seen: since must not exceed months.")
    return ends, begins, left
