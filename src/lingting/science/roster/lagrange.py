"""A lower bound for demand by interval: skills get a price an interval, people earn it, nobody is in short supply.

For any prices v[skill, interval] within [-idle, under], sum(v * required) plus each person's cheapest row when
presence earns the best v of his skills is at most the price of every roster (Lagrange; Geoffrion 1974). Prices
climb along the smoothed gap between what is required and what the rows supply (volume algorithm,
Barahona & Anbil, Math. Programming 87, 2000).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .coverage import Floor
from .crew import Member
from .model import Floats, Ints, Problem


@dataclass(frozen=True, eq=False)
class Priced:
    """The bound at some prices and how many people it has at each skill and interval."""

    bound: float
    supply: Floats


class Bound:
    """The climb. `best` is a lower bound of the price at any time; `value` are its prices (skills, intervals)."""

    def __init__(self, problem: Problem, floor: Floor, crew: list[Member], *, start: Floats) -> None:
        self.floor, self.crew = floor, crew
        demand = floor.demand
        self.required = demand.required.astype(float)
        self.low, self.high = -demand.idle_price, np.array(demand.under_price)[:, None]
        self.value = np.clip(start, self.low, self.high)
        self.best = -np.inf
        self.supply: Floats | None = None
        self._step, self._idle = 1.0, 0
        self._same = _alike(crew)

    def priced(self, value: Floats) -> Priced:
        """Exact bound at the given prices."""
        groups = len(self.floor.masks)
        earned = [self.earned(value, group) for group in range(groups)]
        shift_price = [self.floor.shift_prices(-best) for best, _ in earned]
        total = float((value * self.required).sum())
        on = np.zeros((groups, value.shape[1]))
        for first, others in self._same.items():
            member = self.crew[first]
            prices, choice = shift_price[member.group]
            found = member.best_row(prices)
            if found is None:
                return Priced(np.inf, np.zeros_like(value))
            total += found[0] * len(others)
            row = found[1]
            work = np.flatnonzero(row >= 0)
            breaks = np.full(choice.shape[::2], -1, np.int64)
            breaks[work] = choice[work, row[work]]
            on[member.group] += len(others) * self.floor.presence(row, breaks)
        supply = np.zeros_like(value)
        for group, (_, skill) in enumerate(earned):
            at = np.flatnonzero(skill >= 0)
            np.add.at(supply, (skill[at], at), on[group][at])
        return Priced(total, supply)

    def earned(self, value: Floats, group: int) -> tuple[Floats, Ints]:
        """Per interval what a person of the group earns, and at which skill (-1: idle)."""
        mask = int(self.floor.masks[group])
        able = [skill for skill in range(value.shape[0]) if mask >> skill & 1]
        if not able:
            return np.full(value.shape[1], self.low), np.full(value.shape[1], -1, np.int64)
        best = value[able].argmax(axis=0)
        earned = value[able][best, np.arange(value.shape[1])]
        skill = np.where(earned > self.low, np.array(able)[best], -1)
        return np.maximum(earned, self.low), skill

    def climb(self, target: float, *, rounds: int, is_late: Callable[[], bool]) -> None:
        """Some rounds towards `target`, the price of a known roster."""
        for _ in range(rounds):
            if is_late():
                return
            gap = np.zeros_like(self.value) if self.supply is None else self.required - self.supply
            size = float((gap * gap).sum())
            if size > 0 and self.best > -np.inf:
                step = self._step * max(target - self.best, 1e-3 * abs(target)) / size
                trial = np.clip(self.value + step * gap, self.low, self.high)
            else:
                trial = self.value
            priced = self.priced(trial)
            share = 1.0 if self.supply is None else 0.1
            self.supply = priced.supply if self.supply is None else (1 - share) * self.supply + share * priced.supply
            self._judge(priced, trial)

    def _judge(self, priced: Priced, trial: Floats) -> None:
        if priced.bound > self.best:
            self.best, self.value, self._idle = priced.bound, trial, 0
            self._step = min(2.0, self._step * 1.1)
        else:
            self._idle += 1
            if self._idle % 8 == 0:
                self._step *= 0.7


def _alike(crew: list[Member]) -> dict[int, list[int]]:
    """People whose pricing is the same in everything, under the first of them."""
    known: dict[tuple[object, ...], int] = {}
    same: dict[int, list[int]] = {}
    for number, member in enumerate(crew):
        key = (id(member.actions), member.group, member.price.tobytes(), member.constant, member.allowed.tobytes())
        same.setdefault(known.setdefault(key, number), []).append(number)
    return same
