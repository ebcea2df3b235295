"""What waiting work asks for, gathered into kinds: all work of one kind suits the same agents."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lingting.science.match.floor import Floor, Load
from lingting.science.match.parties import Id, Work
from lingting.science.match.reasons import Code
from lingting.science.match.rule import NEVER, Ints, tiers


@dataclass(slots=True)
class Kind:
    """Work of one queue, load and requirement as relaxed by now, and how every agent suits it.

    tier and room are per agent, as in `rule`; qualified counts the agents who suit; exhausted: none of them
    has room any more.
    """

    queue: Id
    load: Load
    asked: dict[str, int]
    accepted: dict[str, int]
    tier: Ints
    room: Ints
    qualified: int
    exhausted: bool

    def relaxed(self) -> list[dict[str, Any]]:
        """The steps taken, for reasons."""
        return [
            {"skill": skill, "asked": asked, "accepted": self.accepted[skill]}
            for skill, asked in self.asked.items()
            if self.accepted[skill] < asked
        ]

    def needs(self) -> list[dict[str, Any]]:
        """The skills asked now, for reasons."""
        return [{"skill": skill, "level": level} for skill, level in self.accepted.items() if level > 0]


class Demand:
    """The kinds met so far in a round."""

    def __init__(self, floor: Floor, *, skills: list[str]) -> None:
        self._floor = floor
        self._column = {skill: column for column, skill in enumerate(skills)}
        self._kinds: dict[tuple[object, ...], Kind] = {}
        self._ranks: dict[Id, Ints] = {}
        self._best: dict[Id, list[int] | None] = {}

    def kind_of(self, work: Work, *, now: float) -> Kind:
        """The kind this work belongs to at `now`."""
        steps = tuple(step for step in work.relaxations if now >= work.waiting_since + step.after_seconds)
        load = (work.channel, work.weight, work.exclusive)
        key = (work.queue, load, tuple(work.skills.items()), steps)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = self._new_kind(work, load, accepted_levels(work, now=now))
        return kind

    def _new_kind(self, work: Work, load: Load, accepted: dict[str, int]) -> Kind:
        if work.queue not in self._ranks:
            self._ranks[work.queue] = self._floor.ranks(work.queue)
        floor = self._floor
        asked = dict(work.skills)
        tier = tiers(self._ranks[work.queue], floor.levels, floor.totals, self._row(asked), self._row(accepted))
        qualified = int(np.count_nonzero(tier < NEVER))
        return Kind(
            queue=work.queue,
            load=load,
            asked=asked,
            accepted=accepted,
            tier=tier,
            room=floor.room(load),
            qualified=qualified,
            exhausted=qualified == 0,
        )

    def _row(self, levels: dict[str, int]) -> list[int]:
        row = [0] * len(self._column)
        for skill, level in levels.items():
            row[self._column[skill]] = level
        return row

    def shortage(self, kind: Kind) -> tuple[Code, dict[str, Any]]:
        """Why a kind finds nobody: the code and the parameters particular to it."""
        if kind.qualified:
            return Code.ALL_AT_CAPACITY, {}
        if not self._floor.agents:
            return Code.NOBODY_READY, {}
        best = self._best_in(kind.queue)
        if best is None:
            return Code.NOBODY_IN_QUEUE, {}
        for skill, level in kind.accepted.items():
            if best[self._column[skill]] < level:
                return Code.NOBODY_WITH_SKILL, {"skill": skill, "level": level}
        return Code.NOBODY_WITH_ALL_SKILLS, {}

    def _best_in(self, queue: Id) -> list[int] | None:
        """Highest level of every skill among the agents of a queue; None if it has no agents."""
        if queue not in self._best:
            serving = self._ranks[queue] > 0
            levels = self._floor.levels[:, serving]
            self._best[queue] = levels.max(axis=1).tolist() if serving.any() else None
        return self._best[queue]


def accepted_levels(work: Work, *, now: float) -> dict[str, int]:
    """Skill to the level that will do at `now`; 0 where the skill was dropped."""
    accepted = dict(work.skills)
    for step in work.relaxations:
        if step.skill in accepted and now >= work.waiting_since + step.after_seconds:
            lowered = 0 if step.lower_by is None else accepted[step.skill] - step.lower_by
            accepted[step.skill] = max(0, lowered)
    return accepted


def next_change_at(work: Work, *, now: float) -> float | None:
    """When time alone next asks less of this work or ends its hold; None if never."""
    moments = [work.waiting_since + step.after_seconds for step in work.relaxations if step.skill in work.skills]
    if work.preferred_agent is not None and work.hold_seconds > 0:
        moments.append(work.waiting_since + work.hold_seconds)
    return min((moment for moment in moments if moment > now), default=None)
