"""Prices for demand by interval from a linear programme over groups of alike people, a span of days at a time.

People of a group are one quantity; breaks are counted by start, not by person (implicit breaks: Bechtold &
Jacobs, Management Science 36, 1990; Aykin, Management Science 42, 1996). Its dual values are only a start:
the bound itself is counted person by person in `lagrange`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .coverage import Floor
from .crew import Member
from .model import Floats, Ints

Crowd = tuple[int, int]


class _Rows:
    """A sparse programme under construction."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.at: list[tuple[int, int, float]] = []

    def column(self, cost: float, upper: float = np.inf) -> int:
        """A new variable from 0 to upper."""
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, low: float, high: float) -> int:
        """A new row."""
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def put(self, row: int, column: int, value: float) -> None:
        """A coefficient; several on one spot add up."""
        self.at.append((row, column, value))

    def duals(self, *, solver: str, seconds: float) -> Floats | None:
        """Solve by HiGHS; None if the time does not suffice."""
        import highspy
        from scipy.sparse import csc_matrix

        entries = np.array(self.at)
        shape = (len(self.low), len(self.cost))
        matrix = csc_matrix((entries[:, 2], (entries[:, 0].astype(int), entries[:, 1].astype(int))), shape=shape)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = shape
        model.col_cost_, model.col_lower_ = np.array(self.cost), np.zeros(shape[1])
        model.col_upper_ = np.array(self.upper)
        model.row_lower_, model.row_upper_ = np.array(self.low), np.array(self.high)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        options = {"output_flag": False, "threads": 1, "solver": solver, "run_crossover": "off", "time_limit": seconds}
        for name, value in options.items():
            highs.setOptionValue(name, value)
        highs.passModel(model)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(highs.getSolution().row_dual)


def span_prices(
    floor: Floor, crew: Sequence[Member], rows: Ints, days: Ints, *, solver: str = "ipm", seconds: float = 60.0
) -> Floats | None:
    """Shape (skills, intervals of the span): price of a unit of skill; groups work about as many shifts as in `rows`.

    None if the seconds do not suffice.
    """
    lp = _Rows()
    first, last = int(days[0]) * floor.day_intervals, (int(days[-1]) + 1) * floor.day_intervals
    skills, groups = len(floor.serving.gain), len(floor.masks)
    required = floor.demand.required[:, first:last]
    duty = {(g, i): lp.row(0.0, 0.0) for g in range(groups) for i in range(last - first)}
    need = {(k, i): lp.row(float(required[k, i]), float(required[k, i])) for k in range(skills) for i in range(last - first)}
    for (k, _), row in need.items():
        lp.put(row, lp.column(floor.demand.under_price[k]), 1.0)
    for (g, i), row in duty.items():
        people = lp.column(0.0)
        lp.put(row, people, 1.0)
        if i + 1 < last - first:
            lp.put(duty[g, i + 1], people, -1.0)
        place = lp.row(0.0, 0.0)
        lp.put(place, people, -1.0)
        lp.put(place, lp.column(floor.demand.idle_price), 1.0)
        for k in range(skills):
            if floor.masks[g] >> k & 1:
                serve = lp.column(0.0)
                lp.put(place, serve, 1.0)
                lp.put(need[k, i], serve, 1.0)
    for crowd, members in _crowds(crew).items():
        usable = crew[members[0]].shifts[1:]
        total = _total_row(lp, crew, rows, members, days)
        for day in days:
            able = sum(bool(crew[number].allowed[day, 1:].any()) for number in members)
            if able:
                _lay_day(lp, floor, crowd[1], usable, int(day), first, last, able, total, duty)
    duals = lp.duals(solver=solver, seconds=seconds)
    if duals is None:
        return None
    return np.array([[duals[need[k, i]] for i in range(last - first)] for k in range(skills)])


def _total_row(lp: _Rows, crew: Sequence[Member], rows: Ints, members: list[int], days: Ints) -> int:
    """Shifts of a crowd in the span: within the weekly limits of its contracts, else as many as in `rows`."""
    low = high = 0.0
    for number in members:
        contract = crew[number].person.contract
        worked = float((rows[number, days] >= 0).sum())
        span = [counter for counter in crew[number].actions.network.counters if counter.name == "week"]
        unit = max((float(counter.add.max()) for counter in span), default=0.0)
        if len(days) == 7 and unit and contract.max_week_minutes is not None:
            low += float(span[0].low[days[-1]]) / unit
            high += float(span[0].most) / unit
        else:
            low, high = low + worked, high + worked
    return lp.row(np.floor(low), max(high, low))


def _crowds(crew: Sequence[Member]) -> dict[Crowd, list[int]]:
    """People by allowed shifts and group of skills."""
    found: dict[Crowd, list[int]] = {}
    known: dict[bytes, int] = {}
    for number, member in enumerate(crew):
        kind = known.setdefault(member.shifts.tobytes(), len(known))
        found.setdefault((kind, member.group), []).append(number)
    return found


def _lay_day(
    lp: _Rows,
    floor: Floor,
    group: int,
    usable: Ints,
    day: int,
    first: int,
    last: int,
    able: int,
    total: int,
    duty: dict[tuple[int, int], int],
) -> None:
    """Shifts and breaks of a crowd on a day."""
    head = lp.row(-np.inf, float(able))
    midnight, times = day * floor.day_intervals - first, floor.times
    shifts = {}
    for shift in usable:
        shifts[int(shift)] = column = lp.column(0.0)
        lp.put(head, column, 1.0)
        lp.put(total, column, 1.0)
        begin = midnight + int(times.starts[shift])
        turns = [(begin, 1.0), (begin + int(times.lengths[shift]), -1.0)]
        if times.gaps[shift, 1]:
            turns += [(begin + int(times.gaps[shift, 0]), -1.0), (begin + int(times.gaps[shift].sum()), 1.0)]
        _turn(lp, duty, group, column, turns)
    for k in range(times.breaks.shape[1]):
        for size in np.unique(times.breaks[:, k, 0]):
            having = [shift for shift in shifts if times.breaks[shift, k, 0] == size]
            if size and having:
                _lay_breaks(lp, floor, group, {s: shifts[s] for s in having}, k, midnight, last - first, duty)


def _lay_breaks(
    lp: _Rows,
    floor: Floor,
    group: int,
    shifts: dict[int, int],
    k: int,
    midnight: int,
    span: int,
    duty: dict[tuple[int, int], int],
) -> None:
    """The k-th breaks of some shifts, counted by their start: none too late, none too early, as many as shifts."""
    times = floor.times
    windows = {s: (int(times.starts[s] + times.breaks[s, k, 1]), int(times.starts[s] + times.breaks[s, k, 2])) for s in shifts}
    size = int(times.breaks[next(iter(shifts)), k, 0])
    starts = sorted({t for early, late in windows.values() for t in range(early, late + 1)})
    column = {}
    for t in starts:
        column[t] = lp.column(0.0)
        _turn(lp, duty, group, column[t], [(midnight + t, -1.0), (midnight + t + size, 1.0)])
    total = lp.row(0.0, 0.0)
    for t in starts:
        lp.put(total, column[t], 1.0)
    for shift in shifts.values():
        lp.put(total, shift, -1.0)
    late_of = {s: late for s, (_, late) in windows.items()}
    _keep_order(lp, column, shifts, late_of, sorted(set(late_of.values()))[:-1])
    mirrored = {-t: at for t, at in column.items()}
    early_of = {s: -early for s, (early, _) in windows.items()}
    _keep_order(lp, mirrored, shifts, early_of, sorted(set(early_of.values()))[:-1])


def _turn(lp: _Rows, duty: dict[tuple[int, int], int], group: int, column: int, turns: list[tuple[int, float]]) -> None:
    """People who come (1) and go (-1): the rows of duty hold changes from interval to interval."""
    for at, sign in turns:
        if (group, at) in duty:
            lp.put(duty[group, at], column, -sign)


def _keep_order(lp: _Rows, column: dict[int, int], shifts: dict[int, int], limit_of: dict[int, int], limits: list[int]) -> None:
    """Up to each limit at least as many breaks as shifts whose window ends there, by running surpluses."""
    before, since = None, -(10**9)
    for limit in limits:
        row, surplus = lp.row(0.0, 0.0), lp.column(0.0)
        lp.put(row, surplus, -1.0)
        if before is not None:
            lp.put(row, before, 1.0)
        for t, at in column.items():
            if since < t <= limit:
                lp.put(row, at, 1.0)
        for s, late in limit_of.items():
            if late == limit:
                lp.put(row, shifts[s], -1.0)
        before, since = surplus, limit
