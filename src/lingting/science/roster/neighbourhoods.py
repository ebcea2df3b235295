"""Better rosters near a known one: free some people or some days, price and choose again (Shaw 1998; Ropke & Pisinger 2006)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from .generation import Allowed, relax
from .master import Master
from .model import Floats, Ints
from .whole import whole_choice

Offer = Callable[[tuple[Ints, ...]], bool]
_CHOICE_SECONDS = 6.0


@dataclass(frozen=True, eq=False)
class Setting:
    """What a neighbourhood works with: the whole allowed space, prices of missing people, the clock."""

    master: Master
    allowed: Allowed
    under: Floats
    is_late: Callable[[], bool]
    seconds_left: Callable[[], float]
    seed: int
    nodes: int | None = None


def only(setting: Setting, actions: tuple[Ints, ...], people: Ints, days: Ints) -> Allowed:
    """The space in which the named people are free on the named days and all else stays."""
    free = np.zeros(len(actions), np.bool_)
    free[people] = True
    spaces: Allowed = []
    for number, row in enumerate(actions):
        kept = np.zeros_like(setting.allowed[number])
        kept[np.arange(len(row)), row] = True
        if free[number]:
            kept[days] = setting.allowed[number][days]
        spaces.append(kept)
    return spaces


def choose_again(setting: Setting, spaces: Allowed, *, value: float, cutoff: float) -> tuple[Ints, ...] | None:
    """Price and choose within the spaces; None if nothing better than `value` is found."""
    master = setting.master
    master.restrict(master.barred(spaces), setting.under)
    relaxed = relax(master, spaces, setting.under, cutoff=cutoff, expired=setting.is_late)
    if relaxed.bound >= cutoff:
        return None
    seconds = setting.seconds_left() if setting.nodes else min(_CHOICE_SECONDS, setting.seconds_left())
    barred = master.barred(spaces)
    return whole_choice(master, seconds=seconds, cutoff=value, seed=setting.seed, barred=barred, nodes=setting.nodes)


def dive(setting: Setting) -> tuple[Ints, ...] | None:
    """A whole roster by fixing the fullest schedule again and again, pricing in between."""
    master, spaces = setting.master, [space.copy() for space in setting.allowed]
    fixed: set[int] = set()
    while len(fixed) < len(spaces) and not setting.is_late():
        master.restrict(master.barred(spaces), setting.under)
        relaxed = relax(master, spaces, setting.under, cutoff=inf, expired=setting.is_late)
        if relaxed.bound == inf:
            return None
        order = np.argsort(-relaxed.shares[: len(master.columns)], kind="stable")
        chosen = 0
        for at in order:
            column, share = master.columns[at], relaxed.shares[at]
            if column.party in fixed:
                continue
            if chosen and share < 0.999:
                break
            fixed.add(column.party)
            chosen += 1
            spaces[column.party] = np.zeros_like(spaces[column.party])
            spaces[column.party][np.arange(len(column.actions)), column.actions] = True
    if len(fixed) < len(spaces):
        return None
    return tuple(np.argmax(space, axis=1) for space in spaces)


class Search:
    """Neighbourhoods whose size grows while they bring nothing."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._random = np.random.default_rng(setting.seed)
        self._size = 0.25

    def improve(self, actions: tuple[Ints, ...], *, value: float, cutoff: float) -> tuple[Ints, ...] | None:
        """One try; a better roster or None."""
        people, days = len(actions), len(actions[0])
        by_days = self._random.random() < 0.4 and days >= 14
        if by_days:
            length = max(4, int(days * self._size))
            first = int(self._random.integers(-length // 2, days - length // 2))
            chosen = np.arange(max(0, first), min(days, first + length))
            spaces = only(self.setting, actions, np.arange(people), chosen)
        else:
            count = min(people, max(3, round(people * self._size)))
            spaces = only(self.setting, actions, self._random.choice(people, count, replace=False), np.arange(days))
        found = choose_again(self.setting, spaces, value=value, cutoff=cutoff)
        self._size = 0.25 if found is not None else min(0.7, self._size * 1.08)
        return found
