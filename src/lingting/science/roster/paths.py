"""The best path of a network, by dynamic programming over (day, counters, mode), compiled by numba where installed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compiling import compiled
from .model import Floats, Grid, Ints
from .network import Network, Tables

INFINITE = 1e18


def step(tables: Tables, state: int, day: int, action: int, worked: int) -> int:
    """The counters' state after a day, -1 where a limit is broken; `worked` says whether the day before was."""
    after = 0
    for k in range(tables.stride.shape[0]):
        count = tables.parts[state, k] + tables.add[k, day, action, worked]
        if count > tables.most[k]:
            if tables.saturates[k] == 0:
                return -1
            count = tables.most[k]
        if count < tables.floor[k, day]:
            return -1
        if tables.resets[k, day] == 0:
            after += count * tables.stride[k]
    return after


def sweep_back(allowed: Grid, cost: Grid, tables: Tables, value: Grid) -> None:
    """Fill value[day, state, mode] with the least cost of the days from `day` on."""
    days, actions = allowed.shape
    value[:] = 1e18
    value[days] = 0.0
    for day in range(days - 1, -1, -1):
        for state in range(tables.parts.shape[0]):
            for action in range(actions):
                if not allowed[day, action]:
                    continue
                idle = step(tables, state, day, action, 0)
                busy = step(tables, state, day, action, 1)
                for mode in range(tables.follow.shape[0]):
                    to = idle if tables.is_off[mode] else busy
                    after = tables.follow[mode, action]
                    if to >= 0 and after >= 0:
                        total = cost[day, action] + value[day + 1, to, after]
                        value[day, state, mode] = min(value[day, state, mode], total)


def sweep_ahead(allowed: Grid, cost: Grid, tables: Tables, start: int, value: Grid, came: Grid, did: Grid) -> None:
    """Fill value[day, state, mode] with the least cost of reaching it; came and did lead back."""
    days, actions = allowed.shape
    modes = tables.follow.shape[0]
    value[:] = 1e18
    value[0, 0, start] = 0.0
    for day in range(days):
        for state in range(tables.parts.shape[0]):
            lives = False
            for mode in range(modes):
                if value[day, state, mode] < 1e17:
                    lives = True
                    break
            if not lives:
                continue
            for action in range(actions):
                if not allowed[day, action]:
                    continue
                idle = step(tables, state, day, action, 0)
                busy = step(tables, state, day, action, 1)
                for mode in range(modes):
                    to = idle if tables.is_off[mode] else busy
                    after = tables.follow[mode, action]
                    if to >= 0 and after >= 0 and value[day, state, mode] < 1e17:
                        total = cost[day, action] + value[day, state, mode]
                        if total < value[day + 1, to, after]:
                            value[day + 1, to, after] = total
                            came[day + 1, to, after] = state * modes + mode
                            did[day + 1, to, after] = action


def sweep_through(allowed: Grid, cost: Grid, tables: Tables, ahead: Grid, back: Grid, best: Grid) -> None:
    """Fill best[day, action] with the least cost of a path through it."""
    days, actions = allowed.shape
    best[:] = 1e18
    for day in range(days):
        for state in range(tables.parts.shape[0]):
            for action in range(actions):
                if not allowed[day, action]:
                    continue
                idle = step(tables, state, day, action, 0)
                busy = step(tables, state, day, action, 1)
                for mode in range(tables.follow.shape[0]):
                    to = idle if tables.is_off[mode] else busy
                    after = tables.follow[mode, action]
                    if to >= 0 and after >= 0 and ahead[day, state, mode] < 1e17:
                        total = ahead[day, state, mode] + cost[day, action] + back[day + 1, to, after]
                        best[day, action] = min(best[day, action], total)


class Room:
    """Reusable arrays for one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        days = network.allowed.shape[0]
        shape = (days + 1, network.tables.parts.shape[0], network.follow.shape[0])
        self.ahead = np.empty(shape)
        self.came = np.zeros(shape, np.int32)
        self.did = np.zeros(shape, np.int8)

    def best_paths(self, cost: Floats, *, allowed: NDArray[np.bool_], most: int = 1) -> list[tuple[float, Ints]]:
        """Cheapest path for each of the best `most` last modes, cheapest first: (cost, actions by day)."""
        net = self.network
        compiled(sweep_ahead, step)(allowed, cost, net.tables, net.start, self.ahead, self.came, self.did)
        last = self.ahead[-1, 0]
        order = [mode for mode in np.argsort(last, kind="stable")[:most] if last[mode] < INFINITE / 10]
        return [(float(last[mode]), self._path(int(mode))) for mode in order]

    def best_through(self, cost: Floats, *, allowed: NDArray[np.bool_]) -> Floats:
        """Shape (days, actions): least cost of a path that takes the action on the day; call best_paths first."""
        tables = self.network.tables
        back = np.empty_like(self.ahead)
        best = np.empty(allowed.shape)
        compiled(sweep_back, step)(allowed, cost, tables, back)
        compiled(sweep_through, step)(allowed, cost, tables, self.ahead, back, best)
        return best

    def _path(self, mode: int) -> Ints:
        days, modes = self.network.allowed.shape[0], self.network.follow.shape[0]
        actions = np.zeros(days, np.int64)
        state = 0
        for day in range(days, 0, -1):
            actions[day - 1] = self.did[day, state, mode]
            state, mode = divmod(int(self.came[day, state, mode]), modes)
        return actions
