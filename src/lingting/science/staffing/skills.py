"""People by skill group for several queues that share them.

A person belongs to one group and is counted once. No formula gives the answer for shared skills, so
candidates are judged by an evaluator (the simulator, or an exact formula where there is one) and the search
ends where taking one person off any group breaks a target. The fluid bound says what no plan can undercut:
every queue's least work has to be done by somebody who may do it, in the time that somebody has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations_with_replacement

import numpy as np

from lingting.science.erlang import BadFigureError, Target, Traffic, UnreachableTargetError, least_agents
from lingting.science.erlang.errors import checked

People = tuple[int, ...]

_FLEXIBLE_SHARES = (0.15, 0.4, 1.0)
_CENT = 1e-9


@dataclass(frozen=True, kw_only=True)
class SkillQueue:
    """One queue of an interval and its promise: ``service_level`` of offered calls within ``within_seconds``."""

    name: str
    calls: float
    handling_seconds: float
    service_level: float
    within_seconds: float
    interval_seconds: float = 1800.0
    patience_seconds: float = math.inf
    priority: int = 0

    def __post_init__(self) -> None:
        if self.traffic.load == 0.0:
            raise BadFigureError(f"Queue {self.name} has no calls; leave it out.")
        level = checked(f"service_level of {self.name}", values=self.service_level, least=0.0, above=True)
        checked(f"service_level of {self.name}", values=level, most=1.0, below=True)
        checked(f"within_seconds of {self.name}", values=self.within_seconds, least=0.0)

    @property
    def traffic(self) -> Traffic:
        """The queue by itself."""
        return Traffic(
            calls=self.calls,
            interval_seconds=self.interval_seconds,
            handling_seconds=self.handling_seconds,
            patience_seconds=self.patience_seconds,
        )

    @property
    def least_work(self) -> float:
        """Agents kept busy by the calls that must be answered: all of them, or the promised share if callers leave."""
        share = 1.0 if math.isinf(self.patience_seconds) else self.service_level
        return float(self.traffic.load) * share

    def alone(self) -> int:
        """Least agents if nobody else helped and they helped nobody else."""
        target = Target(service_level=self.service_level, within_seconds=self.within_seconds)
        return int(least_agents(self.traffic, target=target))


@dataclass(frozen=True, kw_only=True)
class SkillGroup:
    """People who can serve the same ``queues``: name to preference, 1 first; ``cost`` of one person."""

    name: str
    queues: Mapping[str, int]
    cost: float = 1.0

    def __post_init__(self) -> None:
        checked(f"cost of {self.name}", values=self.cost, least=0.0, above=True)
        if not self.queues:
            raise BadFigureError(f"Group {self.name} serves no queue.")


@dataclass(frozen=True)
class Levels:
    """Service level by queue with given people; ``uncertainty`` is half the width of its confidence interval."""

    service_level: tuple[float, ...]
    uncertainty: tuple[float, ...]


Evaluate = Callable[[People], Levels]


@dataclass(frozen=True)
class SkillRequirement:
    """People by group, with the proof.

    ``levels``       service levels with these people;
    ``one_less``     levels with one person off the group named: in each at least one queue misses its promise
                     (groups without people, or where one less cannot even be tried, are not in it);
    ``alone_cost``   cost if every queue had people of its own, rounded up one by one;
    ``fluid_cost``   no plan costs less than this; ``judged`` counts the candidates looked at.
    """

    queues: tuple[SkillQueue, ...]
    groups: tuple[SkillGroup, ...]
    people: People
    levels: Levels
    alone_cost: float
    fluid_cost: float
    judged: int
    one_less: dict[str, Levels] = field(default_factory=dict)

    @property
    def cost(self) -> float:
        """Cost of the people found."""
        return _cost(self.groups, self.people)

    @property
    def pooling_gain(self) -> float:
        """Cost saved against people of its own for every queue."""
        return self.alone_cost - self.cost

    def is_feasible(self) -> bool:
        """True if every queue keeps its promise."""
        return _is_met(self.queues, self.levels)

    def explain(self) -> str:
        """The people, the service levels, what binds each group and what pooling saves."""
        people = ", ".join(f"{group.name} {count}" for group, count in zip(self.groups, self.people, strict=True))
        lines = [f"People: {people}; cost {self.cost:g}, at least {self.fluid_cost:.1f}, apart {self.alone_cost:g}."]
        for place, queue in enumerate(self.queues):
            level, half = self.levels.service_level[place], self.levels.uncertainty[place]
            lines.append(f"{queue.name}: {level:.1%} (±{half:.1%}) within {queue.within_seconds:g} s.")
        for name, levels in self.one_less.items():
            missed = [
                f"{queue.name} {level:.1%}"
                for queue, level in zip(self.queues, levels.service_level, strict=True)
                if level < queue.service_level
            ]
            lines.append(f"One less in {name}: {', '.join(missed)}.")
        return "\n".join(lines)


def required_people(
    queues: Sequence[SkillQueue], *, groups: Sequence[SkillGroup], evaluate: Evaluate, most_judged: int = 400
) -> SkillRequirement:
    """People by group that keep every promise, from which nobody can be taken away.

    Starts from people of its own for every queue, and from plans in which some or all of them are replaced by
    people of several skills; takes people off while all promises hold, keeps the cheapest plan and exchanges
    people while that saves. ``evaluate(people)`` must not change between calls:
    give a simulator one seed, so that candidates meet the same customers. Raises BadFigureError if a queue
    has no group, UnreachableTargetError after ``most_judged`` candidates without a plan that holds.
    """
    search = _Search(tuple(queues), tuple(groups), evaluate, most_judged)
    plans = [search.shrunk(search.enough(start)) for start in search.starts()]
    people = search.exchanged(min(plans, key=lambda plan: _cost(search.groups, plan)))
    alone = sum(queue.alone() * _home(queue, search.groups).cost for queue in search.queues)
    return SkillRequirement(
        queues=search.queues,
        groups=search.groups,
        people=people,
        levels=search.levels(people),
        alone_cost=float(alone),
        fluid_cost=fluid_cost(search.queues, groups=search.groups),
        judged=len(search.seen),
        one_less=search.one_less(people),
    )


def fluid_cost(queues: Sequence[SkillQueue], *, groups: Sequence[SkillGroup]) -> float:
    """Least cost of people, in parts, whose time covers every queue's least work, each person counted once.

    A linear programme: time given by groups to queues, at most one agent of work per person. A plan below
    this cost cannot keep the promises, whatever the routing.
    """
    from scipy.optimize import linprog

    pairs = [(q, g) for q, queue in enumerate(queues) for g, group in enumerate(groups) if queue.name in group.queues]
    columns = len(pairs) + len(groups)
    work = np.zeros((len(queues), columns))
    time = np.zeros((len(groups), columns))
    for column, (q, g) in enumerate(pairs):
        work[q, column] = -1.0
        time[g, column] = 1.0
    for g in range(len(groups)):
        time[g, len(pairs) + g] = -1.0
    cost = np.concatenate([np.zeros(len(pairs)), [group.cost for group in groups]])
    least = np.concatenate([[-queue.least_work for queue in queues], np.zeros(len(groups))])
    solved = linprog(cost, A_ub=np.vstack([work, time]), b_ub=least, method="highs")
    if solved.fun is None:
        raise BadFigureError("No group serves one of the queues.")
    return float(solved.fun)


class _Search:
    """Candidates already judged, and the moves between them."""

    def __init__(
        self, queues: tuple[SkillQueue, ...], groups: tuple[SkillGroup, ...], evaluate: Evaluate, most_judged: int
    ) -> None:
        self.queues, self.groups = queues, groups
        self.seen: dict[People, Levels] = {}
        self._evaluate, self._most = evaluate, most_judged
        for queue in queues:
            _home(queue, groups)

    def levels(self, people: People) -> Levels:
        if people not in self.seen:
            self.seen[people] = self._evaluate(people)
        return self.seen[people]

    def holds(self, people: People) -> bool:
        """True if the plan keeps every promise; plans without a soul for some queue are not even tried."""
        if min(people) < 0 or not self._reaches_all(people):
            return False
        if people not in self.seen and len(self.seen) >= self._most:
            return False
        return _is_met(self.queues, self.levels(people))

    def enough(self, people: People) -> People:
        """The first plan on the way up that holds: people are added where a promise is missed."""
        while not self.holds(people):
            if len(self.seen) >= self._most:
                raise UnreachableTargetError(f"None of {self._most} plans looked at keeps every promise.")
            levels = self.levels(people)
            grown = list(people)
            for queue, level in zip(self.queues, levels.service_level, strict=True):
                if level < queue.service_level:
                    home = self.groups.index(_home(queue, self.groups))
                    grown[home] += max(1, people[home] // 20)
            people = tuple(grown)
        return people

    def shrunk(self, people: People) -> People:
        """People taken off while every promise holds, each time where it costs the callers least for the saving."""
        step = max(1, max(people) // 8)
        while True:
            held = [less for less in (_moved(people, g, -step) for g in range(len(people))) if self.holds(less)]
            if held:
                people = min(held, key=partial(self._price, people))
            elif step == 1:
                return people
            else:
                step //= 2

    def exchanged(self, people: People) -> People:
        """One or two people replaced by one of another group, as long as that saves."""
        while True:
            cheaper = (plan for plan in _exchanges(people) if self._saves(plan, people))
            better = next((plan for plan in cheaper if self.holds(plan)), None)
            if better is None:
                return people
            people = self.shrunk(better)

    def starts(self) -> list[People]:
        """Everybody apart, and for each group of several skills some or all of those it could replace."""
        apart = _apart(self.queues, self.groups)
        found = [apart]
        for place, group in enumerate(self.groups):
            replaceable = [g for g, other in enumerate(self.groups) if set(other.queues) < set(group.queues)]
            for share in _FLEXIBLE_SHARES if replaceable else ():
                taken = {g: round(share * apart[g]) for g in replaceable}
                plan = [count - taken.get(g, 0) for g, count in enumerate(apart)]
                plan[place] += sum(taken.values())
                found.append(tuple(plan))
        return list(dict.fromkeys(found))

    def _saves(self, plan: People, people: People) -> bool:
        return _cost(self.groups, plan) < _cost(self.groups, people) - _CENT

    def _price(self, people: People, less: People) -> float:
        """Drop of the promise worst kept for each unit of cost saved."""
        saved = _cost(self.groups, people) - _cost(self.groups, less)
        return (self._slack(people) - self._slack(less)) / saved

    def _slack(self, people: People) -> float:
        levels = self.levels(people).service_level
        return min(level - queue.service_level for level, queue in zip(levels, self.queues, strict=True))

    def one_less(self, people: People) -> dict[str, Levels]:
        tried = {group.name: _moved(people, place, -1) for place, group in enumerate(self.groups)}
        return {name: self.levels(less) for name, less in tried.items() if less in self.seen}

    def _reaches_all(self, people: People) -> bool:
        staffed = [group for group, count in zip(self.groups, people, strict=True) if count]
        return all(any(queue.name in group.queues for group in staffed) for queue in self.queues)


def _home(queue: SkillQueue, groups: Sequence[SkillGroup]) -> SkillGroup:
    """The most specialised group for a queue, the cheapest of those."""
    able = [group for group in groups if queue.name in group.queues]
    if not able:
        raise BadFigureError(f"No group serves queue {queue.name}.")
    return min(able, key=lambda group: (len(group.queues), group.cost))


def _apart(queues: Sequence[SkillQueue], groups: Sequence[SkillGroup]) -> People:
    """Each queue's own requirement, given to its most specialised group."""
    people = {group.name: 0 for group in groups}
    for queue in queues:
        people[_home(queue, groups).name] += queue.alone()
    return tuple(people[group.name] for group in groups)


def _exchanges(people: People) -> Iterator[People]:
    """Plans with two people, or one, replaced by one of another group."""
    places = range(len(people))
    for size in (2, 1):
        for out in combinations_with_replacement(places, size):
            left = people
            for place in out:
                left = _moved(left, place, -1)
            yield from (_moved(left, into, 1) for into in places if into not in out)


def _moved(people: People, place: int, change: int) -> People:
    return (*people[:place], people[place] + change, *people[place + 1 :])


def _is_met(queues: Sequence[SkillQueue], levels: Levels) -> bool:
    return all(level >= queue.service_level for queue, level in zip(queues, levels.service_level, strict=True))


def _cost(groups: Sequence[SkillGroup], people: People) -> float:
    return float(sum(group.cost * count for group, count in zip(groups, people, strict=True)))
