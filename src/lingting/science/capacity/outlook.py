"""What a plan leads to: certainty by month, classes with dates, seats, money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lingting.science.capacity.cohorts import Classes, Played, weeks_left
from lingting.science.capacity.errors import Figures, Whole
from lingting.science.capacity.terms import Group, Site

_MIDDLE = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """A probability seen on paths, with Wilson's 95 % interval (Wilson 1927); arrays by month, or numbers."""

    seen: Figures
    low: Figures
    high: Figures
    paths: int


@dataclass(frozen=True)
class PlannedClass:
    """One class. requisition: the day to ask for its people; ready: the day they begin to take contacts.

    late: P(it starts later than `starts`), from the lead time.
    """

    group: str
    people: int
    requisition: date
    starts: date
    ready: date
    late: float

    def explain(self) -> str:
        """What to do by when."""
        return (
            f"{self.group}: ask for {self.people} by {self.requisition}, class from {self.starts}, "
            f"on contacts from {self.ready}; late with {self.late:.0%}."
        )


@dataclass(frozen=True)
class Budget:
    """Money by month, mean over the paths, [months]; revenue 0 where contacts are not known."""

    pay: Figures
    hiring: Figures
    classes: Figures
    seats: Figures
    equipment: Figures
    revenue: Figures
    cost_low: Figures
    cost_high: Figures

    @property
    def cost(self) -> Figures:
        """All but revenue; cost_low and cost_high hold four of five paths."""
        return self.pay + self.hiring + self.classes + self.seats + self.equipment


@dataclass(frozen=True)
class GroupOutlook:
    """One group month by month, arrays [months].

    met:          P(as many productive people as required), on paths not planned on.
    required, productive, headcount: means; *_low, *_high hold four of five paths.
    hired_late:   P(a class planned for the month starts late); 0 where none is planned.
    ever_late:    P(any class of the plan starts late).
    starts, leavers: means. seats: needed on nine of ten paths. missing: people no hiring can bring in time.
    played:       every path, for one's own questions.
    """

    group: Group
    classes: Classes
    met: Share
    required: Figures
    required_low: Figures
    required_high: Figures
    productive: Figures
    productive_low: Figures
    productive_high: Figures
    headcount: Figures
    starts: Figures
    leavers: Figures
    hired_late: Figures
    ever_late: float
    seats: Whole
    missing: Figures
    budget: Budget
    played: Played


@dataclass(frozen=True)
class Proof:
    """How good the plan is. cost: of the classes as expected (pay, hiring, seats of newcomers over the time).

    bound: no plan that covers the same needs costs less. expected_bound: none would, even if every class turned
    out as expected; the difference to `cost` is what certainty costs beyond, or was not found. planned_on: paths.
    """

    cost: float
    bound: float
    expected_bound: float
    planned_on: int

    @property
    def gap(self) -> float:
        """Share of the cost by which a cheaper plan for the same needs is not ruled out."""
        return _share(self.cost - self.bound, self.cost)

    @property
    def whole_gap(self) -> float:
        """The same against classes that turn out as expected."""
        return _share(self.cost - self.expected_bound, self.cost)


@dataclass(frozen=True)
class CapacityPlan:
    """The plan by month from `begins` on; `proof` is None for a plan of one's own."""

    begins: date
    met_share: float
    outlooks: tuple[GroupOutlook, ...]
    sites: tuple[Site, ...]
    proof: Proof | None

    @property
    def months(self) -> tuple[date, ...]:
        """First day of each month."""
        return tuple(month_after(self.begins, place) for place in range(len(self.outlooks[0].required)))

    def of(self, name: str) -> GroupOutlook:
        """The outlook of one group."""
        return next(outlook for outlook in self.outlooks if outlook.group.name == name)

    @property
    def classes(self) -> tuple[PlannedClass, ...]:
        """All classes, by requisition date."""
        found = [one for outlook in self.outlooks for one in _classes(outlook, self.begins)]
        return tuple(sorted(found, key=lambda one: (one.requisition, one.starts, one.group)))

    @property
    def cost(self) -> float:
        """Mean cost of everything over the whole time."""
        return float(sum(outlook.budget.cost.sum() for outlook in self.outlooks))

    def seats(self) -> dict[str, Whole]:
        """Seats needed by site and month, on nine of ten paths for each group."""
        found: dict[str, Whole] = {}
        for outlook in self.outlooks:
            found[outlook.group.site] = found.get(outlook.group.site, np.zeros_like(outlook.seats)) + outlook.seats
        return found

    def is_feasible(self) -> bool:
        """True if no month falls short of `met_share` by more than chance explains (the interval of `met`)."""
        return all(bool((outlook.met.high >= self.met_share).all()) for outlook in self.outlooks)

    def explain(self) -> str:
        """What to do and when, how sure it is, what it costs, how good it is."""
        lines = [line for outlook in self.outlooks for line in _group_lines(outlook, self)]
        lines += [one.explain() for one in self.classes]
        for site, seats in self.seats().items():
            lines.append(f"{site}: {seats[0]} seats now, at most {seats.max()} in {self.months[int(seats.argmax())]:%Y-%m}.")
        lines.append(
            f"Cost {self.cost:,.0f}, revenue {sum(o.budget.revenue.sum() for o in self.outlooks):,.0f} on the mean path."
        )
        if self.proof:
            lines.append(
                f"Planned on {self.proof.planned_on} paths. No plan for the same needs is cheaper by more than "
                f"{self.proof.gap:.1%} of the newcomers' cost, {self.proof.whole_gap:.1%} if classes came as expected."
            )
        return "\n".join(lines)


def judge(group: Group, *, played: Played, classes: Classes, missing: Figures, sites: tuple[Site, ...]) -> GroupOutlook:
    """The outlook of a group from its played paths; `group` holds the very paths played."""
    required = group.paths
    shared = next((site.people_a_seat for site in sites if site.name == group.site), 1.0)
    low, high = np.quantile(required, (0.1, 0.9), axis=0)
    few, many = np.quantile(played.productive, (0.1, 0.9), axis=0)
    return GroupOutlook(
        group=group,
        classes=classes,
        met=_wilson((played.productive >= required - 1e-9).mean(axis=0), len(required)),
        required=required.mean(axis=0),
        required_low=low,
        required_high=high,
        productive=played.productive.mean(axis=0),
        productive_low=few,
        productive_high=many,
        headcount=played.headcount.mean(axis=0),
        starts=played.starts.mean(axis=0),
        leavers=played.leavers.mean(axis=0),
        hired_late=(played.late > 0).mean(axis=0),
        ever_late=float((played.late.sum(axis=1) > 0).mean()),
        seats=np.ceil(np.quantile(played.headcount, 0.9, axis=0) / shared - 1e-9).astype(np.int64),
        missing=missing,
        budget=_budget(group, played, classes, shared),
        played=played,
    )


def _budget(group: Group, played: Played, classes: Classes, shared: float) -> Budget:
    prices, head = group.prices, played.headcount.astype(np.float64)
    seats = head / shared
    highest = np.maximum.accumulate(seats, axis=1)
    bought = np.diff(highest, axis=1, prepend=highest[:, :1])
    pay, hiring = head * prices.pay, played.starts * prices.hire
    taught = np.broadcast_to(classes.classes * prices.class_, head.shape)
    rent, equipment = seats * prices.seat, bought * prices.equipment
    low, high = np.quantile(pay + hiring + taught + rent + equipment, (0.1, 0.9), axis=0)
    return Budget(
        pay=pay.mean(axis=0),
        hiring=hiring.mean(axis=0),
        classes=taught.mean(axis=0),
        seats=rent.mean(axis=0),
        equipment=equipment.mean(axis=0),
        revenue=_revenue(group, played).mean(axis=0),
        cost_low=low,
        cost_high=high,
    )


def _revenue(group: Group, played: Played) -> Figures:
    if group.contacts is None:
        return np.zeros(group.paths.shape)
    required = group.paths
    served = np.minimum(1.0, played.productive / np.where(required > 0, required, 1.0))
    return np.asarray(group.contacts) * np.where(required > 0, served, 1.0) * group.prices.revenue


def _wilson(seen: Figures, paths: int) -> Share:
    square = _MIDDLE**2 / paths
    middle = (seen + square / 2) / (1 + square)
    reach = _MIDDLE * np.sqrt(seen * (1 - seen) / paths + square / paths / 4) / (1 + square)
    return Share(seen, np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0), paths)


def _classes(outlook: GroupOutlook, begins: date) -> list[PlannedClass]:
    months = np.flatnonzero(outlook.classes.people).tolist()
    return [_class(outlook, begins, month, people) for month in months for people in outlook.classes.sizes(month)]


def _class(outlook: GroupOutlook, begins: date, month: int, people: int) -> PlannedClass:
    hiring, starts = outlook.group.hiring, month_after(begins, month)
    left = weeks_left(hiring, month)
    return PlannedClass(
        group=outlook.group.name,
        people=people,
        requisition=max(begins, starts - timedelta(days=round(left * 7))),
        starts=starts,
        ready=starts + timedelta(days=round(hiring.training_weeks * 7)),
        late=hiring.lead.late_share(left),
    )


def _group_lines(outlook: GroupOutlook, plan: CapacityPlan) -> list[str]:
    worst = int(outlook.met.seen.argmin())
    lines = [
        f"{outlook.group.name}: {int(outlook.classes.people.sum())} people in {int(outlook.classes.classes.sum())} classes; "
        f"{outlook.headcount[0]:.0f} on the payroll now, {outlook.headcount[-1]:.0f} at the end; service level met with "
        f"{outlook.met.seen.mean():.0%}, least {outlook.met.seen[worst]:.0%} ({outlook.met.low[worst]:.0%} to "
        f"{outlook.met.high[worst]:.0%}, {outlook.met.paths} paths) in {plan.months[worst]:%Y-%m}; "
        f"some class late with {outlook.ever_late:.0%}."
    ]
    short = np.flatnonzero(outlook.missing > 0.05)
    if short.size:
        months = ", ".join(f"{plan.months[place]:%Y-%m} ({outlook.missing[place]:.1f})" for place in short)
        lines.append(f"{outlook.group.name}: no hiring brings these people in time: {months}.")
    return lines


def _share(part: float, whole: float) -> float:
    return max(0.0, part / whole) if whole > 0 else 0.0


def month_after(begins: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, place = divmod(begins.month - 1 + months, 12)
    first = date(begins.year + years, place + 1, 1)
    length = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days
    return first.replace(day=min(begins.day, length))
