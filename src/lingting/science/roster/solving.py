"""From a problem to a roster: any time a plan and a bound, until proven, good enough or out of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from .aggregate import span_prices
from .annealing import DayMoves
from .branching import Tree
from .descent import Descent
from .lagrange import Bound
from .meetings import with_meetings
from .model import Floats, Ints, Person, Problem, RosterError, TeamDay
from .network import network_of
from .paths import Room
from .plan import Plan
from .roster import Roster, roster_of

_WEIGHTS = (0.95, 0.8, 0.5, 0.0)
_STEPS_A_PERSON_DAY = 8
_MOST_STEPS = 120_000
_SHARE_FOR_PRICES = 0.5


class NoRosterError(RosterError):
    """Somebody has no row of shifts that keeps all rules; the message names who."""


@dataclass(frozen=True, slots=True)
class Stop:
    """When to stop: after seconds, at a gap (a share of the price), or after steps.

    steps: branches, or rounds of improvement. With steps alone, the same seed gives the same roster; seconds
    cut wherever the clock stands. clock: seconds from anywhere, rising.
    """

    seconds: float = inf
    gap: float = 0.0
    steps: int | None = None
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the solver stands: price of the best roster, bound, seconds since the start."""

    price: float
    bound: float
    seconds: float


Listener = Callable[[Progress], None]


def solve(problem: Problem, *, stop: Stop, seed: int, progress: Listener | None = None) -> Roster:
    """The best roster found, with a lower bound. Raises NoRosterError if somebody's rules contradict each other."""
    started = stop.clock()
    narrowed = with_team_days(problem)
    _check_people(narrowed)
    if problem.demand is None:
        plan, bound = _by_columns(narrowed, stop, seed, progress, started)
    else:
        plan, bound = _by_prices(narrowed, stop, seed, progress, started)
    if problem.meetings:
        plan = with_meetings(narrowed, plan)
    return roster_of(problem, plan, bound=bound, seconds=stop.clock() - started)


def with_team_days(problem: Problem) -> Problem:
    """Each team day set on the day that suits the rules, the wishes and the demand best."""
    people = list(problem.people)
    for event in problem.team_days:
        members = [number for number, person in enumerate(people) if person.team == event.team]
        day = min(event.days, key=lambda day: (_cost_of_team_day(problem, people, members, event, day), day))
        if _cost_of_team_day(problem, people, members, event, day)[0]:
            raise NoRosterError(f"Team {event.team} cannot be together on any of days {event.days}.")
        for number in members:
            people[number] = _at_team_day(problem, people[number], event, day)
    return replace(problem, people=tuple(people)) if problem.team_days else problem


def _at_team_day(problem: Problem, person: Person, event: TeamDay, day: int) -> Person:
    if day in person.leave:
        return person
    others = {shift.name for shift in problem.shifts} - (event.shifts or {shift.name for shift in problem.shifts})
    barred = person.barred | {(day, name) for name in others}
    return replace(person, must_work=person.must_work | {day}, barred=barred)


def _cost_of_team_day(
    problem: Problem, people: list[Person], members: list[int], event: TeamDay, day: int
) -> tuple[int, float, float]:
    """(members who cannot, wishes refused, demand of the day)."""
    cannot, refused = 0, 0.0
    for number in members:
        cannot += not _has_row(problem, _at_team_day(problem, people[number], event, day))
        for wish in problem.wishes_of.get(people[number].name, ()):
            if wish.day == day and wish.shift is None and not wish.is_wanted:
                refused += wish.weight
    if problem.demand is None:
        return cannot, refused, float(sum(cover.required for cover in problem.covers if cover.day == day))
    by_day = problem.demand.required.reshape(len(problem.demand.skills), problem.days, -1)
    return cannot, refused, float(by_day[:, day].sum())


def _has_row(problem: Problem, person: Person) -> bool:
    network = network_of(problem, person, states_at_most=10**9)
    return bool(Room(network).best_paths(np.zeros(network.allowed.shape), allowed=network.allowed))


def _check_people(problem: Problem) -> None:
    """Each person alone; people without days of their own share the answer of their contract."""
    known: dict[object, bool] = {}
    stuck = []
    for person in problem.people:
        key = (person.contract, person.shifts, person.history, person.leave, person.barred, person.fixed, person.must_work)
        if key not in known:
            known[key] = _has_row(problem, person)
        if not known[key]:
            stuck.append(person.name)
    if stuck:
        more = f" and {len(stuck) - 5} more" if len(stuck) > 5 else ""
        raise NoRosterError(f"No row of shifts keeps all rules of {', '.join(stuck[:5])}{more}.")


def _by_columns(problem: Problem, stop: Stop, seed: int, progress: Listener | None, started: float) -> tuple[Plan, float]:
    tree = Tree(problem, seed=seed, clock=stop.clock, ends_at=started + stop.seconds, gap=stop.gap, nodes=stop.steps)

    def tell() -> None:
        if progress is not None:
            progress(Progress(tree.best.value, tree.bound, stop.clock() - started))

    tree.search(tell)
    if not tree.best.actions:
        raise NoRosterError("No roster found in time: the nights cannot all be kept in company; give more time or people.")
    rows = [party.network.shifts[actions] for party, actions in zip(tree.parties, tree.best.actions, strict=True)]
    return Plan(np.stack(rows)), tree.bound


def _by_prices(problem: Problem, stop: Stop, seed: int, progress: Listener | None, started: float) -> tuple[Plan, float]:
    centre = _Centre(problem, stop, seed, progress, started)
    centre.first_plan()
    centre.find_prices()
    centre.improve()
    return centre.best, centre.bound


class _Centre:
    """Descent, bound and annealing on one floor, the best plan kept."""

    def __init__(self, problem: Problem, stop: Stop, seed: int, progress: Listener | None, started: float) -> None:
        self.problem, self.stop, self._progress, self._started = problem, stop, progress, started
        self.descent = Descent(problem, seed=seed)
        self.moves = DayMoves(problem, self.descent.floor, self.descent.crew, seed=seed)
        self.best, self.price, self.bound = Plan(self.descent.rows), inf, -inf
        self._blend: Floats | None = None
        self._cover_moves = not problem.covers

    def first_plan(self) -> None:
        """Everybody in, whatever the time; then a second turn."""
        numbers = self.descent.random.permutation(len(self.descent.crew))
        self.descent.sweep(numbers, is_late=self._is_late)
        self.descent.mend_nights()
        self._keep()
        self.descent.sweep(numbers, is_late=self._is_late)
        self.descent.mend_nights()
        self._keep()

    def find_prices(self) -> None:
        """Prices week by week from the relaxation (two at a time), and the bound they give."""
        floor, crew, days = self.descent.floor, self.descent.crew, self.problem.days
        spans = [np.arange(first, min(days, first + 7)) for first in range(0, days, 7)]
        seconds = _SHARE_FOR_PRICES * self._left() / -(-len(spans) // 2)

        def priced(span: Ints) -> Floats | None:
            return span_prices(floor, crew, self.descent.rows, span, seconds=seconds)

        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(priced, spans))
        bound = Bound(floor, crew)
        self.bound = bound.at(np.full(floor.demand.required.shape, bound.low))
        weeks = [part for part, span in zip(found, spans, strict=True) if part is not None and len(span) == 7]
        usual = np.mean(weeks, axis=0) if weeks else None
        filled = [usual if part is None and len(span) == 7 else part for part, span in zip(found, spans, strict=True)]
        known = [part for part in filled if part is not None]
        if len(known) == len(filled):
            value: Floats = np.clip(np.concatenate(known, axis=1), bound.low, bound.high)
            self.bound = max(self.bound, bound.at(value))
            self._blend = np.stack([-bound.earned(value, group) for group in range(len(floor.masks))])
        self._tell()

    def improve(self) -> None:
        """Rounds of turns at blended prices and annealing, from the best plan, until nothing is left to gain."""
        rounds, idle, people = 0, 0, len(self.descent.crew)
        steps = min(_MOST_STEPS, _STEPS_A_PERSON_DAY * people * self.problem.days)
        while not self._is_late() and not self._is_good() and idle < 12 and rounds != self.stop.steps:
            weights = (0.0,) if self._blend is None else _WEIGHTS
            for weight in weights:
                numbers = self.descent.random.permutation(people)
                self.descent.sweep(numbers, is_late=self._is_late, blend=self._blend, weight=weight)
            self.descent.mend_nights()
            idle = 0 if self._keep() else idle + 1
            if self._cover_moves and not self._is_late():
                hot = (0.6, 1.5, 3.0)[idle % 3]
                self.moves.run(self.descent.rows, self.descent.breaks, steps=steps, hot=hot, cold=0.1)
                self.descent.count_own()
                idle = 0 if self._keep() else idle
            rounds += 1

    def _keep(self) -> bool:
        """Keep the plan if it is the best so far."""
        price = self.descent.value
        if price >= self.price - 1e-6:
            return False
        self.price, self.best = price, self.descent.plan()
        self._tell()
        return True

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(Progress(self.price, self.bound, self.stop.clock() - self._started))

    def _left(self) -> float:
        return self.stop.seconds - (self.stop.clock() - self._started)

    def _is_late(self) -> bool:
        return self._left() <= 0.0

    def _is_good(self) -> bool:
        return self.price - self.bound <= max(1e-6, self.stop.gap * abs(self.price))
