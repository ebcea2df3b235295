"""Who takes part in a match: work that waits, agents who are ready, and the policy between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

from lingting.science.match.rule import LOWEST_RANK

Id = int | str


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

    def __post_init__(self) -> None:
        if not self.after_seconds >= 0:
            raise MatchInputError(f"Relaxation of {self.skill!r}: after_seconds must be 0 or more, not {self.after_seconds}.")
        if self.lower_by is not None and self.lower_by < 1:
            raise MatchInputError(f"Relaxation of {self.skill!r}: lower_by must be 1 or more, or None, not {self.lower_by}.")


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that waits for an agent: a chat, a call, a mail, a case.

    priority: the higher, the sooner; 0 is ordinary, a VIP raises it. One point is worth
        `Policy.ageing_seconds` of waiting, so nothing waits for ever.
    waiting_since, and every other moment here: seconds on the clock that `now` of `match` uses.
    skills: name to least level, 1 or more. relaxations: lower them as the work waits.
    weight: whole units of an agent's capacity that it takes on its channel.
    exclusive: only for an agent with nothing in hand, whom it then fills (a voice call); weight is ignored.
    preferred_agent: the last agent. He comes first while the work has waited less than
        `preferred_for_seconds`; and while it has waited less than `hold_seconds` it waits for him alone,
        ready or not (so hold only for an agent on duty).
    excluded_agents: who declined it or let the offer run out.
    """

    id: Id
    queue: Id
    waiting_since: float
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    relaxations: tuple[Relaxation, ...] = ()
    channel: str = "chat"
    weight: int = 1
    exclusive: bool = False
    preferred_agent: Id | None = None
    preferred_for_seconds: float = inf
    hold_seconds: float = 0.0
    excluded_agents: frozenset[Id] = frozenset()

    def __post_init__(self) -> None:
        if not isfinite(self.waiting_since):
            raise MatchInputError(f"Work {self.id!r}: waiting_since must be a finite number, not {self.waiting_since}.")
        if self.weight < 1:
            raise MatchInputError(f"Work {self.id!r}: weight must be 1 or more, not {self.weight}.")
        if self.hold_seconds != self.hold_seconds or self.preferred_for_seconds != self.preferred_for_seconds:
            raise MatchInputError(f"Work {self.id!r}: hold_seconds and preferred_for_seconds must be numbers.")
        for skill, level in self.skills.items():
            if level < 1:
                raise MatchInputError(f"Work {self.id!r}: skill {skill!r} must be asked at level 1 or more, not {level}.")


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent who is ready for work (who is not ready is not passed in; who is full may be, and explains
    the waiting).

    queues: queue to rank: 1 is a queue of his own, 2 and more say how far he is a back-up. Only these queues
        are served.
    skills: name to level, 1 or more (0 is the same as not having it).
    capacity: whole units of work he may have in hand at once, over all channels.
    used: units in hand now, by channel. Count exclusive work (a call) as the whole capacity.
    channel_limits: at most so many units on that channel; 0 keeps a channel from him; absent means no limit
        of its own.
    idle_since: when his last work ended (or he became ready).
    """

    id: Id
    queues: Mapping[Any, int]
    skills: Mapping[str, int] = field(default_factory=dict)
    capacity: int = 1
    used: Mapping[str, int] = field(default_factory=dict)
    channel_limits: Mapping[str, int] = field(default_factory=dict)
    idle_since: float = 0.0

    def __post_init__(self) -> None:
        if not isfinite(self.idle_since):
            raise MatchInputError(f"Agent {self.id!r}: idle_since must be a finite number, not {self.idle_since}.")
        if self.capacity < 0:
            raise MatchInputError(f"Agent {self.id!r}: capacity must be 0 or more, not {self.capacity}.")
        for queue, rank in self.queues.items():
            if not 1 <= rank <= LOWEST_RANK:
                raise MatchInputError(f"Agent {self.id!r}: rank of queue {queue!r} must be 1 to {LOWEST_RANK}, not {rank}.")
        for named in (self.skills, self.used, self.channel_limits):
            for name, amount in named.items():
                if amount < 0:
                    raise MatchInputError(f"Agent {self.id!r}: {name!r} must be 0 or more, not {amount}.")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the centre chose once for all matches.

    ageing_seconds: how much waiting one point of priority is worth, more than 0. With 60, priority 5
        overtakes everything ordinary that came up to five minutes earlier, and nothing that waited longer.
    """

    ageing_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not (self.ageing_seconds > 0 and isfinite(self.ageing_seconds)):
            raise MatchInputError(f"ageing_seconds must be a finite number above 0, not {self.ageing_seconds}.")
