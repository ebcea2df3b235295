"""What is simulated: the contacts that come, the people who serve them, the rules of the house."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from lingting.science.match import Policy, Relaxation
from lingting.science.simulate.arrivals import Arrivals
from lingting.science.simulate.durations import NEVER_GIVES_UP, Constant, Duration, ScenarioError

_NONE = Constant(0.0)
_ORDINARY = Policy()


@dataclass(frozen=True, slots=True)
class CallBack:
    """Who has waited `after_seconds` is offered a call back; `share` (0-1) of the customers accept.

    They then wait without giving up, at `priority`, and keep their place by the time they came.
    """

    after_seconds: float
    share: float = 1.0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """`share` (0-1) of the contacts go on to the contact named `to` when their handling ends."""

    to: str
    share: float


@dataclass(frozen=True, slots=True)
class Contact:
    """One sort of contact: who comes for what, and what it takes.

    name: unique. queue, skills, relaxations, priority, channel, weight, exclusive: as in `match.Work`.
    arrivals: None if it only comes by transfer. handling: time with the customer by an experienced agent;
        wrap_up: time after.
    unhurried: what an agent takes on top when nobody waits for him then, uninterrupted (after-call work
        shrinks under pressure).
    patience: how long a customer waits before he gives up. call_back, transfers: see there; transfer shares
        sum to at most 1.
    """

    name: str
    queue: str
    handling: Duration
    arrivals: Arrivals | None = None
    patience: Duration = NEVER_GIVES_UP
    wrap_up: Duration = _NONE
    unhurried: Duration = _NONE
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    relaxations: tuple[Relaxation, ...] = ()
    channel: str = "voice"
    weight: int = 1
    exclusive: bool = True
    call_back: CallBack | None = None
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True)
class Filler:
    """Work without end (outbound calls, back office) for agents who would be free, while `reserve` others
    stay free.
    """

    name: str
    queue: str
    handling: Duration
    skills: Mapping[str, int] = field(default_factory=dict)
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """One agent of the plan.

    queues, skills, capacity, channel_limits: as in `match.Agent`. spans: half-open times on duty, in order
        (breaks are the gaps).
    pace: factor on handling and wrap-up, 1 = experienced, 1.6 = a newcomer who needs 60 % longer;
        pace_by_queue overrides it.
    """

    id: int | str
    queues: Mapping[str, int]
    skills: Mapping[str, int] = field(default_factory=dict)
    capacity: int = 1
    channel_limits: Mapping[str, int] = field(default_factory=dict)
    spans: tuple[tuple[float, float], ...] = ((0.0, inf),)
    pace: float = 1.0
    pace_by_queue: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A centre and its customers over a time.

    horizon_seconds: nobody arrives later; what waits then is still served by who is on duty.
    interval_seconds: the grain of the result.
    crowding: factor on handling by the pieces of work an agent already has in hand when he takes another:
        (1.0, 1.2, 1.5) for chats that slow each other down; the last counts on.
    """

    contacts: tuple[Contact, ...]
    people: tuple[Person, ...]
    horizon_seconds: float
    interval_seconds: float = 1800.0
    filler: Filler | None = None
    policy: Policy = _ORDINARY
    crowding: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        _check_contacts(self.contacts)
        _check_people(self.people)
        if not 0 < self.horizon_seconds < inf:
            raise ScenarioError(f"horizon_seconds must be a finite number above 0, not {self.horizon_seconds}.")
        if not 0 < self.interval_seconds <= self.horizon_seconds:
            raise ScenarioError("interval_seconds must be above 0 and at most horizon_seconds.")
        if not self.crowding or not all(factor > 0 for factor in self.crowding):
            raise ScenarioError("crowding must hold one or more factors above 0.")


def team(count: int, *, queues: Mapping[str, int], prefix: str = "agent") -> tuple[Person, ...]:
    """`count` equal people on duty all the time, named prefix-1, prefix-2, …"""
    return tuple(Person(id=f"{prefix}-{number}", queues=queues) for number in range(1, count + 1))


def _check_contacts(contacts: tuple[Contact, ...]) -> None:
    names = [contact.name for contact in contacts]
    if not names or len(set(names)) < len(names):
        raise ScenarioError("A scenario needs one or more contacts, each with a name of its own.")
    for contact in contacts:
        shares = [transfer.share for transfer in contact.transfers]
        if any(share < 0 for share in shares) or sum(shares) > 1 + 1e-9:
            raise ScenarioError(f"Contact {contact.name!r}: transfer shares must be 0 or more and sum to at most 1.")
        for transfer in contact.transfers:
            if transfer.to not in names:
                raise ScenarioError(f"Contact {contact.name!r}: there is no contact {transfer.to!r} to transfer to.")
        offer = contact.call_back
        if offer is not None and not (0 <= offer.share <= 1 and offer.after_seconds >= 0):
            raise ScenarioError(f"Contact {contact.name!r}: the call back needs a share of 0-1 and a time of 0 or more.")
        if contact.weight < 1:
            raise ScenarioError(f"Contact {contact.name!r}: weight must be 1 or more, not {contact.weight}.")


def _check_people(people: tuple[Person, ...]) -> None:
    if len({person.id for person in people}) < len(people) or not people:
        raise ScenarioError("A scenario needs one or more people, each with an id of his own.")
    for person in people:
        edges = [edge for span in person.spans for edge in span]
        if edges != sorted(edges) or any(begin >= end or begin < 0 for begin, end in person.spans):
            raise ScenarioError(f"Person {person.id!r}: spans must be in order, apart, from 0 on, and not empty.")
        if not all(pace > 0 for pace in (person.pace, *person.pace_by_queue.values())):
            raise ScenarioError(f"Person {person.id!r}: pace must be above 0.")
