"""`match`: one round of routing over waiting work and ready agents."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from lingting.science.match import rule
from lingting.science.match.demand import Demand, Kind, next_change_at
from lingting.science.match.floor import Floor
from lingting.science.match.parties import Agent, Id, MatchInputError, Policy, Work
from lingting.science.match.reasons import Code, Reason


@dataclass(frozen=True, slots=True)
class Pair:
    """This work goes to this agent, and why."""

    work_id: Id
    agent_id: Id
    reason: Reason


@dataclass(frozen=True, slots=True)
class Waiting:
    """This work still waits, and why."""

    work_id: Id
    reason: Reason


@dataclass(frozen=True, slots=True)
class MatchResult:
    """All decisions of one round, each list in the order of service.

    recheck_at: the first moment when time alone (a relaxation, the end of a hold) can change the answer for
        waiting work; None: never.
    """

    pairs: tuple[Pair, ...]
    waiting: tuple[Waiting, ...]
    recheck_at: float | None

    def owners(self) -> dict[Id, Id]:
        """Work id to agent id."""
        return {pair.work_id: pair.agent_id for pair in self.pairs}

    def explain(self) -> str:
        """Every decision as a line of English."""
        lines = [f"{pair.work_id} → {pair.agent_id}: {pair.reason.explain()}" for pair in self.pairs]
        lines += [f"{left.work_id} waits: {left.reason.explain()}" for left in self.waiting]
        return "\n".join(lines)


_ORDINARY = Policy()


def match(work: Iterable[Work], *, agents: Iterable[Agent], now: float, policy: Policy = _ORDINARY) -> MatchResult:
    """Give waiting work to ready agents, the most pressing first.

    Order: earliest `waiting_since`, each point of priority counting as `policy.ageing_seconds` of earlier
    arrival; then priority, then id. Each goes to its preferred agent if he is free, else by queue rank,
    nearest skills, fewest spare skills, least load, longest idle, id. After a round nothing that waits fits
    anybody until something changes, so a caller who keeps its lists may pass only the new work with all
    agents, or all work
    with only the agents who gained room: the pairs are the same.
    Ids of a kind (all int or all str) so that ties have an order. Raises MatchInputError.
    """
    if not isfinite(now):
        raise MatchInputError(f"now must be a finite number, not {now}.")
    queue = _in_order(work, policy)
    crew = list(agents)
    named = {skill for item in queue for skill in item.skills}
    skills = sorted(named.union(*(agent.skills for agent in crew)))
    return _Round(Floor(crew, skills=skills), skills=skills, now=now).run(queue)


def _in_order(work: Iterable[Work], policy: Policy) -> list[Work]:
    ageing = policy.ageing_seconds
    serve_key = rule.serve_key
    queue = sorted(work, key=lambda item: (serve_key(item.waiting_since, item.priority, ageing), -item.priority, item.id))
    if len({item.id for item in queue}) < len(queue):
        raise MatchInputError("Two pieces of work have the same id.")
    return queue


class _Round:
    """One pass over the work in order, with the capacity that is left."""

    def __init__(self, floor: Floor, *, skills: list[str], now: float) -> None:
        self._floor = floor
        self._demand = Demand(floor, skills=skills)
        self._now = now
        self._pairs: list[Pair] = []
        self._waiting: list[Waiting] = []
        self._recheck_at: float | None = None

    def run(self, queue: list[Work]) -> MatchResult:
        for item in queue:
            self._decide(item)
        return MatchResult(pairs=tuple(self._pairs), waiting=tuple(self._waiting), recheck_at=self._recheck_at)

    def _decide(self, item: Work) -> None:
        kind = self._demand.kind_of(item, now=self._now)
        if kind.exhausted:
            self._leave(item, kind, *self._demand.shortage(kind))
            return
        held = item.preferred_agent is not None and self._now < item.waiting_since + item.hold_seconds
        preferred = self._preferred(item)
        keys = kind.tier + self._floor.standing
        keys += kind.room
        if item.excluded_agents:
            self._exclude(keys, item)
        place = rule.choose_agent(keys, preferred, held)
        if place >= 0:
            self._give(item, kind, place, keys, place == preferred)
        elif held:
            self._leave(item, kind, Code.HELD_FOR_PREFERRED, {"agent": item.preferred_agent})
        elif item.excluded_agents and (kind.tier + kind.room < rule.NEVER).any():
            self._leave(item, kind, Code.ALL_EXCLUDED, {})
        else:
            kind.exhausted = True
            self._leave(item, kind, *self._demand.shortage(kind))

    def _preferred(self, item: Work) -> int:
        """Place of the last agent while he is preferred or waited for, else -1."""
        if item.preferred_agent is None:
            return -1
        lasts = max(item.preferred_for_seconds, item.hold_seconds)
        if self._now >= item.waiting_since + lasts:
            return -1
        return self._floor.place.get(item.preferred_agent, -1)

    def _exclude(self, keys: rule.Ints, item: Work) -> None:
        for agent_id in item.excluded_agents:
            place = self._floor.place.get(agent_id)
            if place is not None:
                keys[place] = rule.NEVER

    def _give(self, item: Work, kind: Kind, place: int, keys: rule.Ints, preferred: bool) -> None:
        agent = self._floor.agents[place]
        key = int(keys[place])
        candidates = int(np.count_nonzero(keys < rule.NEVER))
        keys[place] = rule.NEVER
        code = Code.ONLY_CANDIDATE
        if candidates > 1:
            code = Code.PREFERRED_AGENT if preferred else self._deciding(key, int(keys.min()), agent)
        parameters = self._told(item, kind)
        parameters.update(
            agent=agent.id,
            candidates=candidates,
            queue_rank=key >> rule.RANK_SHIFT,
            shortfall=(key >> rule.SHORTFALL_SHIFT) & rule.MOST_SHORTFALL,
            surplus=(key >> rule.SURPLUS_SHIFT) & rule.MOST_SURPLUS,
            load=self._floor.used[place] / agent.capacity,
            idle_seconds=max(0.0, self._now - agent.idle_since),
        )
        self._floor.occupy(place, kind.load)
        self._pairs.append(Pair(item.id, agent.id, Reason(code, parameters)))

    def _deciding(self, chosen: int, runner_up: int, agent: Agent) -> Code:
        """Which preference set the chosen agent before the next best."""
        differs = chosen ^ runner_up
        if differs >> rule.RANK_SHIFT:
            return Code.QUEUE_RANK
        if differs >> rule.SHORTFALL_SHIFT:
            return Code.NEAREST_SKILLS
        if differs >> rule.SURPLUS_SHIFT:
            return Code.LEAST_OVERQUALIFIED
        if differs >> rule.LOAD_SHIFT:
            return Code.LEAST_LOADED
        next_best = self._floor.by_idleness[runner_up & ((1 << rule.IDLE_BITS) - 1)]
        if self._floor.agents[next_best].idle_since > agent.idle_since:
            return Code.LONGEST_IDLE
        return Code.LOWEST_ID

    def _leave(self, item: Work, kind: Kind, code: Code, particulars: dict[str, Any]) -> None:
        recheck_at = next_change_at(item, now=self._now) if item.relaxations or item.hold_seconds else None
        if recheck_at is not None and (self._recheck_at is None or recheck_at < self._recheck_at):
            self._recheck_at = recheck_at
        parameters = self._told(item, kind)
        parameters["skills"] = kind.needs()
        parameters["recheck_at"] = recheck_at
        parameters.update(particulars)
        self._waiting.append(Waiting(item.id, Reason(code, parameters)))

    def _told(self, item: Work, kind: Kind) -> dict[str, Any]:
        return {
            "queue": kind.queue,
            "channel": kind.load[0],
            "qualified": kind.qualified,
            "waited_seconds": max(0.0, self._now - item.waiting_since),
            "relaxed": kind.relaxed(),
        }
