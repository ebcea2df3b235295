"""One person's rosters as paths through days: modes (what yesterday was), counters (hours, weekends, nights).

A path costs the sum of its (day, action) costs; action 0 is a day off, action a the a-th usable shift. A mode
is a run of days off or of days worked with the class of the last shift; shifts that allow the same
successors share a class. Counters are kept in units so that a state is a small whole number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .model import DAY_MINUTES, OFF, Contract, Ints, Person, Problem, RosterError, Shift

STATES_AT_MOST = 60_000


@dataclass(frozen=True, slots=True)
class Counter:
    """Something counted along a path.

    add: shape (days, actions, 2), the last axis whether the day before was worked; most: limit at all times
    (the count stays there if `saturates`). low: shape (days,), the least count at the end of a day.
    resets: shape (days,), whether the count starts anew after the day.
    """

    name: str
    add: Ints
    most: int
    low: Ints
    resets: NDArray[np.bool_]
    saturates: bool = False


class Tables(NamedTuple):
    """A network as arrays. follow: (modes, actions) next mode, -1 if barred; is_off: (modes,); parts: (states, counters);

    add: (counters, days, actions, 2); floor, resets: (counters, days); stride, most, saturates: (counters,).
    """

    follow: Ints
    is_off: Ints
    parts: Ints
    stride: Ints
    add: Ints
    most: Ints
    floor: Ints
    resets: Ints
    saturates: Ints


@dataclass(frozen=True, eq=False)
class Network:
    """The paths of one person; `loose` are counters left out to keep the states few (add, most)."""

    shifts: Ints
    allowed: NDArray[np.bool_]
    follow: Ints
    is_off: NDArray[np.bool_]
    start: int
    counters: tuple[Counter, ...]
    loose: tuple[Counter, ...]

    @property
    def is_exact(self) -> bool:
        """Whether every path keeps every rule."""
        return not self.loose

    @cached_property
    def tables(self) -> Tables:
        """What the sweeps read: a state is the counts of all counters as one whole number."""
        radix = [counter.most + 1 for counter in self.counters]
        stride = np.array([int(np.prod(radix[:k])) for k in range(len(radix))], np.int64)
        size = int(np.prod(radix)) if radix else 1
        states = np.arange(size)
        parts = np.zeros((size, max(len(radix), 1)), np.int64)
        for k, base in enumerate(radix):
            parts[:, k] = states // stride[k] % base
        days, actions = self.allowed.shape
        add = np.zeros((len(radix), days, actions, 2), np.int64)
        for k, counter in enumerate(self.counters):
            add[k] = counter.add
        floor = np.array([_floor(counter, self.allowed) for counter in self.counters], np.int64).reshape(len(radix), days)
        resets = np.array([counter.resets for counter in self.counters], np.int64).reshape(len(radix), days)
        saturates = np.array([counter.saturates for counter in self.counters], np.int64)
        most = np.array([counter.most for counter in self.counters], np.int64)
        return Tables(self.follow, self.is_off.astype(np.int64), parts, stride, add, most, floor, resets, saturates)

    def actions_of(self, schedule: Ints) -> Ints:
        """Actions of a row of shift positions (OFF for days off)."""
        lookup = {int(shift): action for action, shift in enumerate(self.shifts)}
        return np.array([lookup[int(shift)] for shift in schedule], np.int64)


def network_of(problem: Problem, person: Person, *, states_at_most: int = STATES_AT_MOST) -> Network:
    """The network of a person. Raises RosterError if no mode can be reached at all."""
    usable = _usable_shifts(problem, person)
    shifts = np.array([OFF, *usable], np.int64)
    follow, is_off, start = _modes(problem, person, usable)
    counters = _counters(problem, person, usable)
    kept: list[Counter] = []
    loose: list[Counter] = []
    size = len(is_off)
    for counter in sorted(counters, key=lambda counter: (counter.name.startswith("most of"), counter.most)):
        if size * (counter.most + 1) <= states_at_most or not counter.name.startswith("most of"):
            kept.append(counter)
            size *= counter.most + 1
        else:
            loose.append(counter)
    allowed = _allowed(problem, person, usable)
    return Network(shifts, allowed, follow, is_off, start, tuple(kept), tuple(loose))


def _usable_shifts(problem: Problem, person: Person) -> list[int]:
    barred = {name for name, most in person.contract.max_shifts_of if most == 0}
    return [
        position
        for position, shift in enumerate(problem.shifts)
        if shift.name not in barred and (person.shifts is None or shift.name in person.shifts)
    ]


def _allowed(problem: Problem, person: Person, usable: list[int]) -> NDArray[np.bool_]:
    allowed = np.ones((problem.days, len(usable) + 1), np.bool_)
    action = {problem.shifts[shift].name: number + 1 for number, shift in enumerate(usable)}
    for day in person.leave:
        if 0 <= day < problem.days:
            allowed[day, 1:] = False
    for day, name in person.barred:
        if name in action and 0 <= day < problem.days:
            allowed[day, action[name]] = False
    for day in person.must_work:
        allowed[day, 0] = False
    for day, wanted in person.fixed:
        if not 0 <= day < problem.days:
            raise RosterError(f"{person.name}: day {day} is outside the horizon.")
        only = 0 if wanted is None else action.get(wanted)
        keep = np.zeros(len(usable) + 1, np.bool_)
        if only is not None:
            keep[only] = True
        allowed[day] &= keep
    return allowed


def may_follow(before: Shift, after: Shift, contract: Contract) -> bool:
    """Whether a shift may be worked the day after another."""
    rest = after.start + DAY_MINUTES - before.end
    return after.name not in before.cannot_precede and rest >= contract.min_rest_minutes


def _classes(problem: Problem, contract: Contract, usable: list[int]) -> tuple[list[int], list[tuple[bool, ...]]]:
    shifts = [problem.shifts[shift] for shift in usable]
    rows = [tuple(may_follow(before, after, contract) for after in shifts) for before in shifts]
    distinct = sorted(set(rows))
    return [distinct.index(row) for row in rows], distinct


def _row_after(problem: Problem, person: Person, usable: list[int]) -> tuple[bool, ...]:
    """What may follow the last shift of the history."""
    last = person.history.last_shift if person.history else None
    before = next((shift for shift in problem.shifts if shift.name == last), None)
    return tuple(before is None or may_follow(before, problem.shifts[shift], person.contract) for shift in usable)


def _modes(problem: Problem, person: Person, usable: list[int]) -> tuple[Ints, NDArray[np.bool_], int]:
    """Modes: ("off", n), ("work", class, n, free of the least run); the first mode from the history."""
    contract = person.contract
    class_of, rows = _classes(problem, contract, usable)
    longest = min(contract.max_consecutive or problem.days, problem.days)
    start = _start_mode(person, len(rows))
    rows = [*rows, _row_after(problem, person, usable)]
    modes: dict[tuple[object, ...], int] = {start: 0}
    follow: list[list[int]] = []
    for mode in (queue := [start]):
        row = []
        for action in range(len(usable) + 1):
            after = _next_mode(mode, action, contract, longest, class_of, rows)
            if after is not None and after not in modes:
                modes[after] = len(modes)
                queue.append(after)
            row.append(-1 if after is None else modes[after])
        follow.append(row)
    is_off = np.array([mode[0] == "off" for mode in queue])
    return np.array(follow, np.int64), is_off, 0


def _start_mode(person: Person, group: int) -> tuple[object, ...]:
    history = person.history
    if history is None:
        return ("off", 0, True)
    if not history.days_worked:
        return ("off", min(history.days_off, person.contract.min_consecutive_off), False)
    least = person.contract.min_consecutive
    return ("work", group, history.days_worked, history.days_worked >= least)


def _next_mode(
    mode: tuple[object, ...], action: int, contract: Contract, longest: int, class_of: list[int], rows: list[tuple[bool, ...]]
) -> tuple[object, ...] | None:
    if mode[0] == "off":
        length, is_before = mode[1], mode[2]
        assert isinstance(length, int)
        if action == 0:
            return ("off", contract.min_consecutive_off if is_before else min(length + 1, contract.min_consecutive_off), False)
        if not is_before and length < contract.min_consecutive_off:
            return None
        return ("work", class_of[action - 1], 1, bool(is_before) or contract.min_consecutive <= 1)
    group, length, is_free = mode[1], mode[2], mode[3]
    assert isinstance(group, int) and isinstance(length, int)
    if action == 0:
        return ("off", 1, False) if is_free else None
    if length >= longest or not rows[group][action - 1]:
        return None
    count = length + 1 if contract.max_consecutive or length < contract.min_consecutive else length
    return ("work", class_of[action - 1], count, bool(is_free) or length + 1 >= contract.min_consecutive)


def _counters(problem: Problem, person: Person, usable: list[int]) -> list[Counter]:
    contract = person.contract
    leave = person.leave if contract.leave_counts else frozenset()
    paid = [problem.shifts[shift].paid_minutes for shift in usable]
    counters = []
    if contract.max_minutes is not None or contract.min_minutes:
        counters.append(_minutes(problem, paid, contract.max_minutes, contract.min_minutes, leave, weekly=False))
    if contract.max_week_minutes is not None or contract.min_week_minutes:
        counters.append(_minutes(problem, paid, contract.max_week_minutes, contract.min_week_minutes, leave, weekly=True))
    if contract.max_week_shifts is not None and contract.max_week_shifts < 7:
        ones = [1] * len(usable)
        counters.append(_minutes(problem, ones, contract.max_week_shifts, 0, leave, weekly=True))
    if contract.max_weekends is not None and contract.max_weekends < -(-problem.days // 7) + 1:
        counters.append(_weekends(problem, contract.max_weekends, len(usable)))
    shifts_most = _most_shifts(problem, contract, paid)
    nights = [problem.shifts[shift].is_night for shift in usable]
    if contract.max_nights is not None and any(nights) and contract.max_nights < shifts_most:
        counters.append(_count_of(problem, nights, contract.max_nights, "most of nights"))
    for name, most in contract.max_shifts_of:
        chosen = [problem.shifts[shift].name == name for shift in usable]
        if any(chosen) and most < shifts_most:
            counters.append(_count_of(problem, chosen, most, f"most of {name}"))
    return _merged(counters)


def _merged(counters: list[Counter]) -> list[Counter]:
    """Counters that add the same at the same times become one with the tighter limits."""
    kept: list[Counter] = []
    for counter in counters:
        for position, other in enumerate(kept):
            same = np.array_equal(counter.add, other.add) and np.array_equal(counter.resets, other.resets)
            if same and not counter.saturates and not other.saturates:
                low = np.maximum(counter.low, other.low)
                kept[position] = Counter(other.name, other.add, min(counter.most, other.most), low, other.resets)
                break
        else:
            kept.append(counter)
    return kept


def _most_shifts(problem: Problem, contract: Contract, paid: list[int]) -> int:
    if contract.max_minutes is None or not paid or min(paid) <= 0:
        return problem.days
    return min(problem.days, contract.max_minutes // min(paid))


def _minutes(problem: Problem, paid: list[int], most: int | None, least: int, leave: frozenset[int], *, weekly: bool) -> Counter:
    unit = gcd(*paid) if any(paid) else 1
    add = np.zeros((problem.days, len(paid) + 1, 2), np.int64)
    add[:, 1:, :] = np.array(paid, np.int64)[None, :, None] // unit
    days = np.arange(problem.days)
    resets = (days % 7 == 6) if weekly else np.zeros(problem.days, np.bool_)
    resets[-1] = True
    low = np.zeros(problem.days, np.int64)
    span = 7 if weekly else problem.days
    for last in np.flatnonzero(resets):
        away = sum(1 for day in leave if last - span < day <= last)
        low[last] = -(-(least * (span - away)) // (span * unit))
    if weekly and problem.days % 7:
        low[-1] = 0
    limit = -(-least // unit) if most is None else most // unit
    name = "week" if weekly else "period"
    return Counter(name, add, limit, low, resets, saturates=most is None)


def _weekends(problem: Problem, most: int, usable: int) -> Counter:
    add = np.zeros((problem.days, usable + 1, 2), np.int64)
    for day in range(problem.days):
        if problem.is_weekend(day):
            is_second = day > 0 and problem.is_weekend(day - 1)
            add[day, 1:, 0] = 1
            add[day, 1:, 1] = 0 if is_second else 1
    return Counter("weekends", add, most, *_at_the_end(problem.days))


def _count_of(problem: Problem, chosen: list[bool], most: int, name: str) -> Counter:
    add = np.zeros((problem.days, len(chosen) + 1, 2), np.int64)
    add[:, 1:, :] = np.array(chosen, np.int64)[None, :, None]
    return Counter(name, add, most, *_at_the_end(problem.days))


def _at_the_end(days: int) -> tuple[Ints, NDArray[np.bool_]]:
    resets = np.zeros(days, np.bool_)
    resets[-1] = True
    return np.zeros(days, np.int64), resets


def _floor(counter: Counter, allowed: NDArray[np.bool_]) -> Ints:
    """Least count after each day from which the next demanded count can still be reached."""
    days = len(counter.low)
    gain = np.where(allowed[:, :, None], counter.add, 0).max(axis=(1, 2))
    floor = counter.low.copy()
    for day in range(days - 2, -1, -1):
        if not counter.resets[day]:
            floor[day] = max(floor[day], floor[day + 1] - gain[day + 1])
    return floor
