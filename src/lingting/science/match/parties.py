"""Who takes part in a match: work that waits, agents who are ready, and the policy between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Id = int | str

_NOTHING: Mapping[str, int] = MappingProxyType({})


class MatchInputError(ValueError):
    """The work, agents or policy given cannot be matched; the message names the offender."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """After some waiting, ask less of a skill.

    after_seconds: counted from the work's `waiting_since`.
    lower_by: levels taken off the requirement; None drops the skill altogether. Steps that are due add up.
    """

    after_seconds: float
    skill: str
    lower_by: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that waits for an agent: a chat, a call, a mail, a case.

    priority: the higher, the sooner; 0 is ordinary, a VIP raises it. One point is worth
        `Policy.ageing_seconds` of waiting, so nothing waits for ever.
    waiting_since, and every other moment here: seconds on the clock that `now` of `match` uses.
    skills: name to least level, 1 or more. relaxations: lower them as the work waits.
    weight: whole units of an agent's capacity that it takes on its channel.
    exclusive: only for an agent with nothing in hand, whom it then fills (a voice call); weight is ignored.
    preferred_agent: the last agent. He comes first while the work has waited less than `preferred_for_seconds`;
        and while it has waited less than `hold_seconds` and he is among the ready agents, it waits for him alone.
    excluded_agents: who declined it or let the offer run out.
    """

    id: Id
    queue: Id
    waiting_since: float
    priority: int = 0
    skills: Mapping[str, int] = field(default=_NOTHING)
    relaxations: tuple[Relaxation, ...] = ()
    channel: str = "chat"
    weight: int = 1
    exclusive: bool = False
    preferred_agent: Id | None = None
    preferred_for_seconds: float = float("inf")
    hold_seconds: float = 0.0
    excluded_agents: frozenset[Id] = frozenset()


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent who is ready for work (who is not ready is not passed in).

    queues: queue to rank: 1 is a queue of his own, 2 and more say how far he is a back-up. Only these queues are served.
    skills: name to level, 1 or more.
    capacity: whole units of work he may have in hand at once, over all channels.
    used: units in hand now, by channel. Count exclusive work (a call) as the whole capacity.
    channel_limits: at most so many units on that channel; 0 keeps a channel from him; absent means no limit of its own.
    idle_since: when his last work ended (or he became ready).
    """

    id: Id
    queues: Mapping[Id, int]
    skills: Mapping[str, int] = field(default=_NOTHING)
    capacity: int = 1
    used: Mapping[str, int] = field(default=_NOTHING)
    channel_limits: Mapping[str, int] = field(default=_NOTHING)
    idle_since: float = 0.0


@dataclass(frozen=True, slots=True)
class Policy:
    """What the centre chose once for all matches.

    ageing_seconds: how much waiting one point of priority is worth, more than 0. With 60, priority 5 overtakes everything
        ordinary that came up to five minutes earlier, and nothing that waited longer.
    """

    ageing_seconds: float = 60.0
