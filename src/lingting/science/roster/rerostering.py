"""A new roster near the old one, after sickness or a new forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .model import Person, Problem
from .roster import Roster
from .solving import Listener, Stop, solve


@dataclass(frozen=True, slots=True)
class Change:
    """One person's day that is not what it was."""

    person: str
    day: int
    before: str | None
    after: str | None


def reroster(
    roster: Roster,
    *,
    change_price: float,
    stop: Stop,
    seed: int,
    problem: Problem | None = None,
    frozen_days: int = 0,
    absent: Mapping[str, frozenset[int]] | None = None,
    progress: Listener | None = None,
) -> Roster:
    """Solve again with a price on every day of a person that differs from the old roster.

    problem: the new situation (say, a new demand), same people and shifts by name; the old one if left out. The first
    `frozen_days` days stay as they are. absent: days that people cannot work now; not counted as changes, they
    lower the least hours like leave, and rules on the run of days see a day off.
    """
    new = problem or roster.problem
    absent = absent or {}
    people = tuple(_person(roster, person, absent.get(person.name, frozenset()), frozen_days) for person in new.people)
    keep = {}
    for person in new.people:
        for day in range(frozen_days, new.days):
            if day not in absent.get(person.name, frozenset()) and person.name in roster.problem.person_index:
                keep[person.name, day] = (roster.shift_of(person.name, day=day), change_price)
    return solve(replace(new, people=people, keep=keep), stop=stop, seed=seed, progress=progress)


def _person(roster: Roster, person: Person, absent: frozenset[int], frozen_days: int) -> Person:
    contract = person.contract
    if absent:
        lost = [roster.shift_of(person.name, day=day) for day in absent]
        minutes = {shift.name: shift.paid_minutes for shift in roster.problem.shifts}
        missed = sum(minutes[name] for name in lost if name is not None)
        contract = replace(
            contract,
            min_minutes=max(0, contract.min_minutes - missed),
            min_week_minutes=max(0, contract.min_week_minutes - missed),
            min_consecutive=1,
            min_consecutive_off=1,
        )
    kept = tuple(item for item in person.fixed if item[0] >= frozen_days and item[0] not in absent)
    frozen = tuple((day, roster.shift_of(person.name, day=day)) for day in range(frozen_days) if day not in absent)
    return replace(
        person,
        contract=contract,
        leave=person.leave | absent,
        must_work=person.must_work - absent,
        fixed=(*frozen, *kept),
    )


def changes(before: Roster, after: Roster) -> tuple[Change, ...]:
    """Days that differ between two rosters, by person and day."""
    found = []
    for person in after.problem.people:
        for day in range(after.problem.days):
            old, new = before.shift_of(person.name, day=day), after.shift_of(person.name, day=day)
            if old != new:
                found.append(Change(person.name, day, old, new))
    return tuple(found)
