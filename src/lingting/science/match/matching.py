"""`match`: one round of routing over waiting work and ready agents."""

from collections.abc import Iterable
from dataclasses import dataclass

from lingting.science.match.parties import Agent, Id, Policy, Work
from lingting.science.match.reasons import Reason


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
    """All decisions of one round, in the order they were made.

    recheck_at: the first moment when time alone (a relaxation, the end of a hold or of a preference) can change the answer; None: never.
    """

    pairs: tuple[Pair, ...]
    waiting: tuple[Waiting, ...]
    recheck_at: float | None

    def owners(self) -> dict[Id, Id]:
        """Work id to agent id."""
        return {pair.work_id: pair.agent_id for pair in self.pairs}


def match(work: Iterable[Work], *, agents: Iterable[Agent], now: float, policy: Policy = Policy()) -> MatchResult:
    """Give waiting work to ready agents, the most pressing first.

    After a round nothing that waits fits anybody, until something changes. So a caller who keeps its lists may pass only
    the new work with all agents, or all work with only the agents who gained room; the answer is the same.
    Ids of a kind (all int or all str) so that ties have an order. Raises MatchInputError.
    """
    raise NotImplementedError
