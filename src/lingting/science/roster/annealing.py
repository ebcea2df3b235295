"""Other shifts and breaks of the same day, one person at a time, by simulated annealing (Kirkpatrick et al. 1983).

A person leaves the floor, sees the exact price of each interval, and takes the shift and breaks that are best
at prices a little disturbed; worse ones are kept by chance, less and less. Only shifts that count the same for
the contract and fit the rest before and after are taken, so that rules stay kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiling import compiled
from .coverage import MATCHING, Floor, Serving, add_one, price_of_one_more, take_one
from .crew import Member
from .model import Contract, Grid, Ints, Problem
from .network import may_follow
from .shift_times import BreakTable, ShiftTimes, best_breaks, is_on_duty, shift_sum

_BARRED = 1e12


class Roll(NamedTuple):
    """Who works what, changed in place. rows: (people, days) shifts; breaks: (people, days, breaks) starts in intervals."""

    rows: Grid
    breaks: Grid


class Freedom(NamedTuple):
    """What a person may work instead. group_of, contract_of: (people,); own: (people, days, shifts) own price, _BARRED if not;

    sorts: (contracts, shifts), shifts of one sort count the same; follows: (contracts, shifts, shifts) whether the
    second may come the day after the first.
    """

    group_of: Grid
    contract_of: Grid
    own: Grid
    sorts: Grid
    follows: Grid


class Desk(NamedTuple):
    """Room to work in. price, run: prices of a day and their disturbed sums; trial, chosen: starts of breaks."""

    price: Grid
    run: Grid
    table: BreakTable
    trial: Grid
    chosen: Grid
    state: Grid


def next_random(state: Grid) -> float:
    """A number in (0, 1); xorshift, Marsaglia 2003."""
    word = state[0]
    word ^= (word << np.uint64(13)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    word ^= word >> np.uint64(7)
    word ^= (word << np.uint64(17)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    state[0] = word
    return (float(word >> np.uint64(11)) + 0.5) / 9007199254740992.0


def change_duty(on: Serving, times: ShiftTimes, roll: Roll, person: int, day: int, group: int, origin: int, sign: int) -> None:
    """Put a person on duty (sign 1) or off (-1) for the shift of a day that begins at interval `origin`."""
    shift, starts = roll.rows[person, day], roll.breaks[person, day]
    for at in range(times.lengths[shift]):
        interval = origin + times.starts[shift] + at
        if interval >= on.work.shape[0]:
            break
        if is_on_duty(times, shift, starts, at):
            if sign > 0:
                add_one(on, interval, group)
            else:
                take_one(on, interval, group)


def see_prices(on: Serving, idle: float, group: int, origin: int, heat: float, desk: Desk) -> None:
    """Fill the desk with the prices of a day, 0 past the horizon, and with their sums disturbed by the heat."""
    desk.run[0] = 0.0
    for at in range(desk.price.shape[0]):
        interval = origin + at
        desk.price[at] = price_of_one_more(on, idle, group, interval) if interval < on.work.shape[0] else 0.0
        desk.run[at + 1] = desk.run[at] + desk.price[at] + heat * (next_random(desk.state) - 0.5)


def cheapest_shift(times: ShiftTimes, roll: Roll, freedom: Freedom, person: int, day: int, desk: Desk) -> int:
    """The shift that is cheapest at the disturbed prices, its breaks in `chosen`; -1 if none may be worked."""
    contract, old = freedom.contract_of[person], roll.rows[person, day]
    before = roll.rows[person, day - 1] if day > 0 else -1
    after = roll.rows[person, day + 1] if day + 1 < roll.rows.shape[1] else -1
    best, least = -1, 1e17
    for shift in range(times.starts.shape[0]):
        own = freedom.own[person, day, shift]
        if freedom.sorts[contract, shift] != freedom.sorts[contract, old] or own > _BARRED / 2:
            continue
        if before >= 0 and not freedom.follows[contract, before, shift]:
            continue
        if after >= 0 and not freedom.follows[contract, shift, after]:
            continue
        first = times.starts[shift]
        cost = shift_sum(desk.run, times, shift, first) + own
        cost -= best_breaks(desk.run, first, times, shift, desk.table, desk.trial)
        if cost < least:
            best, least = shift, cost
            desk.chosen[:] = desk.trial
    return best


def price_of_day(times: ShiftTimes, freedom: Freedom, person: int, day: int, shift: int, starts: Grid, desk: Desk) -> float:
    """True price of a shift with its breaks for a person."""
    total = freedom.own[person, day, shift]
    for at in range(times.lengths[shift]):
        if is_on_duty(times, shift, starts, at):
            total += desk.price[times.starts[shift] + at]
    return float(total)


def anneal(
    on: Serving,
    idle: float,
    times: ShiftTimes,
    day_intervals: int,
    roll: Roll,
    freedom: Freedom,
    steps: int,
    hot: float,
    cold: float,
    desk: Desk,
) -> None:
    """Steps of single people and days, cooling from `hot` to `cold`."""
    people, days = roll.rows.shape
    for number in range(steps):
        heat = hot * (cold / hot) ** (number / steps)
        person, day = int(next_random(desk.state) * people), int(next_random(desk.state) * days)
        old = roll.rows[person, day]
        if old < 0:
            continue
        group, origin = freedom.group_of[person], day * day_intervals
        change_duty(on, times, roll, person, day, group, origin, -1)
        see_prices(on, idle, group, origin, heat, desk)
        new = cheapest_shift(times, roll, freedom, person, day, desk)
        if new >= 0:
            was = price_of_day(times, freedom, person, day, old, roll.breaks[person, day], desk)
            now = price_of_day(times, freedom, person, day, new, desk.chosen, desk)
            if now <= was or next_random(desk.state) < np.exp((was - now) / heat):
                roll.rows[person, day] = new
                for k in range(times.breaks.shape[1]):
                    roll.breaks[person, day, k] = desk.chosen[k] if times.breaks[new, k, 0] > 0 else -1
        change_duty(on, times, roll, person, day, group, origin, 1)


_PARTS = (
    *MATCHING,
    is_on_duty,
    shift_sum,
    best_breaks,
    next_random,
    change_duty,
    see_prices,
    cheapest_shift,
    price_of_day,
)


class DayMoves:
    """Annealing over the rows of a crew. Night shifts keep their people, so that nights keep their company."""

    def __init__(self, problem: Problem, floor: Floor, crew: list[Member], *, seed: int) -> None:
        self.floor = floor
        contracts = list(dict.fromkeys(member.person.contract for member in crew))
        self.freedom = Freedom(
            group_of=floor.group_of,
            contract_of=np.array([contracts.index(member.person.contract) for member in crew], np.int64),
            own=np.full((len(crew), problem.days, len(problem.shifts)), _BARRED),
            sorts=np.array([_sorts(problem, contract) for contract in contracts], np.int64),
            follows=np.array([_follows(problem, contract) for contract in contracts], np.bool_),
        )
        self._fill_own(problem, crew)
        reach, most = floor.times.reach, floor.times.breaks.shape[1]
        self._desk = Desk(
            price=np.zeros(reach),
            run=np.zeros(reach + 1),
            table=BreakTable.of(floor.times),
            trial=np.zeros(most, np.int64),
            chosen=np.zeros(most, np.int64),
            state=np.array([seed * 2654435761 % 2**63 + 88172645463325252], np.uint64),
        )

    def _fill_own(self, problem: Problem, crew: list[Member]) -> None:
        for number, member in enumerate(crew):
            own, usable = self.freedom.own[number], member.shifts[1:]
            own[:, usable] = np.where(member.allowed[:, 1:], member.price[:, 1:], _BARRED)
            last = member.person.history.last_shift if member.person.history else None
            if last is not None:
                own[0, ~self.freedom.follows[self.freedom.contract_of[number], problem.shift_index[last]]] = _BARRED

    def run(self, rows: Ints, breaks: Ints, *, steps: int, hot: float, cold: float) -> None:
        """Change rows and breaks (in intervals) in place."""
        floor = self.floor
        compiled(anneal, *_PARTS)(
            floor.serving,
            floor.demand.idle_price,
            floor.times,
            floor.day_intervals,
            Roll(rows, breaks),
            self.freedom,
            steps,
            hot,
            cold,
            self._desk,
        )


def _sorts(problem: Problem, contract: Contract) -> list[int]:
    """A number for each shift; the same where hours, night and limits of the contract count the same."""
    limited = {shift for shift, _ in contract.max_shifts_of}
    sorts = [(shift.paid_minutes, shift.is_night, shift.name if shift.name in limited else "") for shift in problem.shifts]
    known = {sort: number for number, sort in enumerate(sorted(set(sorts)))}
    return [known[sort] for sort in sorts]


def _follows(problem: Problem, contract: Contract) -> list[list[bool]]:
    """Whether the second shift may be worked the day after the first."""
    return [[may_follow(before, after, contract) for after in problem.shifts] for before in problem.shifts]
