"""What people on duty are worth, interval by interval, when people with several skills go where they are needed most.

Serving a unit of a skill's demand earns its price; whom to put where is a matching of people to demand units. The
demand units that can be served together are the independent sets of a transversal matroid, so the best
matching after one person more (or less) differs by one alternating path (Edmonds & Fulkerson 1965). The
floor below keeps such a matching and gives the exact price of one person more, for all intervals at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiling import compiled
from .model import DAY_MINUTES, Demand, Floats, Grid, Ints, Problem, RosterError
from .shift_times import BreakTable, ShiftTimes, best_breaks, fill_presence, intervals_a_day, is_on_duty, price_shifts, shift_sum

SKILLS_AT_MOST = 30


class Serving(NamedTuple):
    """Who serves what. work: (intervals, groups, skills); spare: (intervals, groups); short: (intervals, skills).

    masks: (groups,) skills of a group as bits; gain: (skills,) what a unit served saves; the rest is room for paths.
    """

    work: Grid
    spare: Grid
    short: Grid
    masks: Grid
    gain: Grid
    busy: Grid
    via_group: Grid
    via_skill: Grid

    @classmethod
    def nobody(cls, demand: Demand, masks: Ints) -> Serving:
        """Nobody on duty yet."""
        size, groups, skills = demand.required.shape[1], len(masks), len(demand.skills)
        return cls(
            work=np.zeros((size, groups, skills), np.int32),
            spare=np.zeros((size, groups), np.int32),
            short=demand.required.T.astype(np.int32).copy(),
            masks=masks,
            gain=np.array(demand.under_price, float) + demand.idle_price,
            busy=np.zeros(groups, np.int64),
            via_group=np.zeros(skills, np.int64),
            via_skill=np.zeros(skills, np.int64),
        )


def reach_up(on: Serving, first: int) -> int:
    """Skills that one person more who can do `first` helps, directly or by others stepping aside."""
    reach = first
    grown = True
    while grown:
        grown = False
        for group in range(on.masks.shape[0]):
            if on.busy[group] & reach and on.masks[group] & ~reach:
                reach |= on.masks[group]
                grown = True
    return reach


def note_busy(on: Serving, interval: int) -> None:
    """Per group, the set of skills that somebody of it serves in the interval."""
    for group in range(on.work.shape[1]):
        bits = 0
        for skill in range(on.work.shape[2]):
            if on.work[interval, group, skill] > 0:
                bits |= 1 << skill
        on.busy[group] = bits


def dearest_open(on: Serving, interval: int, group: int) -> int:
    """The dearest skill with unserved demand that one person more of the group helps, -1 if none.

    Notes who is busy where others would have to step aside.
    """
    best = -1
    for skill in range(on.gain.shape[0]):
        if on.short[interval, skill] > 0 and (best < 0 or on.gain[skill] > on.gain[best]):
            best = skill
    if best < 0 or on.masks[group] >> best & 1:
        return best
    note_busy(on, interval)
    reach, best = reach_up(on, on.masks[group]), -1
    for skill in range(on.gain.shape[0]):
        if reach >> skill & 1 and on.short[interval, skill] > 0 and (best < 0 or on.gain[skill] > on.gain[best]):
            best = skill
    return best


def add_one(on: Serving, interval: int, group: int) -> None:
    """Put one more person of the group on duty in an interval."""
    target = dearest_open(on, interval, group)
    if target < 0:
        on.spare[interval, group] += 1
        return
    skills = on.gain.shape[0]
    seen = on.masks[group]
    for skill in range(skills):
        on.via_group[skill] = group if seen >> skill & 1 else -1
        on.via_skill[skill] = -1
    while not seen >> target & 1:
        for other in range(on.masks.shape[0]):
            meets = on.busy[other] & seen
            if meets and on.masks[other] & ~seen:
                leaves = 0
                while not meets >> leaves & 1:
                    leaves += 1
                for skill in range(skills):
                    if on.masks[other] >> skill & 1 and not seen >> skill & 1:
                        on.via_group[skill] = other
                        on.via_skill[skill] = leaves
                seen |= on.masks[other]
    on.short[interval, target] -= 1
    while target >= 0:
        on.work[interval, on.via_group[target], target] += 1
        left = on.via_skill[target]
        if left >= 0:
            on.work[interval, on.via_group[target], left] -= 1
        target = left


def take_one(on: Serving, interval: int, group: int) -> None:
    """Take one person of the group off duty in an interval."""
    if on.spare[interval, group] > 0:
        on.spare[interval, group] -= 1
        return
    skills, groups = on.gain.shape[0], on.masks.shape[0]
    seen = 0
    for skill in range(skills):
        on.via_skill[skill] = -1
        if on.work[interval, group, skill] > 0:
            seen |= 1 << skill
            on.via_group[skill] = group
    end, helper = -1, -1
    grown = True
    while grown and helper < 0:
        grown = False
        for other in range(groups):
            meets = on.masks[other] & seen
            if meets == 0:
                continue
            fills = 0
            while not meets >> fills & 1:
                fills += 1
            if on.spare[interval, other] > 0:
                end, helper = fills, other
                break
            for skill in range(skills):
                if on.work[interval, other, skill] > 0 and not seen >> skill & 1:
                    seen |= 1 << skill
                    on.via_group[skill] = other
                    on.via_skill[skill] = fills
                    grown = True
    if helper >= 0:
        on.spare[interval, helper] -= 1
        on.work[interval, helper, end] += 1
    else:
        for skill in range(skills):
            if seen >> skill & 1 and (end < 0 or on.gain[skill] < on.gain[end]):
                end = skill
        on.short[interval, end] += 1
    while end >= 0:
        on.work[interval, on.via_group[end], end] -= 1
        fills = on.via_skill[end]
        if fills >= 0:
            on.work[interval, on.via_group[end], fills] += 1
        end = fills


def price_of_one_more(on: Serving, idle: float, group: int, interval: int) -> float:
    """What the total changes by when one more person of the group is on duty in an interval."""
    best = dearest_open(on, interval, group)
    return idle if best < 0 else idle - float(on.gain[best])


def fill_prices(on: Serving, idle: float, group: int, price: Grid) -> None:
    """price[interval] of one more person of the group."""
    for interval in range(on.work.shape[0]):
        price[interval] = price_of_one_more(on, idle, group, interval)


def move_person(on: Serving, group: int, present: Grid, sign: int) -> None:
    """Put a person of the group on duty (sign 1) or off (-1) in the intervals where `present`."""
    for interval in range(on.work.shape[0]):
        if present[interval]:
            if sign > 0:
                add_one(on, interval, group)
            else:
                take_one(on, interval, group)


MATCHING = (reach_up, note_busy, dearest_open, add_one, take_one, price_of_one_more)
"""What kernels on a Serving call."""


class Floor:
    """People on duty by group (set of skills) and what they serve, kept at the best matching."""

    def __init__(self, problem: Problem) -> None:
        demand = problem.demand or Demand((), np.zeros((0, problem.days), np.int64), (), interval_minutes=DAY_MINUTES)
        if len(demand.skills) > SKILLS_AT_MOST:
            raise RosterError(f"Demand by interval may have at most {SKILLS_AT_MOST} skills.")
        self.demand: Demand = demand
        bit = {skill: 1 << number for number, skill in enumerate(demand.skills)}
        masks = [sum(bit.get(skill, 0) for skill in person.skills) for person in problem.people]
        self.group_of = np.array([sorted(set(masks)).index(mask) for mask in masks], np.int64)
        self.masks = np.array(sorted(set(masks)), np.int64)
        self.serving = Serving.nobody(demand, self.masks)
        self.times = ShiftTimes.of(problem, demand)
        self.day_intervals = intervals_a_day(demand)
        self._days = problem.days
        self._breaks = BreakTable.of(self.times)

    def prices(self, group: int) -> Floats:
        """Per interval: the change of the total by one more person of the group."""
        price = np.empty(self.serving.work.shape[0])
        compiled(fill_prices, *MATCHING)(self.serving, self.demand.idle_price, group, price)
        return price

    def shift_prices(self, price: Floats) -> tuple[Floats, Ints]:
        """(days, shifts): price of each shift with its best breaks; (days, shifts, breaks): their starts in intervals."""
        shifts, most = self.times.breaks.shape[:2]
        out = np.empty((self._days, shifts))
        choice = np.full((self._days, shifts, most), -1, np.int64)
        sums = np.cumsum(price)
        run = np.concatenate(([0.0], sums, np.full(self.times.reach, sums[-1] if len(sums) else 0.0)))
        kernel = compiled(price_shifts, shift_sum, best_breaks)
        kernel(run, self.times, self.day_intervals, self._breaks, out, choice)
        return out, choice

    def presence(self, row: Ints, breaks: Ints) -> Ints:
        """Intervals on duty of a row of shifts with breaks (starts in intervals)."""
        present = np.zeros(self.serving.work.shape[0], np.int64)
        compiled(fill_presence, is_on_duty)(self.times, row, breaks, self.day_intervals, present)
        return present

    def move(self, group: int, present: Ints, *, sign: int) -> None:
        """Put a person on duty (1) or off (-1)."""
        compiled(move_person, *MATCHING)(self.serving, group, present, sign)

    def total(self) -> float:
        """Price of missing and idle people now."""
        under = self.serving.short.sum(axis=0) @ np.array(self.demand.under_price)
        return float(under + self.serving.spare.sum() * self.demand.idle_price)
