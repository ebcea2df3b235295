"""An independent reader of rosters: every rule broken, and the price, counted from the plain definitions.

Shares no code with the solver, so that a mistake there shows here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .model import DAY_MINUTES, Demand, History, Ints, Person, Problem, Shift
from .plan import Plan

_SKILLS_BY_SUBSETS = 10
Days = list[Shift | None]
Broken = Callable[[str, int | None, str], None]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken: its name, by whom, on which day (None for the whole horizon), and in words."""

    rule: str
    person: str | None
    day: int | None
    text: str


def violations(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """All rules the plan breaks; empty for a roster that may be published."""
    found: list[Violation] = []
    for person in problem.people:
        found += _of_person(problem, person, plan)
    found += _of_nights(problem, plan)
    found += _of_team_days(problem, plan)
    found += _of_breaks(problem, plan)
    found += _of_meetings(problem, plan)
    return tuple(found)


def violations_of_day_swap(
    problem: Problem, before: Plan, after: Plan, people: tuple[int, int], day: int
) -> tuple[Violation, ...]:
    """Rules that a change of two people's day newly breaks; looks only at what the change can touch."""

    def broken(plan: Plan) -> list[Violation]:
        found = [item for number in people for item in _of_person(problem, problem.people[number], plan)]
        found += _of_nights(problem, plan, days=range(day, day + 1))
        names = {problem.people[number].name for number in people}
        found += _of_team_days(problem, plan) if problem.team_days else []
        return found + [item for item in _of_meetings(problem, plan) if item.person in names]

    known = set(broken(before))
    return tuple(item for item in broken(after) if item not in known)


def worked(problem: Problem, plan: Plan, name: str) -> list[Shift | None]:
    """The person's shift on each day, None when free."""
    row = plan.shifts[problem.person_index[name]]
    return [None if number < 0 else problem.shifts[number] for number in row]


def _of_person(problem: Problem, person: Person, plan: Plan) -> list[Violation]:
    days = worked(problem, plan, person.name)
    found: list[Violation] = []

    def broken(rule: str, day: int | None, text: str) -> None:
        found.append(Violation(rule, person.name, day, f"{person.name}: {text}"))

    fixed = dict(person.fixed)
    for day, shift in enumerate(days):
        name = shift.name if shift else None
        if shift and day in person.leave:
            broken("leave", day, f"works on day {day}, which is leave")
        if shift and ((day, shift.name) in person.barred or (person.shifts is not None and name not in person.shifts)):
            broken("availability", day, f"cannot work {name} on day {day}")
        if not shift and day in person.must_work:
            broken("must work", day, f"is free on day {day}, which must be worked")
        if day in fixed and fixed[day] != name:
            broken("fixed", day, f"day {day} is fixed as {fixed[day] or 'free'}, not {name or 'free'}")
    _check_following(problem, person, days, broken)
    _check_runs(person, days, broken)
    _check_counts(problem, person, days, broken)
    return found


def _check_following(problem: Problem, person: Person, days: Days, broken: Broken) -> None:
    last = person.history.last_shift if person.history else None
    before = next((shift for shift in problem.shifts if shift.name == last), None)
    for day in range(-1, len(days) - 1):
        first, second = days[day] if day >= 0 else before, days[day + 1]
        if first is None or second is None:
            continue
        if second.name in first.cannot_precede:
            broken("succession", day + 1, f"{second.name} may not follow {first.name} (day {day + 1})")
        rest = DAY_MINUTES + second.start - (first.start + first.length)
        if rest < person.contract.min_rest_minutes:
            broken("rest", day + 1, f"rests {rest} of {person.contract.min_rest_minutes} minutes before day {day + 1}")


def _check_runs(person: Person, days: Days, broken: Broken) -> None:
    contract, history = person.contract, person.history
    runs: list[tuple[bool, int, int]] = []
    for day, shift in enumerate(days):
        works = shift is not None
        if runs and runs[-1][0] == works:
            runs[-1] = (works, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((works, day, 1))
    for number, (works, first, length) in enumerate(runs):
        touches_start, touches_end = first == 0, number == len(runs) - 1
        earlier, is_open = 0, touches_start and history is None
        if touches_start and history is not None:
            earlier = history.days_worked if works else history.days_off
        if works and contract.max_consecutive is not None and length + earlier > contract.max_consecutive:
            broken("consecutive days", first, f"works {length + earlier} days in a row from day {first}")
        if works and not touches_end and not is_open and length + earlier < contract.min_consecutive:
            broken("shortest run", first, f"works only {length + earlier} days in a row from day {first}")
        if not works and not touches_end and not is_open and length + earlier < contract.min_consecutive_off:
            broken("days off in a row", first, f"has only {length + earlier} days off in a row from day {first}")
    if history is not None and runs:
        _check_cut_runs(person, history, runs[0][0], broken)


def _check_cut_runs(person: Person, history: History, works_first: bool, broken: Broken) -> None:
    contract = person.contract
    if not works_first and 0 < history.days_worked < contract.min_consecutive:
        broken("shortest run", 0, f"worked only {history.days_worked} days in a row before day 0")
    if works_first and not history.days_worked and 0 < history.days_off < contract.min_consecutive_off:
        broken("days off in a row", 0, f"had only {history.days_off} days off in a row before day 0")


def _check_counts(problem: Problem, person: Person, days: Days, broken: Broken) -> None:
    contract = person.contract
    minutes = [shift.paid_minutes if shift else 0 for shift in days]
    total = sum(minutes)
    if contract.max_minutes is not None and total > contract.max_minutes:
        broken("most hours", None, f"works {total} of at most {contract.max_minutes} minutes")
    leave = person.leave if contract.leave_counts else frozenset()
    if total < contract.min_minutes * (1 - len(leave) / len(days)) - 1e-9:
        broken("least hours", None, f"works {total} of at least {contract.min_minutes} minutes")
    for first in range(0, len(days), 7):
        week, shifts = sum(minutes[first : first + 7]), sum(shift is not None for shift in days[first : first + 7])
        is_whole = first + 7 <= len(days)
        if contract.max_week_minutes is not None and week > contract.max_week_minutes:
            broken("most hours a week", first, f"works {week} minutes in the week of day {first}")
        away = sum(1 for day in leave if first <= day < first + 7)
        if is_whole and week < contract.min_week_minutes * (1 - away / 7) - 1e-9:
            broken("least hours a week", first, f"works only {week} minutes in the week of day {first}")
        if contract.max_week_shifts is not None and shifts > contract.max_week_shifts:
            broken("weekly rest", first, f"works {shifts} days in the week of day {first}")
    for name, most in contract.max_shifts_of:
        if (count := sum(1 for shift in days if shift and shift.name == name)) > most:
            broken("shifts of a type", None, f"works {name} {count} times, at most {most}")
    nights = sum(1 for shift in days if shift and shift.is_night)
    if contract.max_nights is not None and nights > contract.max_nights:
        broken("nights", None, f"works {nights} nights, at most {contract.max_nights}")
    weekends = {(day + problem.first_weekday) // 7 for day, shift in enumerate(days) if shift and problem.is_weekend(day)}
    if contract.max_weekends is not None and len(weekends) > contract.max_weekends:
        broken("weekends", None, f"works {len(weekends)} weekends, at most {contract.max_weekends}")


def _of_nights(problem: Problem, plan: Plan, *, days: range | None = None) -> list[Violation]:
    found = []
    for day in days or range(problem.days):
        on = [number for number in plan.shifts[:, day] if number >= 0 and problem.shifts[number].is_night]
        if 0 < len(on) < problem.night_company:
            text = f"Night of day {day}: {len(on)} on duty, at least {problem.night_company} or nobody"
            found.append(Violation("night company", None, day, text))
    return found


def _of_team_days(problem: Problem, plan: Plan) -> list[Violation]:
    found = []
    for event in problem.team_days:
        members = [(row, person) for row, person in enumerate(problem.people) if person.team == event.team]
        fits = []
        for day in event.days:
            present = [plan.shifts[row, day] for row, person in members if day not in person.leave]
            names = [problem.shifts[number].name if number >= 0 else None for number in present]
            fits.append(all(name is not None and (event.shifts is None or name in event.shifts) for name in names))
        if not any(fits):
            found.append(Violation("team day", None, None, f"Team {event.team} is together on none of days {event.days}"))
    return found


def _of_breaks(problem: Problem, plan: Plan) -> list[Violation]:
    if plan.breaks is None:
        return []
    found = []
    for row, person in enumerate(problem.people):
        for day in range(problem.days):
            if plan.shifts[row, day] < 0:
                continue
            shift = problem.shifts[plan.shifts[row, day]]
            starts = plan.breaks[row, day]
            end = -1
            for pause, start in zip(shift.breaks, starts, strict=False):
                if not pause.earliest <= start <= pause.latest or start < end:
                    text = f"{person.name}: a break of day {day} starts {start} minutes into {shift.name}"
                    found.append(Violation("break", person.name, day, text))
                end = start + pause.minutes
    return found


def _of_meetings(problem: Problem, plan: Plan) -> list[Violation]:
    found = []
    meetings = {meeting.name: meeting for meeting in problem.meetings}
    busy: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for name, day, start in plan.meetings:
        meeting = meetings[name]
        if not meeting.days[0] <= day <= meeting.days[1]:
            found.append(Violation("meeting", None, day, f"{name} lies outside its days"))
        for person in meeting.people:
            taken = busy.setdefault((person, day), [])
            if not _is_at_work(problem, plan, person, day, start, meeting.minutes) or any(
                start < other_end and other_start < start + meeting.minutes for other_start, other_end in taken
            ):
                found.append(Violation("meeting", person, day, f"{person} is not free for {name} on day {day}"))
            taken.append((start, start + meeting.minutes))
    return found


def _is_at_work(problem: Problem, plan: Plan, name: str, day: int, start: int, minutes: int) -> bool:
    row = problem.person_index[name]
    number = plan.shifts[row, day]
    if number < 0:
        return False
    shift = problem.shifts[number]
    if start < shift.start or start + minutes > shift.start + shift.length:
        return False
    holes = [(shift.start + shift.gap[0], shift.gap[1])] if shift.gap else []
    if plan.breaks is not None:
        holes += [(shift.start + int(at), pause.minutes) for pause, at in zip(shift.breaks, plan.breaks[row, day], strict=False)]
    return all(start + minutes <= at or at + length <= start for at, length in holes)


@dataclass(frozen=True, slots=True)
class Price:
    """The parts of a plan's price."""

    under: float
    over: float
    wishes: float
    hours: float
    changes: float
    meetings: float
    fairness: float

    @property
    def total(self) -> float:
        """Sum of the parts."""
        return self.under + self.over + self.wishes + self.hours + self.changes + self.meetings + self.fairness


def price_of(problem: Problem, plan: Plan) -> Price:
    """The price counted from the definitions."""
    rows = {person.name: worked(problem, plan, person.name) for person in problem.people}
    under, over = _cover_price(problem, rows)
    if problem.demand is not None:
        missing, idle = _demand_price(problem, plan)
        under, over = under + missing, over + idle
    wishes = 0.0
    ledgers = {person.name: person.ledger for person in problem.people}
    for wish in problem.wishes:
        shift = rows[wish.person][wish.day]
        has = shift is not None and (wish.shift is None or shift.name == wish.shift)
        weight = wish.weight * (1.0 + 0.1 * ledgers[wish.person].refused_wishes)
        wishes += weight if has != wish.is_wanted else 0.0
    hours = problem.hour_price * sum(shift.paid_minutes for row in rows.values() for shift in row if shift) / 60.0
    changes = 0.0
    for (name, day), (kept, price) in problem.keep.items():
        shift = rows[name][day]
        changes += price if (shift.name if shift else None) != kept else 0.0
    placed = {name for name, _, _ in plan.meetings}
    meetings = sum(meeting.price for meeting in problem.meetings if meeting.name not in placed)
    return Price(under, over, wishes, hours, changes, meetings, _fairness_price(problem, rows))


def _fairness_price(problem: Problem, rows: dict[str, list[Shift | None]]) -> float:
    load = 0.0
    for person in problem.people:
        for day, shift in enumerate(rows[person.name]):
            load += person.ledger.nights if shift and shift.is_night else 0.0
            load += person.ledger.weekends if shift and problem.is_weekend(day) else 0.0
    return problem.fairness_price * load


def _cover_price(problem: Problem, rows: dict[str, list[Shift | None]]) -> tuple[float, float]:
    skills = {person.name: person.skills for person in problem.people}
    under = over = 0.0
    for cover in problem.covers:
        present = 0
        for name, row in rows.items():
            shift = row[cover.day]
            has_skill = cover.skill is None or cover.skill in skills[name]
            present += int(shift is not None and shift.name == cover.shift and has_skill)
        under += max(0, cover.required - present) * cover.under_price
        over += max(0, present - cover.required) * cover.over_price
    return under, over


def on_duty(problem: Problem, plan: Plan) -> dict[frozenset[str], Ints]:
    """People at work per interval by their set of skills, breaks, gaps and meetings taken out."""
    assert problem.demand is not None
    grid = problem.demand.interval_minutes
    size = problem.days * DAY_MINUTES // grid
    found: dict[frozenset[str], Ints] = {}
    placed = {meeting.name: meeting for meeting in problem.meetings}
    for row, person in enumerate(problem.people):
        count = found.setdefault(person.skills, np.zeros(size, np.int64))
        for day in range(problem.days):
            if plan.shifts[row, day] < 0:
                continue
            shift = problem.shifts[plan.shifts[row, day]]
            at_work = np.ones(shift.length // grid, np.int64)
            holes = [shift.gap] if shift.gap else []
            if plan.breaks is not None:
                holes += [(int(at), pause.minutes) for pause, at in zip(shift.breaks, plan.breaks[row, day], strict=False)]
            for at, minutes in holes:
                at_work[at // grid : (at + minutes) // grid] = 0
            first = (day * DAY_MINUTES + shift.start) // grid
            count[first : first + len(at_work)] += at_work[: max(0, size - first)]
        for name, day, start in plan.meetings:
            if person.name in placed[name].people:
                first = day * DAY_MINUTES + start
                count[first // grid : -(-(first + placed[name].minutes) // grid)] -= 1
    return found


def _demand_price(problem: Problem, plan: Plan) -> tuple[float, float]:
    """Price of people missing and idle when everybody goes where he is worth most.

    As many dear units as possible are served first, and serving cheaper ones never costs a dear one (matroid greedy), so
    the units served down to each price are the most that can be served together.
    """
    demand = problem.demand
    assert demand is not None
    counts = on_duty(problem, plan)
    people = sum(counts.values(), np.zeros(demand.required.shape[1], np.int64))
    missing, before = 0.0, np.zeros_like(people)
    for price in sorted(set(demand.under_price), reverse=True):
        dear = [k for k in range(len(demand.skills)) if demand.under_price[k] >= price]
        level = [k for k in dear if demand.under_price[k] == price]
        served = _most_served(demand, counts, dear)
        missing += price * float(demand.required[level].sum() - (served - before).sum())
        before = served
    return missing, demand.idle_price * float((people - before).sum())


def _most_served(demand: Demand, counts: dict[frozenset[str], Ints], skills: list[int]) -> Ints:
    """Most units of the skills that can be served together, by interval (Hall's theorem, deficiency form; flows where skills are many)."""
    if len(skills) > _SKILLS_BY_SUBSETS:
        return _most_by_flow(demand, counts, skills)
    best: Ints = demand.required[skills].sum(axis=0)
    for size in range(1, len(skills) + 1):
        for chosen in combinations(skills, size):
            names = {demand.skills[k] for k in chosen}
            able = sum((count for have, count in counts.items() if have & names), np.zeros_like(best))
            rest = demand.required[[k for k in skills if k not in chosen]].sum(axis=0)
            best = np.minimum(best, able + rest)
    return best


def _most_by_flow(demand: Demand, counts: dict[frozenset[str], Ints], skills: list[int]) -> Ints:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    groups, size = list(counts), len(counts) + len(skills) + 2
    best = np.zeros(demand.required.shape[1], np.int64)
    for interval in range(len(best)):
        edge = np.zeros((size, size), np.int32)
        for row, have in enumerate(groups, start=1):
            edge[0, row] = counts[have][interval]
            for column, k in enumerate(skills, start=1 + len(groups)):
                edge[row, column] = edge[0, row] if demand.skills[k] in have else 0
                edge[column, size - 1] = demand.required[k, interval]
        best[interval] = maximum_flow(csr_array(edge), 0, size - 1).flow_value
    return best
