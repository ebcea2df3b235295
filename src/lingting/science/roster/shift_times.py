"""When people on a shift are on duty, and which breaks cost least at given prices; all in intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .model import DAY_MINUTES, Demand, Grid, Problem, Shift


class ShiftTimes(NamedTuple):
    """Shifts on a grid. starts, lengths: (shifts,); gaps: (shifts, 2) place in the shift and size of the unpaid hole;

    breaks: (shifts, breaks, 3) size, earliest and latest start in the shift, size 0 for none; they keep their order.
    """

    starts: Grid
    lengths: Grid
    gaps: Grid
    breaks: Grid

    @classmethod
    def of(cls, problem: Problem, demand: Demand) -> ShiftTimes:
        """Without demand by interval every shift is a point."""
        grid = demand.interval_minutes
        shifts = problem.shifts if problem.demand else tuple(Shift(shift.name, 0, 0) for shift in problem.shifts)
        most = max(1, *(len(shift.breaks) for shift in shifts), 1)
        breaks = np.zeros((len(shifts), most, 3), np.int64)
        for number, shift in enumerate(shifts):
            for k, pause in enumerate(shift.breaks):
                breaks[number, k] = (pause.minutes // grid, pause.earliest // grid, pause.latest // grid)
        return cls(
            starts=np.array([shift.start // grid for shift in shifts], np.int64),
            lengths=np.array([shift.length // grid for shift in shifts], np.int64),
            gaps=np.array([shift.gap or (0, 0) for shift in shifts], np.int64) // grid,
            breaks=breaks,
        )

    @property
    def reach(self) -> int:
        """Intervals from midnight to the end of the latest shift."""
        return int((self.starts + self.lengths).max(initial=0))


class BreakTable(NamedTuple):
    """Room for `best_breaks`: (breaks + 1, longest shift + 1) each."""

    saved: Grid
    begun: Grid

    @classmethod
    def of(cls, times: ShiftTimes) -> BreakTable:
        """Room for the longest of the shifts."""
        shape = (times.breaks.shape[1] + 1, int(times.lengths.max(initial=0)) + 1)
        return cls(np.zeros(shape), np.zeros(shape, np.int64))


def is_on_duty(times: ShiftTimes, shift: int, starts: Grid, at: int) -> bool:
    """Whether somebody is on duty so long into the shift, with breaks at `starts`."""
    gap, size = times.gaps[shift, 0], times.gaps[shift, 1]
    if size > 0 and gap <= at < gap + size:
        return False
    for k in range(times.breaks.shape[1]):
        size = times.breaks[shift, k, 0]
        if size > 0 and starts[k] <= at < starts[k] + size:
            return False
    return True


def fill_presence(times: ShiftTimes, row: Grid, breaks: Grid, day_intervals: int, present: Grid) -> None:
    """Set present[interval] to 1 where somebody who works a row of shifts with these breaks is on duty."""
    for day in range(row.shape[0]):
        if row[day] < 0:
            continue
        first = day * day_intervals + times.starts[row[day]]
        for at in range(min(times.lengths[row[day]], present.shape[0] - first)):
            if is_on_duty(times, row[day], breaks[day], at):
                present[first + at] = 1


def shift_sum(run: Grid, times: ShiftTimes, shift: int, first: int) -> float:
    """Price of a shift that begins at interval `first`, its hole left out, its breaks not; `run` sums prices."""
    price = run[first + times.lengths[shift]] - run[first]
    if times.gaps[shift, 1] > 0:
        gap = first + times.gaps[shift, 0]
        price -= run[gap + times.gaps[shift, 1]] - run[gap]
    return float(price)


def best_breaks(run: Grid, first: int, times: ShiftTimes, shift: int, table: BreakTable, starts: Grid) -> float:
    """Most that the breaks of a shift save, by dynamic programming over their order; fills their starts."""
    length, count = times.lengths[shift], 0
    while count < times.breaks.shape[1] and times.breaks[shift, count, 0] > 0:
        count += 1
    table.saved[0, : length + 1] = 0.0
    for k in range(count):
        size, early, late = times.breaks[shift, k]
        best, at_best, at = -1e15, -1, early
        for end in range(length + 1):
            while at <= late and at + size <= end:
                saved = table.saved[k, at] + run[first + at + size] - run[first + at]
                if saved > best:
                    best, at_best = saved, at
                at += 1
            table.saved[k + 1, end] = best
            table.begun[k + 1, end] = at_best
    end = length
    for k in range(count, 0, -1):
        end = table.begun[k, end]
        starts[k - 1] = end
    return float(table.saved[count, length])


def price_shifts(run: Grid, times: ShiftTimes, day_intervals: int, table: BreakTable, out: Grid, choice: Grid) -> None:
    """Fill out[day, shift] with the price of working it with its breaks where they cost least, choice with them.

    `run` sums prices by interval and goes on flat as far as shifts reach past the last day.
    """
    days, shifts = out.shape
    for day in range(days):
        for shift in range(shifts):
            first = day * day_intervals + times.starts[shift]
            out[day, shift] = shift_sum(run, times, shift, first)
            out[day, shift] -= best_breaks(run, first, times, shift, table, choice[day, shift])


def intervals_a_day(demand: Demand) -> int:
    """Intervals from midnight to midnight."""
    return DAY_MINUTES // demand.interval_minutes
