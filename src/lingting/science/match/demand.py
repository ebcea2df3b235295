"""What waiting work asks for, gathered into kinds: all work of one kind suits the same agents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from lingting.science.match import rule
from lingting.science.match.floor import Floor, Load, Places
from lingting.science.match.parties import Id, Work
from lingting.science.match.reasons import Code

Step = tuple[float, str, int | None]
"""A relaxation's three values: as part of a key they hash faster than the dataclass."""


@dataclass(slots=True)
class Kind:
    """Work of one queue, load and requirement as relaxed by now, and whom it suits.

    suited: who serves the queue and has the skills, with room or without; qualified counts them; exhausted:
        none of them has room any more. relaxed and needs: the steps taken and the skills asked now, in the very
        lists that all reasons of the kind carry.
    """

    queue: Id
    load: Load
    asked: Mapping[str, int]
    accepted: Mapping[str, int]
    suited: Places
    qualified: int
    exhausted: bool
    relaxed: list[dict[str, Any]]
    needs: list[dict[str, Any]]


class Demand:
    """The kinds met so far in a round."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._kinds: dict[tuple[object, ...], Kind] = {}

    def kind_of(self, work: Work, *, now: float) -> Kind:
        """The kind this work belongs to at `now`."""
        steps = _due(work, now=now) if work.relaxations else ()
        load = (work.channel, work.weight, work.exclusive)
        key = (work.queue, load, tuple(work.skills.items()), steps)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = self._new_kind(work, load, _lowered(work.skills, steps))
        return kind

    def _new_kind(self, work: Work, load: Load, accepted: Mapping[str, int]) -> Kind:
        suited = self._floor.serving(work.queue)
        for skill, level in accepted.items():
            if level > 0:
                suited &= self._floor.able(skill, level=level)
        qualified = suited.bit_count()
        return Kind(
            queue=work.queue,
            load=load,
            asked=work.skills,
            accepted=accepted,
            suited=suited,
            qualified=qualified,
            exhausted=qualified == 0,
            relaxed=[
                {"skill": skill, "asked": asked, "accepted": accepted[skill]}
                for skill, asked in work.skills.items()
                if accepted[skill] < asked
            ],
            needs=[{"skill": skill, "level": level} for skill, level in accepted.items() if level > 0],
        )

    def tiers(self, kind: Kind, *, among: Places) -> Iterator[tuple[int, Places]]:
        """Those of the people it suits, by the first part of `rule`'s key, the best first; worked out only as
        far as they are asked for.
        """
        for rank, serving in self._floor.ranks(kind.queue).items():
            by_shortfall = self._by_shortfall(kind, among & serving)
            if by_shortfall:
                ordered = merge(*(self._by_surplus(kind, rank, *nearness) for nearness in by_shortfall.items()))
                for tier, alike in groupby(ordered, key=itemgetter(0)):
                    yield tier, sum(places for _tier, places in alike)

    def _by_surplus(self, kind: Kind, rank: int, shortfall: int, places: Places) -> Iterator[tuple[int, Places]]:
        met = sum(kind.asked.values()) - shortfall
        for total, those in self._floor.totals.items():
            here = places & those
            if here:
                yield rule.tier(rank, shortfall, total - met), here

    def _by_shortfall(self, kind: Kind, places: Places) -> dict[int, Places]:
        """Those places by how many levels they have too few for what was first asked."""
        groups = {0: places} if places else {}
        for step in kind.relaxed:
            asked, levels = step["asked"], self._floor.levels(step["skill"])
            nearer, groups = groups, {}
            for shortfall, near in nearer.items():
                for level, those in levels.items():
                    here = near & those
                    if here:
                        lacking = shortfall + max(0, asked - level)
                        groups[lacking] = groups.get(lacking, 0) | here
        return groups

    def shortage(self, kind: Kind) -> tuple[Code, dict[str, Any]]:
        """Why a kind finds nobody: the code and the parameters particular to it."""
        if kind.qualified:
            return Code.ALL_AT_CAPACITY, {}
        if not self._floor.agents:
            return Code.NOBODY_READY, {}
        serving = self._floor.serving(kind.queue)
        if not serving:
            return Code.NOBODY_IN_QUEUE, {}
        for skill, level in kind.accepted.items():
            if not serving & self._floor.able(skill, level=level):
                return Code.NOBODY_WITH_SKILL, {"skill": skill, "level": level}
        return Code.NOBODY_WITH_ALL_SKILLS, {}


def accepted_levels(work: Work, *, now: float) -> dict[str, int]:
    """Skill to the level that will do at `now`; 0 where the skill was dropped."""
    return _lowered(work.skills, _due(work, now=now))


def next_change_at(work: Work, *, now: float) -> float | None:
    """When time alone next asks less of this work or ends its hold; None if never."""
    change_at = None
    for step in work.relaxations:
        moment = work.waiting_since + step.after_seconds
        if moment > now and (change_at is None or moment < change_at) and step.skill in work.skills:
            change_at = moment
    if work.preferred_agent is not None and work.hold_seconds > 0:
        moment = work.waiting_since + work.hold_seconds
        if moment > now and (change_at is None or moment < change_at):
            change_at = moment
    return change_at


def _due(work: Work, *, now: float) -> tuple[Step, ...]:
    since = work.waiting_since
    return tuple([(step.after_seconds, step.skill, step.lower_by) for step in work.relaxations if now >= since + step.after_seconds])


def _lowered(asked: Mapping[str, int], steps: tuple[Step, ...]) -> dict[str, int]:
    accepted = dict(asked)
    for _after_seconds, skill, lower_by in steps:
        if skill in accepted:
            accepted[skill] = 0 if lower_by is None else max(0, accepted[skill] - lower_by)
    return accepted
