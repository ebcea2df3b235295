"""A lower bound for demand by interval: skills get a price an interval, people earn it, nobody is in short supply.

For any prices v[skill, interval] within [-idle, under], sum(v * required) plus each person's cheapest row when
presence earns the best v of his skills is at most the price of every roster (Lagrange; Geoffrion 1974). The prices
come from the linear programme of `aggregate`; climbing on from there was tried and found nothing.
"""

from __future__ import annotations

import numpy as np

from .coverage import Floor
from .crew import Member
from .model import Floats


class Bound:
    """Lower bounds of the price. Prices are (skills, intervals) and lie within `low` and `high`."""

    def __init__(self, floor: Floor, crew: list[Member]) -> None:
        self.floor, self.crew = floor, crew
        demand = floor.demand
        self.low, self.high = -demand.idle_price, np.array(demand.under_price)[:, None]
        self._same = _alike(crew)

    def at(self, value: Floats) -> float:
        """Exact bound at the given prices."""
        earned = [self.earned(value, group) for group in range(len(self.floor.masks))]
        shift_price = [self.floor.shift_prices(-best)[0] for best in earned]
        total = float((value * self.floor.demand.required).sum())
        for first, others in self._same.items():
            member = self.crew[first]
            found = member.best_row(shift_price[member.group])
            if found is None:
                return np.inf
            total += found[0] * len(others)
        return total

    def earned(self, value: Floats, group: int) -> Floats:
        """Per interval what a person of the group earns, at the best of his skills or idle."""
        mask = int(self.floor.masks[group])
        able = [skill for skill in range(value.shape[0]) if mask >> skill & 1]
        best = value[able].max(axis=0) if able else np.full(value.shape[1], self.low)
        return np.asarray(np.maximum(best, self.low))


def _alike(crew: list[Member]) -> dict[int, list[int]]:
    """People whose pricing is the same in everything, under the first of them."""
    known: dict[tuple[object, ...], int] = {}
    same: dict[int, list[int]] = {}
    for number, member in enumerate(crew):
        key = (id(member.actions), member.group, member.price.tobytes(), member.constant, member.allowed.tobytes())
        same.setdefault(known.setdefault(key, number), []).append(number)
    return same
