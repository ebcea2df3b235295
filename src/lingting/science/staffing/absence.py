"""Shrinkage by cause: how many people to roster, and where the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingting.science.erlang import BadFigureError, combined_shrinkage, rostered_people
from lingting.science.erlang.errors import checked
from lingting.science.erlang.poisson import Figures


class Basis(StrEnum):
    """Of what a cause takes its share."""

    PAID_TIME = "paid_time"
    """leave, sickness, training days: the person is not there;"""
    PRESENT_TIME = "present_time"
    """breaks, meetings, coaching: the person is there but not on calls."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One reason for time not worked on contacts; ``share`` (0 <= s < 1) may differ by interval."""

    name: str
    share: ArrayLike
    basis: Basis

    def __post_init__(self) -> None:
        share = checked(f"shrinkage by {self.name}", values=self.share, least=0.0, most=1.0, below=True)
        object.__setattr__(self, "share", share)


@dataclass(frozen=True)
class RosteredPeople:
    """People to roster per interval, and the mean number away for each cause.

    ``people`` - sum of ``away`` = ``present`` >= the agents asked for.
    """

    people: NDArray[np.int64]
    shrinkage: Figures
    away: dict[str, Figures]
    present: Figures

    def explain(self) -> str:
        """Where the rostered person-intervals go, over all intervals together."""
        total = float(np.sum(self.people))
        parts = [f"{name} {float(np.sum(count)) / total:.1%}" for name, count in self.away.items()] if total else []
        return f"{total:g} person-intervals rostered; on contacts {float(np.sum(self.present)):.1f}; " + ", ".join(parts)


def people_with_absence(agents: ArrayLike, *, causes: Sequence[Cause]) -> RosteredPeople:
    """People to roster so that ``agents`` (>= 0) are left after all ``causes``; shapes broadcast.

    Causes of paid time exclude each other and add up; those of present time add up and apply to who is there.
    Raises BadFigureError if two causes share a name or a group of causes leaves no time.
    """
    names = [cause.name for cause in causes]
    if len(set(names)) < len(names):
        raise BadFigureError("Two causes of shrinkage have the same name.")
    paid = {cause.name: cause.share for cause in causes if cause.basis is Basis.PAID_TIME}
    here = {cause.name: cause.share for cause in causes if cause.basis is Basis.PRESENT_TIME}
    shrinkage = combined_shrinkage(of_paid_time=paid, of_present_time=here)
    people = np.asarray(rostered_people(agents, shrinkage=shrinkage))
    absent = np.asarray(combined_shrinkage(of_paid_time=paid))
    away = {name: people * np.asarray(share) for name, share in paid.items()}
    away |= {name: people * (1.0 - absent) * np.asarray(share) for name, share in here.items()}
    return RosteredPeople(
        people=people,
        shrinkage=np.asarray(shrinkage),
        away={name: away[name] for name in names},
        present=np.asarray(people * (1.0 - np.asarray(shrinkage))),
    )
