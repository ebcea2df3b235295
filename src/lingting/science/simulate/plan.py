"""A scenario in the arrays the event loop works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from lingting.science.match import Agent, Work
from lingting.science.match.demand import Demand
from lingting.science.match.floor import Floor, Load, members
from lingting.science.match.rule import NEVER, Ints
from lingting.science.simulate.arrays import Centre, State
from lingting.science.simulate.durations import Seconds
from lingting.science.simulate.scenario import Contact, Filler, Person, Scenario

_NO_LIMIT = 1 << 40


@dataclass(frozen=True, slots=True)
class Stage:
    """Contacts of one sort from one moment of their waiting on, as work for `match`."""

    contact: int
    work: Work
    from_seconds: float
    is_patient: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The arrays, and how to read them back.

    people: in the order of the arrays. first_kind[contact, accepts]: the kind of a newcomer by whether he
        would accept a
    call back. contact_of[kind]; the filler, if any, is the last contact.
    """

    centre: Centre
    people: tuple[Person, ...]
    first_kind: Ints
    contact_of: Ints

    def fresh_state(self, *, contacts: int) -> State:
        """An empty floor with nobody on duty."""
        agents, channels = self.centre.channel_limit.shape
        kinds, loads = len(self.centre.priority), len(self.centre.channel)
        return State(
            used=np.zeros(agents, np.int64),
            used_on=np.zeros((agents, channels), np.int64),
            hands=np.zeros(agents, np.int64),
            is_on=np.zeros(agents, np.int64),
            busy_since=np.zeros(agents),
            duty_since=np.zeros(agents),
            idle_order=np.zeros(agents, np.int64),
            standing=np.zeros(agents, np.int64),
            room=np.full((loads, agents), NEVER, np.int64),
            head=np.full(kinds, -1, np.int64),
            tail=np.full(kinds, -1, np.int64),
            behind=np.full(contacts, -1, np.int64),
            counters=np.zeros(3, np.int64),
        )


def plan_of(scenario: Scenario) -> Plan:
    """Lay a scenario out."""
    people = tuple(sorted(scenario.people, key=lambda person: person.id))
    stages, first_kind = _all_stages(scenario)
    loads: list[Load] = sorted({_load(stage.work) for stage in stages})
    channels = sorted({load[0] for load in loads})
    changes = _roster_changes(people)
    filler_kinds = [kind for kind, stage in enumerate(stages) if stage.contact == len(scenario.contacts)]
    centre = Centre(
        tier=_tiers(stages, people),
        pace=_paces(stages, people),
        priority=np.array([stage.work.priority for stage in stages], np.int64),
        next_kind=np.array([-1 if stage.is_last else kind + 1 for kind, stage in enumerate(stages)], np.int64),
        move_after=_move_after(stages),
        is_patient=np.array([stage.is_patient for stage in stages], np.int64),
        load_of=np.array([loads.index(_load(stage.work)) for stage in stages], np.int64),
        channel=np.array([channels.index(load[0]) for load in loads], np.int64),
        weight=np.array([load[1] for load in loads], np.int64),
        is_exclusive=np.array([load[2] for load in loads], np.int64),
        capacity=np.array([person.capacity for person in people], np.int64),
        channel_limit=_limits(people, channels),
        crowding=np.array(scenario.crowding, np.float64),
        change_at=np.array([at for at, _, _ in changes], np.float64),
        change_agent=np.array([agent for _, agent, _ in changes], np.int64),
        change_on=np.array([on for _, _, on in changes], np.int64),
        filler_kinds=np.array(filler_kinds, np.int64),
        filler_reserve=scenario.filler.reserve if scenario.filler else 0,
        ageing_seconds=float(scenario.policy.ageing_seconds),
        interval_seconds=float(scenario.interval_seconds),
    )
    return Plan(centre, people, first_kind, np.array([stage.contact for stage in stages], np.int64))


def _all_stages(scenario: Scenario) -> tuple[list[Stage], Ints]:
    stages: list[Stage] = []
    first_kind = np.full((len(scenario.contacts) + 1, 2), -1, np.int64)
    for place, contact in enumerate(scenario.contacts):
        share = contact.call_back.share if contact.call_back else 0.0
        for accepts in (False, True):
            if (accepts and share > 0) or (not accepts and share < 1):
                first_kind[place, int(accepts)] = len(stages)
                stages += _stages(contact, place=place, accepts=accepts)
    if scenario.filler:
        first_kind[-1, :] = len(stages)
        stages.append(Stage(len(scenario.contacts), _filler_work(scenario.filler), 0.0, True, True))
    return stages, first_kind


def _stages(contact: Contact, *, place: int, accepts: bool) -> list[Stage]:
    """What a contact becomes as it waits: at each relaxation, and at the call back for who accepts it."""
    offer = contact.call_back if accepts else None
    moments = {0.0, *(step.after_seconds for step in contact.relaxations)}
    if offer:
        moments.add(offer.after_seconds)
    begins = sorted(moments)
    stages = []
    for begin in begins:
        is_called_back = offer is not None and begin >= offer.after_seconds
        priority = offer.priority if offer is not None and is_called_back else contact.priority
        stages.append(Stage(place, _work(contact, priority), begin, is_called_back, begin == begins[-1]))
    return stages


def _work(contact: Contact, priority: int) -> Work:
    return Work(
        id=contact.name,
        queue=contact.queue,
        waiting_since=0.0,
        priority=priority,
        skills=contact.skills,
        relaxations=contact.relaxations,
        channel=contact.channel,
        weight=contact.weight,
        exclusive=contact.exclusive,
    )


def _filler_work(filler: Filler) -> Work:
    return Work(id=filler.name, queue=filler.queue, waiting_since=0.0, skills=filler.skills, channel="filler", exclusive=True)


def _load(work: Work) -> Load:
    return work.channel, work.weight, work.exclusive


def _tiers(stages: Sequence[Stage], people: Sequence[Person]) -> Ints:
    """How each stage suits each person: asked of `match` itself."""
    agents = [Agent(id=person.id, queues=person.queues, skills=person.skills) for person in people]
    demand = Demand(Floor(agents))
    tier = np.full((len(stages), len(agents)), NEVER, np.int64)
    for row, stage in zip(tier, stages, strict=True):
        kind = demand.kind_of(stage.work, now=stage.from_seconds)
        for value, places in demand.tiers(kind, among=kind.suited):
            row[members(places)] = value
    return tier


def _paces(stages: Sequence[Stage], people: Sequence[Person]) -> Seconds:
    return np.array([[one.pace_by_queue.get(str(stage.work.queue), one.pace) for one in people] for stage in stages], np.float64)


def _move_after(stages: Sequence[Stage]) -> Seconds:
    later = [inf if stage.is_last else stages[kind + 1].from_seconds for kind, stage in enumerate(stages)]
    return np.array(later, np.float64)


def _limits(people: Sequence[Person], channels: Sequence[str]) -> Ints:
    return np.array([[person.channel_limits.get(channel, _NO_LIMIT) for channel in channels] for person in people], np.int64)


def _roster_changes(people: Sequence[Person]) -> list[tuple[float, int, int]]:
    """Comings (1) and goings (0) in order of time; at the same moment goings come first, then agents by
    place.
    """
    changes = []
    for place, person in enumerate(people):
        for begin, end in person.spans:
            changes.append((begin, place, 1))
            if end < inf:
                changes.append((end, place, 0))
    return sorted(changes, key=lambda change: (change[0], change[2], change[1]))
