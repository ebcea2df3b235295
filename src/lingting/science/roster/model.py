"""What a roster is made for: shifts, contracts, people, wishes, demand, night company, team days, meetings.

Days count from 0 (the horizon's first day), minutes from midnight of a shift's day. A shift may run past
midnight. All prices are in one unit of the planner's choice (yuan, points).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY_MINUTES = 1440
OFF = -1
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Grid = NDArray[Any]


class RosterError(ValueError):
    """The question cannot be asked this way; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Break:
    """A pause of some minutes that starts between two moments after the shift's start."""

    minutes: int
    earliest: int
    latest: int
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """A way to work a day.

    start: minutes after midnight; length: minutes from the first start to the last end, breaks included.
    gap: (offset, minutes) of the unpaid hole of a split shift. cannot_precede: names of shifts that may not
    follow on the next day. is_night: subject to night limits and night company.
    """

    name: str
    start: int
    length: int
    breaks: tuple[Break, ...] = ()
    gap: tuple[int, int] | None = None
    cannot_precede: frozenset[str] = frozenset()
    is_night: bool = False

    @property
    def end(self) -> int:
        """Minutes after midnight of the shift's day; more than 1440 past midnight."""
        return self.start + self.length

    @property
    def paid_minutes(self) -> int:
        """Length without unpaid breaks and without the gap."""
        unpaid = sum(pause.minutes for pause in self.breaks if not pause.is_paid)
        return self.length - unpaid - (self.gap[1] if self.gap else 0)


@dataclass(frozen=True, slots=True)
class Contract:
    """Limits that a person's roster keeps; None means no limit. A week is seven days from day 0.

    max_shifts_of: most shifts of a named type in the horizon. leave_counts: a day of leave lowers the least
    hours by its share of the week (of the horizon).
    """

    name: str
    max_minutes: int | None = None
    min_minutes: int = 0
    max_week_minutes: int | None = None
    min_week_minutes: int = 0
    max_week_shifts: int | None = None
    max_shifts_of: tuple[tuple[str, int], ...] = ()
    min_rest_minutes: int = 0
    max_consecutive: int | None = None
    min_consecutive: int = 1
    min_consecutive_off: int = 1
    max_weekends: int | None = None
    max_nights: int | None = None
    leave_counts: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """How the days before day 0 ended: the run of days worked (with its last shift) or of days off.

    A person without history was long off, and a run of work that starts on day 0 may be a longer one's tail.
    Raises RosterError unless exactly one run is given.
    """

    days_worked: int = 0
    last_shift: str | None = None
    days_off: int = 0

    def __post_init__(self) -> None:
        if (self.days_worked > 0) == (self.days_off > 0):
            raise RosterError("A history ends either with days worked or with days off.")


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a person carried in past periods, against the average of the others (may be negative).

    Each refused wish makes a new one weigh a tenth more; nights and weekend days cost
    `Problem.fairness_price` for each one carried beyond the average.
    """

    nights: float = 0.0
    weekends: float = 0.0
    refused_wishes: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be rostered.

    leave: days that cannot be worked. barred: (day, shift name) that cannot be worked. fixed: day to shift
    name, or to None for a day that must stay free. must_work: days on which some shift must be worked.
    """

    name: str
    contract: Contract
    skills: frozenset[str] = frozenset()
    team: str = ""
    leave: frozenset[int] = frozenset()
    barred: frozenset[tuple[int, str]] = frozenset()
    shifts: frozenset[str] | None = None
    fixed: tuple[tuple[int, str | None], ...] = ()
    must_work: frozenset[int] = frozenset()
    history: History | None = None
    ledger: Ledger = Ledger()


@dataclass(frozen=True, slots=True)
class Wish:
    """A person wants (or wants not) a shift on a day; shift None means any shift. Refusing costs `weight`."""

    person: str
    day: int
    weight: float
    shift: str | None = None
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class Cover:
    """People wanted on one shift of one day; each one too few or too many has a price."""

    day: int
    shift: str
    required: int
    under_price: float
    over_price: float
    skill: str | None = None


@dataclass(frozen=True, eq=False)
class Demand:
    """People wanted per interval and skill.

    required: shape (skills, days * intervals a day), whole people. under_price: per missing person and
    interval, by skill. idle_price: per person and interval on duty beyond what any of his skills needs.
    """

    skills: tuple[str, ...]
    required: Ints
    under_price: tuple[float, ...]
    idle_price: float = 0.0
    interval_minutes: int = 15


@dataclass(frozen=True, slots=True)
class TeamDay:
    """One day of `days` on which everybody of the team who is not on leave works (one of `shifts`, if named)."""

    team: str
    days: tuple[int, ...]
    shifts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Training, coaching or a meeting to be placed in working time of all its people at once.

    days: first and last day allowed. price: what leaving it out costs.
    """

    name: str
    people: tuple[str, ...]
    minutes: int
    days: tuple[int, int]
    price: float = 1000.0


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything the roster depends on. Raises RosterError where names or sizes do not fit together.

    first_weekday: 0 for Monday. night_company: least people on night shifts of a night that has any.
    hour_price: price of a paid hour. keep: (person, day) to (shift name or None, price of another one); see
    `reroster`.
    """

    days: int
    shifts: tuple[Shift, ...]
    people: tuple[Person, ...]
    wishes: tuple[Wish, ...] = ()
    covers: tuple[Cover, ...] = ()
    demand: Demand | None = None
    team_days: tuple[TeamDay, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    first_weekday: int = 0
    night_company: int = 1
    hour_price: float = 0.0
    fairness_price: float = 0.0
    keep: Mapping[tuple[str, int], tuple[str | None, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.days < 1 or not self.shifts or not self.people:
            raise RosterError("A roster needs at least a day, a shift and a person.")
        if len(self.shift_index) != len(self.shifts) or len(self.person_index) != len(self.people):
            raise RosterError("Names of shifts and of people must be unique.")
        self._check_names()
        if self.demand is not None:
            self._check_demand(self.demand)

    @cached_property
    def shift_index(self) -> dict[str, int]:
        """Position of each shift by name."""
        return {shift.name: position for position, shift in enumerate(self.shifts)}

    @cached_property
    def person_index(self) -> dict[str, int]:
        """Position of each person by name."""
        return {person.name: position for position, person in enumerate(self.people)}

    @cached_property
    def wishes_of(self) -> dict[str, tuple[Wish, ...]]:
        """Wishes by person."""
        found: dict[str, list[Wish]] = {}
        for wish in self.wishes:
            found.setdefault(wish.person, []).append(wish)
        return {name: tuple(wishes) for name, wishes in found.items()}

    def is_weekend(self, day: int) -> bool:
        """Saturday or Sunday."""
        return (day + self.first_weekday) % 7 >= 5

    def _check_names(self) -> None:
        shifts = {wish.shift for wish in self.wishes} | {cover.shift for cover in self.covers}
        shifts |= {name for person in self.people for _, name in person.fixed}
        shifts |= {name for person in self.people for name in person.shifts or ()}
        unknown = shifts - set(self.shift_index) - {None}
        people = {wish.person for wish in self.wishes} | {name for m in self.meetings for name in m.people}
        strangers = people - set(self.person_index)
        if unknown or strangers:
            raise RosterError(f"Unknown shifts or people: {sorted(map(str, unknown | strangers))[:5]}.")
        days = [wish.day for wish in self.wishes] + [cover.day for cover in self.covers]
        if any(not 0 <= day < self.days for day in days):
            raise RosterError("A wish or a cover names a day outside the horizon.")

    def _check_demand(self, demand: Demand) -> None:
        wanted = (len(demand.skills), self.days * (DAY_MINUTES // demand.interval_minutes))
        if DAY_MINUTES % demand.interval_minutes or demand.required.shape != wanted:
            raise RosterError(f"Demand has shape {demand.required.shape}, it must be {wanted}.")
        if len(demand.under_price) != len(demand.skills) or (demand.required < 0).any():
            raise RosterError("Demand needs one price a skill and no negative requirement.")
        for shift in self.shifts:
            times = [shift.start, shift.length, *(shift.gap or ())]
            times += [time for pause in shift.breaks for time in (pause.minutes, pause.earliest, pause.latest)]
            if any(time % demand.interval_minutes for time in times):
                raise RosterError(f"Shift {shift.name}: its times must lie on the grid of the demand.")
