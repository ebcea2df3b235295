"""What-if questions about a roster: may two people swap, why was a wish refused, what would it cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .checking import Violation, violations_of_day_swap
from .crew import crew_of
from .model import OFF, Contract, Ints, Person, Problem
from .network import network_of
from .paths import Room
from .roster import Roster
from .solving import Stop, solve


@dataclass(frozen=True, slots=True)
class Swap:
    """A swap judged: rules it would newly break and the change of the price."""

    violations: tuple[Violation, ...]
    price_change: float

    @property
    def is_allowed(self) -> bool:
        """Whether no rule is newly broken."""
        return not self.violations

    def explain(self) -> str:
        """In words."""
        if self.violations:
            return "Not possible: " + "; ".join(violation.text for violation in self.violations) + "."
        return f"Possible; the roster's price changes by {self.price_change:+,.1f}."


def check_swap(roster: Roster, first: str, second: str, *, day: int) -> Swap:
    """Two people exchange what they do on a day, breaks included.

    The first question to a roster lays its floor (seconds for hundreds of people), every other takes milliseconds.
    """
    problem, standing = roster.problem, roster.standing
    one, two = problem.person_index[first], problem.person_index[second]
    shifts, breaks = roster.plan.shifts.copy(), None
    shifts[[one, two], day] = shifts[[two, one], day]
    if roster.plan.breaks is not None:
        breaks = roster.plan.breaks.copy()
        breaks[[one, two], day] = breaks[[two, one], day]
    broken = violations_of_day_swap(problem, roster.plan, replace(roster.plan, shifts=shifts, breaks=breaks), (one, two), day)
    usable = all(_can_work(problem, number, int(shifts[number, day])) for number in (one, two))
    if not usable:
        return Swap(broken, np.inf)
    before = standing.value
    kept = [(n, standing.rows[n].copy(), standing.breaks[n].copy(), float(standing.own[n])) for n in (one, two)]
    for number, *_ in kept:
        standing.take(number)
    for (number, row, rest, _), (_, other_row, other_rest, _) in zip(kept, reversed(kept), strict=True):
        row, rest = row.copy(), rest.copy()
        row[day], rest[day] = other_row[day], other_rest[day]
        standing.put(number, row, rest, standing.own_price(number, row))
    change = standing.value - before
    for number, *_ in kept:
        standing.take(number)
    for number, row, rest, own in kept:
        standing.put(number, row, rest, own)
    return Swap(broken, change)


def _can_work(problem: Problem, number: int, shift: int) -> bool:
    person = problem.people[number]
    if shift == OFF:
        return True
    name = problem.shifts[shift].name
    return (person.shifts is None or name in person.shifts) and (name, 0) not in person.contract.max_shifts_of


@dataclass(frozen=True, eq=False)
class WhyNot:
    """Why a person does not work a shift on a day (None: is not free).

    binding: rules each of which alone forbids it (several together if `together`), empty where it is possible; then
    `price_change` is what it costs with all others as they are, and `row` the person's days then.
    after_others: what it costs when all others may change too, if that was asked.
    """

    person: str
    day: int
    shift: str | None
    binding: tuple[str, ...] = ()
    price_change: float = np.inf
    row: tuple[str | None, ...] = ()
    after_others: float | None = None

    def explain(self) -> str:
        """In words."""
        what = f"{self.shift or 'a day off'} on day {self.day}"
        if self.binding:
            return f"{self.person} cannot have {what}: {', '.join(self.binding)}."
        text = f"{self.person} could have {what}; with everybody else unchanged the roster's price changes by {self.price_change:+,.1f}"
        if self.after_others is not None:
            text += f", with everybody free to change by {self.after_others:+,.1f}"
        return text + "."


def why_not(roster: Roster, person: str, *, day: int, shift: str | None, stop: Stop | None = None, seed: int = 0) -> WhyNot:
    """The binding rule, or the cost of granting it; with `stop`, also the cost when all others may change."""
    problem = roster.problem
    number = problem.person_index[person]
    wanted = _holding(problem.people[number], day, shift)
    if not has_row(problem, wanted):
        return WhyNot(person, day, shift, binding=_binding(problem, wanted))
    change, row = _price_of_granting(roster, number, wanted)
    names = tuple(None if at < 0 else problem.shifts[at].name for at in row)
    after = None
    if stop is not None:
        people = tuple(wanted if other.name == person else other for other in problem.people)
        granted = solve(replace(problem, people=people), stop=stop, seed=seed)
        after = granted.price.total - roster.price.total
    return WhyNot(person, day, shift, price_change=change, row=names, after_others=after)


def _holding(person: Person, day: int, shift: str | None) -> Person:
    kept = tuple(item for item in person.fixed if item[0] != day)
    return replace(person, fixed=(*kept, (day, shift)))


def has_row(problem: Problem, person: Person) -> bool:
    """Whether any row of shifts keeps all rules of the person."""
    network = network_of(problem, person, states_at_most=10**9)
    return bool(Room(network).best_paths(np.zeros(network.allowed.shape), allowed=network.allowed))


def _binding(problem: Problem, person: Person) -> tuple[str, ...]:
    """Rules whose absence alone would make it possible; if there is none, that several stand together."""
    found = []
    for words, freer in _without_one_rule(person):
        if freer != person and has_row(problem, freer):
            found.append(words)
    return tuple(found) or ("several rules together forbid it",)


def _without_one_rule(person: Person) -> list[tuple[str, Person]]:
    contract, free = person.contract, Contract(name=person.contract.name)
    words = {
        "max_minutes": "the most hours of the period",
        "min_minutes": "the least hours of the period",
        "max_week_minutes": "the most hours a week",
        "min_week_minutes": "the least hours a week",
        "max_week_shifts": "the weekly rest",
        "max_shifts_of": "the most shifts of a type",
        "min_rest_minutes": "the rest between two shifts",
        "max_consecutive": "the most days in a row",
        "min_consecutive": "the least days in a row",
        "min_consecutive_off": "the least days off in a row",
        "max_weekends": "the most weekends",
        "max_nights": "the most nights",
    }
    freed = [(text, replace(person, contract=replace(contract, **{key: getattr(free, key)}))) for key, text in words.items()]
    last = person.fixed[-1][0]
    others = [
        ("leave on that day", replace(person, leave=person.leave - {last})),
        ("availability", replace(person, barred=frozenset(), shifts=None)),
        ("a day that must be worked", replace(person, must_work=frozenset())),
        ("another fixed day", replace(person, fixed=person.fixed[-1:])),
        ("the days before the horizon", replace(person, history=None)),
    ]
    return freed + others


def _price_of_granting(roster: Roster, number: int, wanted: Person) -> tuple[float, Ints]:
    """Best row of the person with the wish granted, everybody else as they are; the floor is left as found."""
    standing, problem = roster.standing, roster.problem
    before = standing.value
    kept = (standing.rows[number].copy(), standing.breaks[number].copy(), float(standing.own[number]))
    member = standing.crew[number]
    people = tuple(wanted if at == number else other for at, other in enumerate(problem.people))
    single = replace(problem, people=(people[number],), wishes=problem.wishes_of.get(wanted.name, ()), meetings=())
    single = replace(single, keep={key: value for key, value in problem.keep.items() if key[0] == wanted.name})
    standing.take(number)
    standing.crew[number] = crew_of(single, np.array([member.group]))[0]
    standing.respond(number)
    change, row = standing.value - before, standing.rows[number].copy()
    standing.crew[number] = member
    standing.take(number)
    standing.put(number, *kept)
    return change, row
