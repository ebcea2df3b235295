"""The cheapest classes that cover what is needed: an integer programme, solved by HiGHS.

Needs are numbers here, one for each group and month: the quantile of (required less what today's people are still
worth) over the paths. A class is worth what its people are expected to be, delays, leavers, ramp and mentors
counted. With that the chance constraint of every month is exactly one linear inequality, so the optimum is proven
or its gap known; what classes bring besides by luck is judged on paths afterwards (`plan.py`).
"""

from dataclasses import dataclass

import numpy as np

from lingting.science.capacity.cohorts import Classes, tenure_counts, tracked_months, weeks_left
from lingting.science.capacity.errors import CapacityError, Figures
from lingting.science.capacity.terms import WEEKS_A_MONTH, Group, Site

_SLACK = 1e-6


@dataclass(frozen=True, kw_only=True)
class Effort:
    """When the search may stop: at a proven `gap` (share of the cost), or after so many `nodes` of its tree.

    No clock: the same input gives the same plan.
    """

    gap: float = 0.03
    nodes: int = 1


@dataclass(frozen=True)
class Solved:
    """Classes by group, their cost, a proven lower bound on it, and productive people missing, [groups, months]."""

    classes: tuple[Classes, ...]
    cost: float
    bound: float
    missing: Figures


Part = tuple[list[int], list[Classes], Figures, float, float]
"""Places of the groups solved together, their classes, people missing, cost and bound."""

Known = dict[tuple[tuple[int, ...], bytes], Part]


@dataclass(frozen=True)
class Yield:
    """What one person planned for month m is expected to bring, [planned month, month], by group.

    worth: productive people; head: people on the payroll. may_start: whether a class of the month can be there
    in time as surely as asked. cost: of one person over the whole time; today: people still here, [months].
    """

    worth: Figures
    head: Figures
    may_start: np.ndarray
    cost: Figures
    today: Figures


def yield_of(group: Group, *, people_a_seat: float) -> Yield:
    """Expectations of a group's classes."""
    hiring, months = group.hiring, group.paths.shape[1]
    stay = np.concatenate(([1.0], np.cumprod(1.0 - hiring.chance_to_leave(months))))[:months]
    worth_then, head_then = stay * hiring.worth(months), stay
    worth, head = np.zeros((months, months)), np.zeros((months, months))
    may_start = np.zeros(months, dtype=bool)
    for month in range(months):
        may_start[month] = hiring.lead.late_share(month * WEEKS_A_MONTH) <= hiring.most_late_share + 1e-9
        for delay, chance in enumerate(hiring.lead.delays(weeks_left(hiring, month))):
            begun = month + delay
            if begun < months:
                worth[month, begun:] += chance * worth_then[: months - begun]
                head[month, begun:] += chance * head_then[: months - begun]
    prices = group.prices
    cost = prices.hire + head.sum(axis=1) * (prices.pay + prices.seat / people_a_seat)
    return Yield(worth, head, may_start, cost, _still_here(group, months))


def _still_here(group: Group, months: int) -> Figures:
    tracked = tracked_months(group)
    leave = group.hiring.chance_to_leave(tracked)
    people = tenure_counts(group, tracked).astype(np.float64)
    here = np.zeros(months)
    for month in range(months):
        here[month] = people.sum()
        stayed = people * (1.0 - leave)
        people = np.concatenate(([0.0], stayed[:-1]))
        people[-1] += stayed[-1]
    return here


def cheapest_classes(
    groups: tuple[Group, ...], *, needs: Figures, sites: tuple[Site, ...], effort: Effort, known: Known | None = None
) -> Solved:
    """Least missing people first, then least cost; needs: productive people beyond today's, [groups, months].

    Groups that share no limit are solved apart, those with the needs of a `known` answer not again. Raises
    CapacityError if the solver finds no plan at all.
    """
    answers: Known = {} if known is None else known
    parts = []
    for together in _coupled(groups, sites):
        key = (tuple(together), needs[together].tobytes())
        if key not in answers:
            answers[key] = _solve(groups, needs, sites, together, effort)
        parts.append(answers[key])
    classes: dict[int, Classes] = {}
    missing = np.zeros_like(needs)
    for places, found, left, _, _ in parts:
        for row, place in enumerate(places):
            classes[place], missing[place] = found[row], left[row]
    ordered = tuple(classes[place] for place in range(len(groups)))
    return Solved(ordered, sum(part[3] for part in parts), sum(part[4] for part in parts), missing)


def _coupled(groups: tuple[Group, ...], sites: tuple[Site, ...]) -> list[list[int]]:
    limited = {site.name for site in sites if site.seats is not None or site.rooms is not None}
    apart = [[place] for place, group in enumerate(groups) if group.site not in limited]
    shared = [[place for place, group in enumerate(groups) if group.site == name] for name in sorted(limited)]
    return apart + [places for places in shared if places]


class _Programme:
    """Columns, rows and bounds of the integer programme of some groups.

    Columns of a group: people by month, classes by month, missing by month, seats above today's.
    """

    def __init__(self, groups: list[Group], needs: Figures, sites: tuple[Site, ...]) -> None:
        self.groups, self.months = groups, needs.shape[1]
        self.wide = 3 * self.months + 1
        self.sites = {site.name: site for site in sites}
        self.yields = [yield_of(group, people_a_seat=self._shared(group)) for group in groups]
        self.rows: list[Figures] = []
        self.least: list[float] = []
        self.upper = np.full(self.wide * len(groups), np.inf)
        self.cost = np.zeros(self.wide * len(groups))
        self.whole = np.zeros(self.wide * len(groups))
        for place, group in enumerate(groups):
            self._add_group(place, group, needs[place])
        for site in sites:
            self._add_site(site)

    def part(self, place: int, which: int) -> slice:
        """Columns of a group: 0 people, 1 classes, 2 missing."""
        begin = place * self.wide + which * self.months
        return slice(begin, begin + self.months)

    def missing_cost(self) -> Figures:
        """Objective that counts missing people only."""
        cost = np.zeros_like(self.cost)
        for place in range(len(self.groups)):
            cost[self.part(place, 2)] = 1.0
        return cost

    def _shared(self, group: Group) -> float:
        return self.sites[group.site].people_a_seat if group.site in self.sites else 1.0

    def _add_group(self, place: int, group: Group, need: Figures) -> None:
        hiring, expected = group.hiring, self.yields[place]
        people, classes, missing = (self.part(place, which) for which in range(3))
        seats = place * self.wide + 3 * self.months
        self.cost[people], self.cost[classes], self.cost[seats] = expected.cost, group.prices.class_, group.prices.equipment
        self.whole[people] = self.whole[classes] = 1.0
        self.upper[classes] = np.where(expected.may_start, hiring.most_classes, 0)
        self.upper[people] = self.upper[classes] * hiring.class_size[1]
        for month in range(self.months):
            fewest, most = self._row(), self._row()
            fewest[people.start + month], fewest[classes.start + month] = 1.0, -hiring.class_size[0]
            most[people.start + month], most[classes.start + month] = -1.0, hiring.class_size[1]
            self._at_least(fewest, 0.0)
            self._at_least(most, 0.0)
            cover = self._row()
            cover[people], cover[missing.start + month] = expected.worth[:, month], 1.0
            self._at_least(cover, float(need[month]))
            if group.prices.equipment > 0:
                room = self._row()
                room[people], room[seats] = -expected.head[:, month] / self._shared(group), 1.0
                self._at_least(room, float(expected.today[month] - expected.today[0]) / self._shared(group))

    def _add_site(self, site: Site) -> None:
        mine = [place for place, group in enumerate(self.groups) if group.site == site.name]
        for month in range(self.months if mine else 0):
            if site.seats is not None:
                row = self._row()
                for place in mine:
                    row[self.part(place, 0)] = -self.yields[place].head[:, month]
                today = sum(float(self.yields[place].today[month]) for place in mine)
                self._at_least(row, min(0.0, today - site.seats * site.people_a_seat))
            if site.rooms is not None:
                row = self._row()
                for place in mine:
                    since = max(0, month - max(1, self.groups[place].hiring.room_months) + 1)
                    begin = self.part(place, 1).start
                    row[begin + since : begin + month + 1] = -1.0
                self._at_least(row, -float(site.rooms))

    def _row(self) -> Figures:
        return np.zeros(self.wide * len(self.groups))

    def _at_least(self, row: Figures, least: float) -> None:
        self.rows.append(row)
        self.least.append(least)


def _solve(groups: tuple[Group, ...], needs: Figures, sites: tuple[Site, ...], places: list[int], effort: Effort) -> Part:
    chosen = [groups[place] for place in places]
    names = {group.site for group in chosen}
    programme = _Programme(chosen, needs[places], tuple(site for site in sites if site.name in names))
    short, _ = _highs(programme, programme.missing_cost(), effort, whole=False)
    least_missing = float(programme.missing_cost() @ short)
    try:
        best, bound = _highs(programme, programme.cost, effort, most_missing=least_missing)
    except CapacityError:  # limits so tight that whole classes miss more than parts of classes would
        short, _ = _highs(programme, programme.missing_cost(), effort)
        best, bound = _highs(programme, programme.cost, effort, most_missing=float(programme.missing_cost() @ short))
    found, missing = [], np.zeros((len(chosen), programme.months))
    for row in range(len(chosen)):
        people, classes = (np.rint(best[programme.part(row, which)]).astype(np.int64) for which in (0, 1))
        found.append(Classes(people, np.where(people > 0, classes, 0)))
        missing[row] = best[programme.part(row, 2)]
    return places, found, missing, float(programme.cost @ best), bound


def _highs(
    programme: _Programme, cost: Figures, effort: Effort, *, whole: bool = True, most_missing: float | None = None
) -> tuple[Figures, float]:
    """Columns of least cost and a lower bound on it; whole=False drops integrality."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    limits = [LinearConstraint(csr_array(np.array(programme.rows)), np.array(programme.least), np.inf)]
    if most_missing is not None:
        limits.append(LinearConstraint(csr_array(programme.missing_cost()[None, :]), -np.inf, most_missing + _SLACK))
    found = milp(
        cost,
        constraints=limits,
        integrality=programme.whole if whole else None,
        bounds=Bounds(0.0, programme.upper),
        options={"mip_rel_gap": effort.gap, "node_limit": effort.nodes},
    )
    if found.x is None:
        raise CapacityError(f"No plan was found: {found.message}")
    bound = found.mip_dual_bound if whole and found.mip_dual_bound is not None else found.fun
    return np.asarray(found.x), float(bound)
