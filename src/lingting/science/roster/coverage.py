"""What people on duty are worth, interval by interval, when people with several skills go where they are needed most.

Serving a unit of a skill's demand earns its price; whom to put where is a matching of people to demand units. The
demand units that can be served together are the independent sets of a transversal matroid, so the best
matching after one person more (or less) differs by one alternating path (Edmonds & Fulkerson 1965). The
floor below keeps such a matching and gives the exact price of one person more, for all intervals at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from .model import DAY_MINUTES, Demand, Floats, Grid, Ints, Problem, RosterError, Shift

SKILLS_AT_MOST = 30


def reach_up(busy: Grid, masks: Grid, first: int) -> int:
    """Skills that one person more who can do `first` helps, directly or by others stepping aside."""
    reach = first
    grown = True
    while grown:
        grown = False
        for group in range(masks.shape[0]):
            if busy[group] & reach and masks[group] & ~reach:
                reach |= masks[group]
                grown = True
    return reach


def busy_bits(work: Grid, interval: int, busy: Grid) -> None:
    """Per group, the set of skills that somebody of it serves in the interval."""
    for group in range(work.shape[1]):
        bits = 0
        for skill in range(work.shape[2]):
            if work[interval, group, skill] > 0:
                bits |= 1 << skill
        busy[group] = bits


def dearest_open(short: Grid, gain: Grid, interval: int, reach: int) -> int:
    """The dearest skill within reach with unserved demand, -1 if none."""
    best = -1
    for skill in range(gain.shape[0]):
        if reach >> skill & 1 and short[interval, skill] > 0 and (best < 0 or gain[skill] > gain[best]):
            best = skill
    return best


def add_one(
    work: Grid,
    spare: Grid,
    short: Grid,
    masks: Grid,
    gain: Grid,
    interval: int,
    group: int,
    busy: Grid,
    via_group: Grid,
    via_skill: Grid,
) -> None:
    """Put one more person of the group on duty in an interval."""
    busy_bits(work, interval, busy)
    target = dearest_open(short, gain, interval, reach_up(busy, masks, masks[group]))
    if target < 0:
        spare[interval, group] += 1
        return
    skills = gain.shape[0]
    seen = masks[group]
    for skill in range(skills):
        via_group[skill] = group if seen >> skill & 1 else -1
        via_skill[skill] = -1
    while not seen >> target & 1:
        for other in range(masks.shape[0]):
            meets = busy[other] & seen
            if meets and masks[other] & ~seen:
                leaves = 0
                while not meets >> leaves & 1:
                    leaves += 1
                for skill in range(skills):
                    if masks[other] >> skill & 1 and not seen >> skill & 1:
                        via_group[skill] = other
                        via_skill[skill] = leaves
                seen |= masks[other]
    short[interval, target] -= 1
    while target >= 0:
        work[interval, via_group[target], target] += 1
        left = via_skill[target]
        if left >= 0:
            work[interval, via_group[target], left] -= 1
        target = left


def take_one(
    work: Grid, spare: Grid, short: Grid, masks: Grid, gain: Grid, interval: int, group: int, via_group: Grid, via_skill: Grid
) -> None:
    """Take one person of the group off duty in an interval."""
    if spare[interval, group] > 0:
        spare[interval, group] -= 1
        return
    skills, groups = gain.shape[0], masks.shape[0]
    seen = 0
    for skill in range(skills):
        via_skill[skill] = -1
        if work[interval, group, skill] > 0:
            seen |= 1 << skill
            via_group[skill] = group
    end, helper = -1, -1
    grown = True
    while grown and helper < 0:
        grown = False
        for other in range(groups):
            meets = masks[other] & seen
            if meets == 0:
                continue
            fills = 0
            while not meets >> fills & 1:
                fills += 1
            if spare[interval, other] > 0:
                end, helper = fills, other
                break
            for skill in range(skills):
                if work[interval, other, skill] > 0 and not seen >> skill & 1:
                    seen |= 1 << skill
                    via_group[skill] = other
                    via_skill[skill] = fills
                    grown = True
    if helper >= 0:
        spare[interval, helper] -= 1
        work[interval, helper, end] += 1
    else:
        for skill in range(skills):
            if seen >> skill & 1 and (end < 0 or gain[skill] < gain[end]):
                end = skill
        short[interval, end] += 1
    while end >= 0:
        work[interval, via_group[end], end] -= 1
        fills = via_skill[end]
        if fills >= 0:
            work[interval, via_group[end], fills] += 1
        end = fills


def price_of_one_more(work: Grid, short: Grid, masks: Grid, gain: Grid, idle: float, group: int, busy: Grid, price: Grid) -> None:
    """Fill price[interval]: what the total changes by when one more person of the group is on duty."""
    for interval in range(work.shape[0]):
        busy_bits(work, interval, busy)
        best = dearest_open(short, gain, interval, reach_up(busy, masks, masks[group]))
        price[interval] = idle if best < 0 else idle - gain[best]


def shift_prices(
    price: Grid, starts: Grid, lengths: Grid, gaps: Grid, breaks: Grid, day_intervals: int, out: Grid, choice: Grid
) -> None:
    """Fill out[day, shift] with the price of working it with its breaks where they cost least, choice with them.

    breaks[shift, k]: (length, earliest, latest) in intervals, length 0 for none; pauses keep their order.
    """
    total = price.shape[0]
    run = np.zeros(total + 1)
    for interval in range(total):
        run[interval + 1] = run[interval] + price[interval]
    days, shifts = out.shape
    most = breaks.shape[1]
    table = np.zeros((most + 1, 512))
    pick = np.zeros((most + 1, 512), np.int64)
    for day in range(days):
        for shift in range(shifts):
            first = day * day_intervals + starts[shift]
            length = lengths[shift]
            last = min(first + length, total)
            sum_all = run[last] - run[min(first, total)]
            if gaps[shift, 1] > 0:
                sum_all -= run[min(first + gaps[shift, 0] + gaps[shift, 1], total)] - run[min(first + gaps[shift, 0], total)]
            count = 0
            while count < most and breaks[shift, count, 0] > 0:
                count += 1
            table[0, : length + 1] = 0.0
            for k in range(count):
                table[k + 1, : length + 1] = -1e15
                size, early, late = breaks[shift, k]
                for at in range(early, late + 1):
                    begin = min(first + at, total)
                    saved = table[k, at] + run[min(begin + size, total)] - run[begin]
                    if saved > table[k + 1, at + size]:
                        table[k + 1, at + size] = saved
                        pick[k + 1, at + size] = at
                for at in range(1, length + 1):
                    if table[k + 1, at - 1] > table[k + 1, at]:
                        table[k + 1, at] = table[k + 1, at - 1]
                        pick[k + 1, at] = pick[k + 1, at - 1]
            out[day, shift] = sum_all - table[count, length]
            end = length
            for k in range(count, 0, -1):
                end = pick[k, end]
                choice[day, shift, k - 1] = end


@cache
def compiled() -> dict[str, Callable[..., Any]]:
    """The kernels compiled by numba, plain Python without it."""
    kernels: dict[str, Callable[..., Any]] = {
        "add": add_one,
        "take": take_one,
        "price": price_of_one_more,
        "shifts": shift_prices,
        "move": move_person,
    }
    try:
        from numba import njit
        from numba.extending import register_jitable
    except ImportError:
        return kernels
    for part in (reach_up, busy_bits, dearest_open, add_one, take_one):
        register_jitable(part)
    return {name: njit(kernel, nogil=True) for name, kernel in kernels.items()}


def move_person(
    work: Grid,
    spare: Grid,
    short: Grid,
    masks: Grid,
    gain: Grid,
    group: int,
    present: Grid,
    sign: int,
    busy: Grid,
    via_group: Grid,
    via_skill: Grid,
) -> None:
    """Put a person of the group on duty (sign 1) or off (-1) in the intervals where `present`."""
    for interval in range(work.shape[0]):
        if present[interval]:
            if sign > 0:
                add_one(work, spare, short, masks, gain, interval, group, busy, via_group, via_skill)
            else:
                take_one(work, spare, short, masks, gain, interval, group, via_group, via_skill)


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
        self.gain = np.array(demand.under_price, float) + demand.idle_price
        size, groups, skills = demand.required.shape[1], len(self.masks), len(demand.skills)
        self.work = np.zeros((size, groups, skills), np.int32)
        self.spare = np.zeros((size, groups), np.int32)
        self.short = demand.required.T.astype(np.int32).copy()
        self._busy = np.zeros(groups, np.int64)
        self._via = (np.zeros(skills, np.int64), np.zeros(skills, np.int64))
        self._lay_shifts(problem)

    def _lay_shifts(self, problem: Problem) -> None:
        grid = self.demand.interval_minutes
        self.day_intervals = DAY_MINUTES // grid
        shifts = problem.shifts if problem.demand else tuple(Shift(shift.name, 0, 0) for shift in problem.shifts)
        self.starts = np.array([shift.start // grid for shift in shifts], np.int64)
        self.lengths = np.array([shift.length // grid for shift in shifts], np.int64)
        gaps = [shift.gap or (0, 0) for shift in shifts]
        self.gaps = np.array(gaps, np.int64) // grid
        most = max(1, *(len(shift.breaks) for shift in shifts), 1)
        self.breaks = np.zeros((len(shifts), most, 3), np.int64)
        for number, shift in enumerate(shifts):
            for k, pause in enumerate(shift.breaks):
                self.breaks[number, k] = (pause.minutes // grid, pause.earliest // grid, pause.latest // grid)
        self._days = problem.days

    def prices(self, group: int) -> Floats:
        """Per interval: the change of the total by one more person of the group."""
        price = np.empty(self.work.shape[0])
        idle = self.demand.idle_price
        compiled()["price"](self.work, self.short, self.masks, self.gain, idle, group, self._busy, price)
        return price

    def shift_prices(self, price: Floats) -> tuple[Floats, Ints]:
        """(days, shifts): price of each shift with its best breaks; (days, shifts, breaks): their starts in intervals."""
        shifts, most = self.breaks.shape[:2]
        out = np.empty((self._days, shifts))
        choice = np.full((self._days, shifts, most), -1, np.int64)
        compiled()["shifts"](price, self.starts, self.lengths, self.gaps, self.breaks, self.day_intervals, out, choice)
        return out, choice

    def presence(self, row: Ints, breaks: Ints) -> Ints:
        """Intervals on duty of a row of shifts with breaks (starts in intervals)."""
        present = np.zeros(self.work.shape[0], np.int64)
        for day in np.flatnonzero(row >= 0):
            shift, first = row[day], day * self.day_intervals + self.starts[row[day]]
            present[first : first + self.lengths[shift]] = 1
            if self.gaps[shift, 1]:
                present[first + self.gaps[shift, 0] : first + self.gaps[shift].sum()] = 0
            for k, (size, _, _) in enumerate(self.breaks[shift]):
                if size:
                    at = first + breaks[day, k]
                    present[at : at + size] = 0
        return present

    def move(self, group: int, present: Ints, *, sign: int) -> None:
        """Put a person on duty (1) or off (-1)."""
        kernel = compiled()["move"]
        kernel(self.work, self.spare, self.short, self.masks, self.gain, group, present, sign, self._busy, *self._via)

    def total(self) -> float:
        """Price of missing and idle people now."""
        under = self.short.sum(axis=0) @ np.array(self.demand.under_price)
        return float(under + self.spare.sum() * self.demand.idle_price)
