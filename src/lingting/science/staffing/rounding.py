"""Whole people without rounding every queue up: sum first, round once per group, then share out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingting.science.erlang import BadFigureError
from lingting.science.erlang.errors import checked
from lingting.science.erlang.poisson import Figures

Whole = NDArray[np.int64]

_ROUNDING = 1e-9


@dataclass(frozen=True)
class GroupedPeople:
    """Whole people per group and, adding up to them, per queue.

    ``groups``    names in order of first appearance; ``people_of_group`` has their axis first;
    ``people``    shape of the requirement given, queues first;
    ``rounded_each`` what rounding every queue up by itself would have taken, per group.
    """

    groups: tuple[str, ...]
    people_of_group: Whole
    people: Whole
    rounded_each: Whole

    @property
    def saved(self) -> Whole:
        """People that rounding per group saves against rounding per queue, by group and interval."""
        return self.rounded_each - self.people_of_group


def rounded_by_group(agents: ArrayLike, *, groups: Sequence[str]) -> GroupedPeople:
    """Round fractional ``agents`` (queues first, then intervals; >= 0) up once per group of queues.

    ``groups[q]`` names the group whose people serve queue ``q``; within a group a person may serve one queue
    for part of the interval and another for the rest. Queues get whole numbers by largest remainder.
    """
    needed = checked("agents", values=agents, least=0.0)
    if needed.ndim == 0 or needed.shape[0] != len(groups):
        raise BadFigureError("groups must name one group for each queue on the first axis of agents.")
    names = tuple(dict.fromkeys(groups))
    people = np.zeros(needed.shape, dtype=np.int64)
    totals, separately = [], []
    for name in names:
        members = [queue for queue, group in enumerate(groups) if group == name]
        total = _up(needed[members].sum(axis=0), parts=len(members))
        people[members] = apportioned(needed[members], total=total)
        totals.append(total)
        separately.append(_up(needed[members]).sum(axis=0))
    return GroupedPeople(names, np.stack(totals), people, np.stack(separately))


def apportioned(parts: ArrayLike, *, total: ArrayLike) -> Whole:
    """Whole numbers near ``parts`` (first axis) that add up to ``total``, by largest remainder.

    ``total`` is a whole number not below the sum of the parts rounded down and not above the sum rounded up.
    """
    figures = checked("parts", values=parts, least=0.0)
    wanted = checked("total", values=total, least=0.0, whole=True)
    floor = np.floor(figures + _ROUNDING)
    missing = wanted - floor.sum(axis=0)
    if np.any(missing < 0.0) or np.any(missing > figures.shape[0]):
        raise BadFigureError("total is not between the sums of the parts rounded down and up.")
    order = np.argsort(-(figures - floor), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    return np.asarray(floor + (rank < missing), dtype=np.int64)


def _up(values: Figures, *, parts: int = 1) -> Whole:
    """Rounded up, but not for the rounding errors of the ``parts`` summed."""
    return np.asarray(np.ceil(values - parts * _ROUNDING), dtype=np.int64)
