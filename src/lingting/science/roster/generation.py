"""Column generation: schedules that the linear programme lacks, found by pricing each person's network.

Bound: for any row prices within [-over, under], the prices times what is required plus each person's
cheapest path is a lower bound of every roster (Lagrange). Prices are smoothed towards the best known ones
(Wentges 1997, Int. Trans. Oper. Res. 4), which halves the rounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .master import Master
from .model import Floats

_SMOOTHING = 0.6
_PATHS_A_ROUND = 4
Allowed = list[NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A solved relaxation: bound, shares by column, and the prices that give the bound."""

    bound: float
    value: float
    shares: Floats
    row_price: Floats
    loose_price: Floats
    is_finished: bool


def action_costs(master: Master, number: int, row_price: Floats, loose_price: Floats) -> Floats:
    """Shape (days, actions): price of an action less what it earns at the row prices."""
    party = master.parties[number]
    padded = np.append(row_price, 0.0)
    cost: Floats = party.price - padded[party.rows].sum(axis=2)
    for (owner, counter), price in zip(master.loose, loose_price, strict=True):
        if owner == number:
            cost = cost - price * counter.add[:, :, 0]
    return cost


def priced(
    master: Master, allowed: Allowed, row_price: Floats, loose_price: Floats, under: Floats
) -> tuple[float, list[tuple[int, float, list[tuple[float, NDArray[np.int64]]]]]]:
    """The Lagrangian bound at the given prices, and each person's best paths."""
    row_price = np.clip(row_price, -master.over, under)
    loose_price = np.minimum(loose_price, 0.0)
    bound = float(row_price @ master.required)
    bound += sum(price * counter.most for (_, counter), price in zip(master.loose, loose_price, strict=True))
    found = []
    for number, party in enumerate(master.parties):
        cost = action_costs(master, number, row_price, loose_price)
        paths = party.room.best_paths(cost, allowed=allowed[number], most=_PATHS_A_ROUND)
        if not paths:
            return np.inf, []
        bound += paths[0][0] + party.constant
        found.append((number, paths[0][0] + party.constant, paths))
    return bound, found


def relax(master: Master, allowed: Allowed, under: Floats, *, cutoff: float, expired: Callable[[], bool]) -> Relaxed:
    """Solve the relaxation under `allowed`; stops when the bound passes `cutoff` or the time has expired."""
    best, best_rows, best_loose = -np.inf, np.zeros(master.rows), np.zeros(len(master.loose))
    smoothing = 0.0
    while True:
        value, shares, _, rows, loose = master.solve()
        mixed = smoothing * best_rows + (1.0 - smoothing) * rows
        bound, found = priced(master, allowed, mixed, smoothing * best_loose + (1.0 - smoothing) * loose, under)
        if bound == np.inf:
            return Relaxed(np.inf, np.inf, shares, rows, loose, True)
        if bound > best:
            best, best_rows = bound, np.clip(mixed, -master.over, under)
            best_loose = np.minimum(smoothing * best_loose + (1.0 - smoothing) * loose, 0.0)
        fresh = sum(master.add(number, actions) for number, _, paths in found for _, actions in paths)
        if best >= cutoff or value - best < 1e-6 * max(1.0, abs(value)):
            return Relaxed(best, value, shares, best_rows, best_loose, True)
        if expired() or (not fresh and smoothing == 0.0):
            return Relaxed(best, value, shares, best_rows, best_loose, False)
        smoothing = _SMOOTHING if fresh else 0.0
