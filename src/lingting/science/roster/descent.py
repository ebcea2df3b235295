"""Good rosters for demand by interval: each person in turn takes the best row there is against all others.

With the others fixed, the price of one more person on duty in an interval is exact (`coverage`), so a shift
with its best breaks and the best row of shifts are found exactly; the total never rises. Alone this stops at a
kink (a third above the bound on a centre of 500); blended with the prices of the relaxation it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .coverage import Floor
from .crew import Member, crew_of
from .model import DAY_MINUTES, OFF, Floats, Ints, Problem, RosterError
from .plan import Plan

LONELY = 1e5


class Descent:
    """A centre's roster under improvement. `value` is its price, meetings not yet placed."""

    def __init__(self, problem: Problem, *, seed: int) -> None:
        self.problem = problem
        self.floor = Floor(problem)
        self.crew: list[Member] = crew_of(problem, self.floor.group_of)
        people, shifts = len(self.crew), len(problem.shifts)
        self.rows = np.full((people, problem.days), OFF, np.int64)
        self.breaks = np.full((people, problem.days, self.floor.times.breaks.shape[1]), -1, np.int64)
        self.own = np.zeros(people)
        self.on = np.zeros(people, np.bool_)
        self.random = np.random.default_rng(seed)
        self.away: dict[int, Ints] = {}
        self._covers = _CoverRows(problem)
        self._count = np.zeros((problem.days, shifts, self._covers.kinds), np.int64)

    @property
    def value(self) -> float:
        """Price now."""
        return self.floor.total() + float(self.own[self.on].sum()) + self._covers.total(self._count)

    def take(self, number: int) -> None:
        """Take a person out."""
        if self.on[number]:
            self._shift_presence(number, -1)
            self.on[number] = False

    def put(self, number: int, row: Ints, breaks: Ints, own: float) -> None:
        """Put a person in with a row."""
        self.rows[number], self.breaks[number], self.own[number] = row, breaks, own
        self.on[number] = True
        self._shift_presence(number, 1)

    def respond(self, number: int, *, blend: Floats | None = None, weight: float = 0.0) -> None:
        """Give a person who is out the best row against the others (or partly against `blend`ed prices)."""
        member = self.crew[number]
        price = self.floor.prices(member.group)
        if blend is not None:
            price = (1.0 - weight) * price + weight * blend[member.group]
        shift_price, choice = self.floor.shift_prices(price)
        shift_price += self._covers.prices(self._count, member)
        found = member.best_row(shift_price)
        if found is None:
            raise RosterError(f"No row of shifts keeps all the rules of {member.person.name}.")
        row = found[1]
        work = np.flatnonzero(row >= 0)
        breaks = np.full(self.breaks.shape[1:], -1, np.int64)
        breaks[work] = choice[work, row[work]]
        self.put(number, row, breaks, self.own_price(number, row))

    def load(self, plan: Plan) -> None:
        """Put everybody in as in a plan, absences for meetings included."""
        grid = self.floor.demand.interval_minutes
        places = {meeting.name: meeting for meeting in self.problem.meetings}
        for name, day, start in plan.meetings if self.problem.demand else ():
            first = day * DAY_MINUTES + start
            span = np.arange(first // grid, -(-(first + places[name].minutes) // grid))
            for person in places[name].people:
                number = self.problem.person_index[person]
                self.away[number] = np.append(self.away.get(number, np.zeros(0, np.int64)), span)
        for number, row in enumerate(plan.shifts):
            breaks = np.full(self.breaks.shape[1:], -1, np.int64)
            if plan.breaks is not None:
                breaks[:, : plan.breaks.shape[2]] = np.where(plan.breaks[number] >= 0, plan.breaks[number] // grid, -1)
            self.put(number, row.copy(), breaks, self.own_price(number, row))

    def plan(self) -> Plan:
        """The rows as they stand, without meetings."""
        grid = self.floor.demand.interval_minutes
        breaks = np.where(self.breaks >= 0, self.breaks * grid, -1) if self.problem.demand else None
        return Plan(self.rows.copy(), breaks)

    def count_own(self) -> None:
        """Count everybody's own price anew, after rows were changed in place."""
        for number in range(len(self.crew)):
            self.own[number] = self.own_price(number, self.rows[number])

    def own_price(self, number: int, row: Ints) -> float:
        """Hours, wishes, changes of a person's row."""
        member = self.crew[number]
        lookup = {int(shift): action for action, shift in enumerate(member.shifts)}
        return member.constant + float(sum(member.price[day, lookup[int(shift)]] for day, shift in enumerate(row)))

    def mend_nights(self) -> None:
        """Take people off nights on which they would be too few."""
        nights = self._covers.nights
        if not self._covers.guards_nights:
            return
        for day in range(self.problem.days):
            people = np.flatnonzero((self.rows[:, day] >= 0) & nights[self.rows[:, day]])
            if 0 < len(people) < self.problem.night_company:
                for number in people:
                    member = self.crew[number]
                    allowed = member.allowed.copy()
                    allowed[day, 1:] &= ~nights[member.shifts[1:]]
                    self.crew[number] = replace(member, allowed=allowed)
                    self.take(int(number))
                    self.respond(int(number))

    def sweep(self, numbers: Ints, *, is_late: Callable[[], bool], blend: Floats | None = None, weight: float = 0.0) -> None:
        """One turn for each of the people; a person who is out is put in even when it is late."""
        for number in numbers:
            if is_late() and self.on[number]:
                return
            self.take(number)
            self.respond(int(number), blend=blend, weight=weight)

    def _shift_presence(self, number: int, sign: int) -> None:
        row = self.rows[number]
        present = self.floor.presence(row, self.breaks[number])
        if number in self.away:
            present[self.away[number]] = 0
        self.floor.move(self.crew[number].group, present, sign=sign)
        work = np.flatnonzero(row >= 0)
        self._count[work, row[work]] += sign * self._covers.kind_row(self.crew[number])


class _CoverRows:
    """Cover rows by shift and night company beside demand by interval; kinds are the skills that rows ask for."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        names: list[str | None] = [None, *sorted({cover.skill for cover in problem.covers if cover.skill})]
        self.names, self.kinds = names, len(names)
        self.nights = np.array([shift.is_night for shift in problem.shifts])
        self.rows = [(cover.day, problem.shift_index[cover.shift], names.index(cover.skill), cover) for cover in problem.covers]
        self.guards_nights = problem.night_company > 1 and bool(self.nights.any())

    def kind_row(self, member: Member) -> Ints:
        """1 for each kind the person counts for."""
        return np.array([name is None or name in member.person.skills for name in self.names], np.int64)

    def prices(self, count: Ints, member: Member) -> Floats:
        """(days, shifts): change of the price by one more."""
        price = np.zeros(count.shape[:2])
        counts_for = self.kind_row(member)
        for day, shift, kind, cover in self.rows:
            if counts_for[kind]:
                price[day, shift] += -cover.under_price if count[day, shift, kind] < cover.required else cover.over_price
        if self.guards_nights:
            people = count[:, self.nights, 0].sum(axis=1)
            least = self.problem.night_company
            change = np.where(people == 0, LONELY * (least - 1), np.where(people < least, -LONELY, 0.0))
            price[:, self.nights] += change[:, None]
        return price

    def total(self, count: Ints) -> float:
        """Price of all rows; a lonely night costs more than anything."""
        value = 0.0
        for day, shift, kind, cover in self.rows:
            gap = cover.required - int(count[day, shift, kind])
            value += cover.under_price * gap if gap > 0 else -cover.over_price * gap
        if self.guards_nights:
            people = count[:, self.nights, 0].sum(axis=1)
            least = self.problem.night_company
            value += float(np.where((people > 0) & (people < least), LONELY * (least - people), 0.0).sum())
        return value
