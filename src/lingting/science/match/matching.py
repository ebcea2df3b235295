"""`match`: one round of routing over waiting work and ready agents."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from lingting.science.match import rule
from lingting.science.match.demand import Demand, Kind, next_change_at
from lingting.science.match.floor import Floor, Places, is_one, lowest
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
    agents, or all work with only the agents who gained room: the pairs are the same.
    Ids of a kind (all int or all str) so that ties have an order. Raises MatchInputError.
    """
    if not isfinite(now):
        raise MatchInputError(f"now must be a finite number, not {now}.")
    queue = _in_order(work, policy)
    return _Round(Floor(agents), now=now).run(queue)


def _in_order(work: Iterable[Work], policy: Policy) -> list[Work]:
    ageing = policy.ageing_seconds
    serve_key = rule.serve_key
    queue = sorted(work, key=lambda item: (serve_key(item.waiting_since, item.priority, ageing), -item.priority, item.id))
    if len({item.id for item in queue}) < len(queue):
        raise MatchInputError("Two pieces of work have the same id.")
    return queue


class _Round:
    """One pass over the work in order, with the capacity that is left."""

    def __init__(self, floor: Floor, *, now: float) -> None:
        self._floor = floor
        self._demand = Demand(floor)
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
        with_room = kind.suited & self._floor.room(kind.load)
        candidates = self._not_excluded(with_room, item) if item.excluded_agents else with_room
        held = item.preferred_agent is not None and self._now < item.waiting_since + item.hold_seconds
        preferred = candidates & self._preferred(item)
        if preferred or (candidates and not held):
            self._give(item, kind, candidates, preferred)
        elif held:
            self._leave(item, kind, Code.HELD_FOR_PREFERRED, {"agent": item.preferred_agent})
        elif with_room:
            self._leave(item, kind, Code.ALL_EXCLUDED, {})
        else:
            kind.exhausted = True
            self._leave(item, kind, *self._demand.shortage(kind))

    def _not_excluded(self, places: Places, item: Work) -> Places:
        for agent_id in item.excluded_agents:
            place = self._floor.place.get(agent_id)
            if place is not None:
                places &= ~(1 << place)
        return places

    def _preferred(self, item: Work) -> Places:
        """The last agent, as a set of one, while he is preferred or waited for; else nobody."""
        if item.preferred_agent is None:
            return 0
        lasts = max(item.preferred_for_seconds, item.hold_seconds)
        place = self._floor.place.get(item.preferred_agent)
        if place is None or self._now >= item.waiting_since + lasts:
            return 0
        return 1 << place

    def _give(self, item: Work, kind: Kind, candidates: Places, preferred: Places) -> None:
        floor, count = self._floor, candidates.bit_count()
        place, tier, code = self._choose(kind, preferred or candidates)
        if preferred and count > 1:
            code = Code.PREFERRED_AGENT
        agent = floor.agents[place]
        parameters = self._told(item, kind)
        parameters.update(
            agent=agent.id,
            candidates=count,
            queue_rank=tier >> rule.RANK_SHIFT,
            shortfall=(tier >> rule.SHORTFALL_SHIFT) & rule.MOST_SHORTFALL,
            surplus=(tier >> rule.SURPLUS_SHIFT) & rule.MOST_SURPLUS,
            load=floor.used[place] / agent.capacity,
            idle_seconds=max(0.0, self._now - agent.idle_since),
        )
        floor.occupy(place, kind.load)
        self._pairs.append(Pair(item.id, agent.id, Reason(code, parameters)))

    def _choose(self, kind: Kind, candidates: Places) -> tuple[int, int, Code]:
        """The best of the candidates as place and tier, and which preference set him before the next best."""
        tiers = self._demand.tiers(kind, among=candidates)
        tier, best = next(tiers)
        if is_one(candidates):
            return lowest(best), tier, Code.ONLY_CANDIDATE
        if is_one(best):
            return lowest(best), tier, _deciding(tier, next(tiers)[0])
        best = self._floor.least_loaded(best)
        place = lowest(best)
        if is_one(best):
            return place, tier, Code.LEAST_LOADED
        agents, next_best = self._floor.agents, lowest(best ^ (1 << place))
        is_tie = agents[next_best].idle_since == agents[place].idle_since
        return place, tier, Code.LOWEST_ID if is_tie else Code.LONGEST_IDLE

    def _leave(self, item: Work, kind: Kind, code: Code, particulars: dict[str, Any]) -> None:
        recheck_at = next_change_at(item, now=self._now) if item.relaxations or item.hold_seconds else None
        if recheck_at is not None and (self._recheck_at is None or recheck_at < self._recheck_at):
            self._recheck_at = recheck_at
        parameters = self._told(item, kind)
        parameters["skills"] = kind.needs
        parameters["recheck_at"] = recheck_at
        parameters.update(particulars)
        self._waiting.append(Waiting(item.id, Reason(code, parameters)))

    def _told(self, item: Work, kind: Kind) -> dict[str, Any]:
        return {
            "queue": kind.queue,
            "channel": kind.load[0],
            "qualified": kind.qualified,
            "waited_seconds": max(0.0, self._now - item.waiting_since),
            "relaxed": kind.relaxed,
        }


def _deciding(tier: int, next_tier: int) -> Code:
    """The first part in which two tiers differ."""
    differs = tier ^ next_tier
    if differs >> rule.RANK_SHIFT:
        return Code.QUEUE_RANK
    if differs >> rule.SHORTFALL_SHIFT:
        return Code.NEAREST_SKILLS
    return Code.LEAST_OVERQUALIFIED
