"""A roster that explains itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .checking import Price, Violation, price_of, violations
from .descent import Descent
from .model import DAY_MINUTES, Ints, Problem
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part: paid minutes, nights, weekend days, wishes granted and refused (their weight)."""

    person: str
    minutes: int
    nights: int
    weekend_days: int
    granted: int
    refused: int
    refused_weight: float


@dataclass(frozen=True, eq=False)
class Staffing:
    """short: (skills, intervals) people missing; idle: (intervals,) people whom nothing needs; on_duty: (intervals,)."""

    short: Ints
    idle: Ints
    on_duty: Ints


@dataclass(frozen=True, eq=False)
class Roster:
    """A plan with its price by parts and a lower bound of every roster's price.

    seconds: time it took. The bound of a problem with several days to choose from for a team day holds for the day chosen.
    """

    problem: Problem
    plan: Plan
    price: Price
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """How far the price may be above the best possible, as a share of the price."""
        total = self.price.total
        return max(0.0, total - self.bound) / abs(total) if total else 0.0

    @property
    def is_optimal(self) -> bool:
        """Whether the bound proves that no roster is cheaper."""
        return self.gap <= 1e-9

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Rules broken, by the independent checker."""
        return violations(self.problem, self.plan)

    def is_feasible(self) -> bool:
        """Whether every rule is kept (missing people are a price, not a rule)."""
        return not self.violations

    def shift_of(self, person: str, *, day: int) -> str | None:
        """Name of the shift, None for a day off."""
        number = int(self.plan.shifts[self.problem.person_index[person], day])
        return None if number < 0 else self.problem.shifts[number].name

    def duty_spans(self, person: str) -> tuple[tuple[float, float], ...]:
        """Seconds since midnight of day 0 in which a person is on duty: what `simulate.Person(spans=...)` takes.

        Breaks, the hole of a split shift and meetings are left out.
        """
        number = self.problem.person_index[person]
        worked, away = [], self._meetings_of(person)
        for day in np.flatnonzero(self.plan.shifts[number] >= 0).tolist():
            shift = self.problem.shifts[self.plan.shifts[number, day]]
            begin = day * DAY_MINUTES + shift.start
            worked.append((begin, begin + shift.length))
            away += [(begin + shift.gap[0], shift.gap[1])] if shift.gap else []
            starts = self.plan.breaks[number, day].tolist() if self.plan.breaks is not None else []
            away += [(begin + start, pause.minutes) for start, pause in zip(starts, shift.breaks, strict=False)]
        spans = [part for begin, end in worked for part in _without(begin, end, sorted(away))]
        return tuple((60.0 * begin, 60.0 * end) for begin, end in spans)

    def _meetings_of(self, person: str) -> list[tuple[int, int]]:
        """Start and length in minutes of each meeting."""
        places = {meeting.name: meeting for meeting in self.problem.meetings}
        return [
            (day * DAY_MINUTES + start, places[name].minutes)
            for name, day, start in self.plan.meetings
            if person in places[name].people
        ]

    @cached_property
    def standing(self) -> Descent:
        """The plan on the floor, ready for what-if questions."""
        descent = Descent(self.problem, seed=0)
        descent.load(self.plan)
        return descent

    def staffing(self) -> Staffing:
        """Who is missing and who is idle by interval; empty where there is no demand by interval."""
        floor = self.standing.floor
        on_duty = floor.serving.work.sum(axis=(1, 2)) + floor.serving.spare.sum(axis=1)
        return Staffing(floor.serving.short.T.astype(np.int64), floor.serving.spare.sum(axis=1), on_duty)

    def shares(self) -> tuple[Share, ...]:
        """What each person carries."""
        return tuple(self._share(person.name) for person in self.problem.people)

    def _share(self, name: str) -> Share:
        problem = self.problem
        row = self.plan.shifts[problem.person_index[name]]
        worked = [(day, problem.shifts[number]) for day, number in enumerate(row) if number >= 0]
        granted, refused, weight = 0, 0, 0.0
        for wish in problem.wishes_of.get(name, ()):
            number = row[wish.day]
            has = number >= 0 and (wish.shift is None or problem.shifts[number].name == wish.shift)
            granted, refused = granted + (has == wish.is_wanted), refused + (has != wish.is_wanted)
            weight += wish.weight if has != wish.is_wanted else 0.0
        return Share(
            person=name,
            minutes=sum(shift.paid_minutes for _, shift in worked),
            nights=sum(shift.is_night for _, shift in worked),
            weekend_days=sum(problem.is_weekend(day) for day, _ in worked),
            granted=granted,
            refused=refused,
            refused_weight=weight,
        )

    def explain(self) -> str:
        """The roster in words."""
        parts = [f"{name} {value:,.0f}" for name, value in vars_of(self.price) if value]
        shares = self.shares()
        wishes = sum(share.granted for share in shares), sum(share.refused for share in shares)
        lines = [
            f"{len(shares)} people, {self.problem.days} days: price {self.price.total:,.0f} ({', '.join(parts) or 'nothing'}).",
            f"No roster costs less than {self.bound:,.0f}: gap {self.gap:.1%}" + (", proven best." if self.is_optimal else "."),
            f"Wishes granted {wishes[0]}, refused {wishes[1]}.",
        ]
        if self.problem.demand is not None:
            found = self.staffing()
            hours = self.problem.demand.interval_minutes / 60.0
            lines.append(f"Short {found.short.sum() * hours:,.1f} person-hours, idle {found.idle.sum() * hours:,.1f}.")
        lines += [violation.text for violation in self.violations[:10]] or ["Every rule is kept."]
        return "\n".join(lines)


def vars_of(price: Price) -> list[tuple[str, float]]:
    """Parts of a price by name."""
    names = ("under", "over", "wishes", "hours", "changes", "meetings", "fairness")
    return [(name, float(getattr(price, name))) for name in names]


def _without(begin: int, end: int, away: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of a span when some others, (start, length) in order, are cut out."""
    left = []
    for start, length in away:
        if begin < start + length and start < end:
            if begin < start:
                left.append((begin, start))
            begin = start + length
    return [*left, (begin, end)] if begin < end else left


def roster_of(problem: Problem, plan: Plan, *, bound: float, seconds: float) -> Roster:
    """A roster with its price counted by the checker."""
    return Roster(problem, plan, price_of(problem, plan), bound, seconds)
