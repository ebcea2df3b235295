"""Other shifts and breaks of the same day, one person at a time, by simulated annealing (Kirkpatrick et al. 1983).

A person leaves the floor, sees the exact price of each interval, and takes the shift and breaks that are best
at prices a little disturbed; worse ones are kept by chance, less and less. Only shifts that count the same for
the contract and fit the rest before and after are taken, so that rules stay kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from .coverage import Floor, add_one, busy_bits, dearest_open, reach_up, take_one
from .crew import Member
from .model import DAY_MINUTES, Floats, Grid, Ints, Problem

_BARRED = 1e12


def next_random(state: Grid) -> float:
    """A number in (0, 1); xorshift, Marsaglia 2003."""
    word = state[0]
    word ^= (word << np.uint64(13)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    word ^= word >> np.uint64(7)
    word ^= (word << np.uint64(17)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    state[0] = word
    return (float(word >> np.uint64(11)) + 0.5) / 9007199254740992.0


def best_breaks(run: Grid, first: int, length: int, pauses: Grid, table: Grid, pick: Grid, starts: Grid) -> float:
    """Most that breaks save when prices sum to `run`; fills their starts."""
    count = 0
    while count < pauses.shape[0] and pauses[count, 0] > 0:
        count += 1
    table[0, : length + 1] = 0.0
    for k in range(count):
        size, early, late = pauses[k, 0], pauses[k, 1], pauses[k, 2]
        best, at_best = -1e15, -1
        reach = early
        for end in range(length + 1):
            while reach <= late and reach + size <= end:
                saved = table[k, reach] + run[first + reach + size] - run[first + reach]
                if saved > best:
                    best, at_best = saved, reach
                reach += 1
            table[k + 1, end] = best
            pick[k + 1, end] = at_best
    end = length
    for k in range(count, 0, -1):
        end = pick[k, end]
        starts[k - 1] = end
    return float(table[count, length])


def presence_price(price: Grid, first: int, length: int, gap: int, gap_size: int, pauses: Grid, starts: Grid) -> float:
    """Price of being on duty in a shift with its breaks; prices count from the shift's day."""
    total = 0.0
    for at in range(length):
        if gap_size > 0 and gap <= at < gap + gap_size:
            continue
        total += price[first + at]
    for k in range(pauses.shape[0]):
        for at in range(starts[k], starts[k] + pauses[k, 0]):
            total -= price[first + at]
    return total


def change_duty(
    work: Grid,
    spare: Grid,
    short: Grid,
    masks: Grid,
    gain: Grid,
    group: int,
    origin: int,
    first: int,
    length: int,
    gap: int,
    gap_size: int,
    pauses: Grid,
    starts: Grid,
    sign: int,
    busy: Grid,
    via_group: Grid,
    via_skill: Grid,
) -> None:
    """Put a person on or off duty for one shift."""
    for at in range(length):
        interval = origin + first + at
        if interval >= work.shape[0]:
            break
        if gap_size > 0 and gap <= at < gap + gap_size:
            continue
        on_break = False
        for k in range(pauses.shape[0]):
            if pauses[k, 0] > 0 and starts[k] <= at < starts[k] + pauses[k, 0]:
                on_break = True
        if on_break:
            continue
        if sign > 0:
            add_one(work, spare, short, masks, gain, interval, group, busy, via_group, via_skill)
        else:
            take_one(work, spare, short, masks, gain, interval, group, via_group, via_skill)


def anneal(
    work: Grid,
    spare: Grid,
    short: Grid,
    masks: Grid,
    gain: Grid,
    idle: float,
    starts: Grid,
    lengths: Grid,
    gaps: Grid,
    pauses: Grid,
    day_intervals: int,
    rows: Grid,
    breaks: Grid,
    group_of: Grid,
    own: Grid,
    kind_of: Grid,
    kinds: Grid,
    follows: Grid,
    days: Grid,
    steps: int,
    hot: float,
    cold: float,
    state: Grid,
) -> float:
    """Steps on the given days; returns the change of the price."""
    shifts, most = pauses.shape[0], pauses.shape[1]
    reach = (starts + lengths).max()
    price = np.zeros(reach)
    run = np.zeros(reach + 1)
    table = np.zeros((most + 1, reach + 1))
    pick = np.zeros((most + 1, reach + 1), np.int64)
    trial = np.zeros(most, np.int64)
    chosen_breaks = np.zeros(most, np.int64)
    busy = np.zeros(masks.shape[0], np.int64)
    via_group = np.zeros(gain.shape[0], np.int64)
    via_skill = np.zeros(gain.shape[0], np.int64)
    change = 0.0
    for number in range(steps):
        heat = hot * (cold / hot) ** (number / steps)
        person = int(next_random(state) * rows.shape[0])
        day = days[int(next_random(state) * days.shape[0])]
        old = rows[person, day]
        if old < 0:
            continue
        kind, group, origin = kind_of[person], group_of[person], day * day_intervals
        change_duty(
            work,
            spare,
            short,
            masks,
            gain,
            group,
            origin,
            starts[old],
            lengths[old],
            gaps[old, 0],
            gaps[old, 1],
            pauses[old],
            breaks[person, day],
            -1,
            busy,
            via_group,
            via_skill,
        )
        run[0] = 0.0
        for at in range(reach):
            interval = origin + at
            price[at] = 0.0
            if interval < work.shape[0]:
                busy_bits(work, interval, busy)
                best = dearest_open(short, gain, interval, reach_up(busy, masks, masks[group]))
                price[at] = idle if best < 0 else idle - gain[best]
            run[at + 1] = run[at] + price[at] + heat * (next_random(state) - 0.5)
        before = rows[person, day - 1] if day > 0 else -1
        after = rows[person, day + 1] if day + 1 < rows.shape[1] else -1
        new, least = old, 1e18
        for shift in range(shifts):
            if kinds[kind, shift] != kinds[kind, old] or own[person, day, shift] > 1e11:
                continue
            if (before >= 0 and not follows[kind, before, shift]) or (after >= 0 and not follows[kind, shift, after]):
                continue
            first, length = starts[shift], lengths[shift]
            cost = run[first + length] - run[first] + own[person, day, shift]
            if gaps[shift, 1] > 0:
                cost -= run[first + gaps[shift, 0] + gaps[shift, 1]] - run[first + gaps[shift, 0]]
            cost -= best_breaks(run, first, length, pauses[shift], table, pick, trial)
            if cost < least:
                new, least = shift, cost
                chosen_breaks[:] = trial
        if least < 1e17:
            was = (
                presence_price(price, starts[old], lengths[old], gaps[old, 0], gaps[old, 1], pauses[old], breaks[person, day])
                + own[person, day, old]
            )
            now = (
                presence_price(price, starts[new], lengths[new], gaps[new, 0], gaps[new, 1], pauses[new], chosen_breaks)
                + own[person, day, new]
            )
            if now <= was or next_random(state) < np.exp((was - now) / heat):
                change += now - was
                rows[person, day] = new
                for k in range(most):
                    breaks[person, day, k] = chosen_breaks[k] if pauses[new, k, 0] > 0 else -1
        new = rows[person, day]
        change_duty(
            work,
            spare,
            short,
            masks,
            gain,
            group,
            origin,
            starts[new],
            lengths[new],
            gaps[new, 0],
            gaps[new, 1],
            pauses[new],
            breaks[person, day],
            1,
            busy,
            via_group,
            via_skill,
        )
    return change


@cache
def compiled() -> Callable[..., Any]:
    """The loop compiled by numba, plain Python without it."""
    try:
        from numba import njit
        from numba.extending import register_jitable
    except ImportError:
        return anneal
    for part in (reach_up, busy_bits, dearest_open, add_one, take_one, next_random, best_breaks, presence_price, change_duty):
        register_jitable(part)
    done: Callable[..., Any] = njit(anneal, nogil=True)
    return done


class DayMoves:
    """Annealing over the rows of a crew. Night shifts keep their people, so that nights keep their company."""

    def __init__(self, problem: Problem, floor: Floor, crew: list[Member], *, seed: int) -> None:
        self.floor = floor
        shifts, people = problem.shifts, len(crew)
        contracts = list(dict.fromkeys(member.person.contract for member in crew))
        self.kind_of = np.array([contracts.index(member.person.contract) for member in crew], np.int64)
        self.kinds = np.zeros((len(contracts), len(shifts)), np.int64)
        self.follows = np.zeros((len(contracts), len(shifts), len(shifts)), np.bool_)
        for row, contract in enumerate(contracts):
            limited = {shift for shift, _ in contract.max_shifts_of}
            sorts = [(shift.paid_minutes, shift.is_night, shift.name if shift.name in limited else "") for shift in shifts]
            self.kinds[row] = [sorted(set(sorts)).index(sort) for sort in sorts]
            for one, before in enumerate(shifts):
                for two, after in enumerate(shifts):
                    rest = after.start + DAY_MINUTES - before.end >= contract.min_rest_minutes
                    self.follows[row, one, two] = rest and after.name not in before.cannot_precede
        self.own = np.full((people, problem.days, len(shifts)), _BARRED)
        for number, member in enumerate(crew):
            usable = member.shifts[1:]
            self.own[number][:, usable] = np.where(member.allowed[:, 1:], member.price[:, 1:], _BARRED)
            last = member.person.history.last_shift if member.person.history else None
            if last is not None:
                barred = ~self.follows[self.kind_of[number], problem.shift_index[last]]
                self.own[number, 0, barred] = _BARRED
        self._state = np.array([seed * 2654435761 % 2**63 + 88172645463325252], np.uint64)

    def run(self, rows: Ints, breaks: Ints, *, steps: int, hot: float, cold: float) -> float:
        """Change rows and breaks (in intervals) in place; returns the change of the price."""
        floor = self.floor
        return float(
            compiled()(
                floor.work, floor.spare, floor.short, floor.masks, floor.gain, floor.demand.idle_price,
                floor.starts, floor.lengths, floor.gaps, floor.breaks, floor.day_intervals,
                rows, breaks, floor.group_of, self.own, self.kind_of, self.kinds, self.follows,
                np.arange(rows.shape[1]), steps, hot, cold, self._state,
            )
        )  # fmt: skip

    def own_prices(self) -> Floats:
        """Shape (people, days, shifts)."""
        return self.own
