"""The choice of one schedule a person as a linear programme over known schedules (columns), solved by HiGHS.

Rows: one schedule a person; people on each cover row (too few and too many at a price); counters that a
person's network left out. Dantzig & Wolfe 1960; for rosters: Jaumard, Semet & Vovor, EJOR 107 (1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Cover, Floats, Ints, Person, Problem
from .network import Network, network_of
from .paths import Room

FORBIDDEN_PRICE = 1e6


@dataclass(frozen=True, eq=False)
class Party:
    """A person ready for pricing: own network, price of each (day, action), rows that each (day, action) fills.

    rows: shape (days, actions, width), padded with the number of rows.
    """

    person: Person
    network: Network
    room: Room
    price: Floats
    constant: float
    rows: Ints

    def cost_of(self, actions: Ints) -> float:
        """Price of a schedule: its hours, refused wishes and changes."""
        return self.constant + float(self.price[np.arange(len(actions)), actions].sum())


def prices_of(problem: Problem, person: Person, shifts: Ints) -> tuple[Floats, float]:
    """Price of each (day, action) and a constant: paid hours, refused wishes, changes against a kept roster."""
    price = np.zeros((problem.days, len(shifts)))
    hours = np.array([0.0 if shift < 0 else problem.shifts[shift].paid_minutes / 60.0 for shift in shifts])
    price += hours * problem.hour_price
    action = {problem.shifts[shift].name: number for number, shift in enumerate(shifts) if shift >= 0}
    constant = 0.0
    is_night = np.array([shift >= 0 and problem.shifts[shift].is_night for shift in shifts])
    price[:, is_night] += problem.fairness_price * person.ledger.nights
    for day in range(problem.days):
        if problem.is_weekend(day):
            price[day, 1:] += problem.fairness_price * person.ledger.weekends
    for wish in problem.wishes_of.get(person.name, ()):
        chosen = slice(1, None) if wish.shift is None else action.get(wish.shift)
        weight = wish.weight * (1.0 + 0.1 * person.ledger.refused_wishes)
        constant += weight if wish.is_wanted else 0.0
        if chosen is not None:
            price[wish.day, chosen] += -weight if wish.is_wanted else weight
    for day in range(problem.days):
        kept = problem.keep.get((person.name, day))
        if kept is not None:
            name, change_price = kept
            price[day] += change_price
            same = 0 if name is None else action.get(name)
            if same is not None:
                price[day, same] -= change_price
    return price, constant


def parties_of(problem: Problem) -> list[Party]:
    """All people ready for pricing."""
    rows_at: dict[tuple[int, str], list[tuple[int, Cover]]] = {}
    for number, cover in enumerate(problem.covers):
        rows_at.setdefault((cover.day, cover.shift), []).append((number, cover))
    nights = {day: len(problem.covers) + day for day in range(problem.days)} if problem.night_company > 1 else {}
    return [_party(problem, person, rows_at, nights) for person in problem.people]


def _party(
    problem: Problem, person: Person, rows_at: dict[tuple[int, str], list[tuple[int, Cover]]], nights: dict[int, int]
) -> Party:
    network = network_of(problem, person)
    price, constant = prices_of(problem, person, network.shifts)
    filled: dict[tuple[int, int], list[int]] = {}
    for day in range(problem.days):
        for action, shift in enumerate(network.shifts[1:], start=1):
            kind = problem.shifts[shift]
            known = rows_at.get((day, kind.name), ())
            rows = [row for row, cover in known if cover.skill is None or cover.skill in person.skills]
            if kind.is_night and nights:
                rows.append(nights[day])
            filled[day, action] = rows
    width = max(map(len, filled.values()), default=1) or 1
    rows_of = np.full((problem.days, len(network.shifts), width), row_count(problem), np.int64)
    for (day, action), rows in filled.items():
        rows_of[day, action, : len(rows)] = rows
    return Party(person, network, Room(network), price, constant, rows_of)


def row_count(problem: Problem) -> int:
    """Cover rows and, where nights need company, one row a night."""
    return len(problem.covers) + (problem.days if problem.night_company > 1 else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One schedule of one person."""

    party: int
    actions: Ints
    cost: float
    rows: Ints
    loose: tuple[int, ...]


class Master:
    """The linear programme; columns are only ever added, a branch sets their upper bounds."""

    def __init__(self, problem: Problem, parties: list[Party], *, seed: int) -> None:
        import highspy

        self.problem, self.parties = problem, parties
        self.columns: list[Column] = []
        self._numbers: list[list[int]] = [[] for _ in parties]
        self._known: set[tuple[int, bytes]] = set()
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("random_seed", seed % 2**31), ("threads", 1), ("solver", "simplex")):
            self._highs.setOptionValue(name, value)
        self.rows = row_count(problem)
        covers = problem.covers
        nights = self.rows - len(covers)
        self.required = np.array([cover.required for cover in covers] + [problem.night_company] * nights, float)
        self.under = np.array([cover.under_price for cover in covers] + [0.0] * nights)
        self.over = np.array([cover.over_price for cover in covers] + [0.0] * nights)
        self.loose = [(number, counter) for number, party in enumerate(parties) for counter in party.network.loose]
        self._lay_rows()

    def _lay_rows(self) -> None:
        people, highs = len(self.parties), self._highs
        for _ in range(people):
            highs.addRow(1.0, 1.0, 0, np.array([], np.int32), np.array([], float))
        for row in range(self.rows):
            highs.addRow(self.required[row], self.required[row], 0, np.array([], np.int32), np.array([], float))
        for _, counter in self.loose:
            highs.addRow(-np.inf, float(counter.most), 0, np.array([], np.int32), np.array([], float))
        for row in range(self.rows):
            at = np.array([people + row], np.int32)
            highs.addCol(self.under[row], 0.0, np.inf, 1, at, np.array([1.0]))
            highs.addCol(self.over[row], 0.0, np.inf, 1, at, np.array([-1.0]))
        for party in range(people):
            highs.addCol(FORBIDDEN_PRICE, 0.0, np.inf, 1, np.array([party], np.int32), np.array([1.0]))
        self._first = 2 * self.rows + people

    def add(self, party: int, actions: Ints) -> bool:
        """Add a schedule; False if it is known."""
        key = (party, actions.astype(np.int8).tobytes())
        if key in self._known:
            return False
        self._known.add(key)
        column = self._column(party, actions)
        self._numbers[party].append(len(self.columns))
        self.columns.append(column)
        index, value = self.entries(column)
        self._highs.addCol(column.cost, 0.0, np.inf, len(index), index, value)
        return True

    def entries(self, column: Column) -> tuple[Any, Any]:
        """Row numbers and coefficients of a column."""
        people = len(self.parties)
        rows, counts = np.unique(column.rows, return_counts=True)
        index = [column.party, *(people + rows)]
        value = [1.0, *counts.astype(float)]
        for number, ((owner, _), count) in enumerate(zip(self.loose, column.loose, strict=True)):
            if owner == column.party and count:
                index.append(people + self.rows + number)
                value.append(float(count))
        return np.array(index, np.int32), np.array(value)

    def _column(self, party: int, actions: Ints) -> Column:
        owner = self.parties[party]
        days = np.arange(len(actions))
        rows = owner.rows[days, actions].ravel()
        loose = tuple(int(counter.add[days, actions, 0].sum()) if number == party else 0 for number, counter in self.loose)
        return Column(party, actions, owner.cost_of(actions), rows[rows < self.rows], loose)

    def barred(self, allowed: list[NDArray[np.bool_]]) -> Ints:
        """Numbers of the columns that leave the allowed space."""
        out: list[Ints] = []
        for number, space in enumerate(allowed):
            mine = self._numbers[number]
            if mine:
                stack = np.stack([self.columns[at].actions for at in mine])
                inside = space[np.arange(stack.shape[1])[None, :], stack].all(axis=1)
                out.append(np.array(mine, np.int64)[~inside])
        return np.concatenate(out) if out else np.zeros(0, np.int64)

    def restrict(self, barred: Ints | list[int], price_of_under: Floats) -> None:
        """Take columns out for a branch (and all others in), and set what missing people cost."""
        first = self._first
        upper = np.full(len(self.columns), np.inf)
        upper[barred] = 0.0
        number = len(self.columns)
        if number:
            at = np.arange(first, first + number, dtype=np.int32)
            self._highs.changeColsBounds(number, at, np.zeros(number), upper)
        at = np.arange(0, 2 * self.rows, 2, dtype=np.int32)
        self._highs.changeColsCost(len(at), at, price_of_under)

    def solve(self) -> tuple[float, Floats, Floats, Floats, Floats]:
        """(value, share of each column, duals of people, of rows, of loose counters)."""
        self._highs.run()
        solution = self._highs.getSolution()
        dual, people = np.array(solution.row_dual), len(self.parties)
        shares = np.array(solution.col_value)[self._first :]
        value = self._highs.getInfo().objective_function_value
        return value, shares, dual[:people], dual[people : people + self.rows], dual[people + self.rows :]
