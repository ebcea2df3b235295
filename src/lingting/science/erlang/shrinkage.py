"""From agents on calls to people on the roster: the time paid for but not worked on calls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import BadFigureError, checked
from .poisson import Figures

_ROUNDING = 1e-9


def rostered_people(agents: ArrayLike, *, shrinkage: ArrayLike) -> NDArray[np.int64]:
    """People to roster so that ``agents`` (>= 0) are left after ``shrinkage`` (a share, 0 <= s < 1).

    Rounded up, but not for a rounding error of the division (70 agents at 30 % are 100 people, not 101).
    """
    people = checked("agents", values=agents, least=0.0)
    away = checked("shrinkage", values=shrinkage, least=0.0, most=1.0, below=True)
    exact = people / (1.0 - away)
    return np.ceil(exact * (1.0 - _ROUNDING)).astype(np.int64)[()]


def present_agents(people: ArrayLike, *, shrinkage: ArrayLike) -> Figures:
    """Mean number of agents left of ``people`` rostered; fractional."""
    rostered = checked("people", values=people, least=0.0)
    away = checked("shrinkage", values=shrinkage, least=0.0, most=1.0, below=True)
    return (rostered * (1.0 - away))[()]


def combined_shrinkage(
    *,
    of_paid_time: Mapping[str, ArrayLike] | None = None,
    of_present_time: Mapping[str, ArrayLike] | None = None,
) -> Figures:
    """One share from its causes.

    ``of_paid_time``     shares of paid time that exclude each other (leave, sickness, training days): added;
    ``of_present_time``  shares of the time that remains (breaks, meetings, coaching): added, then taken from
                         the rest. Total = 1 - (1 - sum of the first) (1 - sum of the second).
    Raises BadFigureError naming the cause, or if a group reaches 100 %.
    """
    absent = _sum_of_causes("paid time", of_paid_time or {})
    away = _sum_of_causes("present time", of_present_time or {})
    return np.asarray(1.0 - (1.0 - absent) * (1.0 - away))[()]


def _sum_of_causes(group: str, causes: Mapping[str, ArrayLike]) -> Figures:
    total = np.zeros(())
    for cause, share in causes.items():
        total = total + checked(f"shrinkage by {cause}", values=share, least=0.0, most=1.0, below=True)
    if np.any(total >= 1.0):
        names = ", ".join(causes)
        raise BadFigureError(f"The causes of shrinkage of {group} ({names}) leave no time at all.")
    return np.asarray(total)
