"""The simulator decides as `match` does: a slow centre that asks `match` at every event gives the same
story.
"""

from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from math import inf

import numpy as np
import pytest

from lingting.science.match import Agent, Id, Work, match
from lingting.science.simulate import (
    Contact,
    ContactLog,
    Exponential,
    Person,
    PoissonArrivals,
    Relaxation,
    Scenario,
    simulate,
)
from lingting.science.simulate.draws import draw_customers
from lingting.science.simulate.plan import plan_of

SEED = 7


def mixed_centre() -> Scenario:
    """Calls and chats, VIPs, scarce skills that relax, back-up queues, a break: everything competes."""
    calls = {"handling": Exponential(60.0), "patience": Exponential(90.0)}
    contacts = (
        Contact("calls", "service", arrivals=PoissonArrivals([60], 1200.0), **calls),
        Contact(
            "vip",
            "service",
            arrivals=PoissonArrivals([15], 1200.0),
            priority=2,
            skills={"vip": 2},
            relaxations=(Relaxation(20.0, "vip", 1), Relaxation(50.0, "vip")),
            **calls,
        ),
        Contact(
            "chats",
            "web",
            arrivals=PoissonArrivals([90], 1200.0),
            channel="chat",
            exclusive=False,
            handling=Exponential(100.0),
            patience=Exponential(60.0),
        ),
        Contact(
            "mails",
            "web",
            arrivals=PoissonArrivals([20], 1200.0),
            channel="mail",
            exclusive=False,
            weight=2,
            handling=Exponential(80.0),
        ),
    )
    people = (
        Person(1, {"service": 1}),
        Person(2, {"service": 1, "web": 2}, {"vip": 1}, capacity=3),
        Person(3, {"service": 2, "web": 1}, {"vip": 3}, capacity=4, channel_limits={"mail": 2}),
        Person(4, {"web": 1}, capacity=3, spans=((0.0, 300.0), (450.0, inf))),
        Person(5, {"web": 1, "service": 3}, {"vip": 1}, capacity=2, pace=1.5),
        Person(6, {"service": 1}, {"vip": 2}, spans=((200.0, 900.0),)),
    )
    return Scenario(contacts, people, horizon_seconds=1200.0, interval_seconds=600.0)


@dataclass
class SlowCentre:
    """Every event, a full round of `match` over all that waits and all on duty."""

    scenario: Scenario
    waiting: dict[Id, Work] = field(default_factory=dict)
    agents: dict[Id, Agent] = field(default_factory=dict)
    on_duty: set[Id] = field(default_factory=set)
    events: list[tuple[float, int, int, int]] = field(default_factory=list)
    answered: dict[int, tuple[float, Id]] = field(default_factory=dict)

    def play(self) -> dict[int, tuple[float, Id]]:
        plan = plan_of(self.scenario)
        self.customers = draw_customers(self.scenario, plan=plan, seed=SEED, run=0)
        self.contact_of = [self.scenario.contacts[int(plan.contact_of[kind])] for kind in self.customers.kind]
        for person in self.scenario.people:
            self.agents[person.id] = Agent(person.id, person.queues, person.skills, person.capacity, {}, person.channel_limits)
            for begin, end in person.spans:
                heappush(self.events, (begin, 1, int(person.id), 1))
                if end < inf:
                    heappush(self.events, (end, 0, int(person.id), 0))
        for number in range(self.customers.arriving):
            heappush(self.events, (self.customers.arrive_at[number], 4, number, 0))
            for step in self.contact_of[number].relaxations:
                heappush(self.events, (self.customers.arrive_at[number] + step.after_seconds, 3, number, 0))
        while self.events:
            now, what, number, on = heappop(self.events)
            self.happen(now, what, number, on)
            self.route(now)
        return self.answered

    def happen(self, now: float, what: int, number: int, on: int) -> None:
        if what <= 1:
            self.on_duty.symmetric_difference_update({number})
            self.agents[number] = replace(self.agents[number], idle_since=now)
        elif what == 2:
            contact, agent_id = self.contact_of[number], self.answered[number][1]
            self.hold(agent_id, contact, -1)
            self.agents[agent_id] = replace(self.agents[agent_id], idle_since=now)
        elif what == 4:
            contact = self.contact_of[number]
            self.waiting[number] = Work(
                number,
                contact.queue,
                now,
                contact.priority,
                contact.skills,
                contact.relaxations,
                contact.channel,
                contact.weight,
                contact.exclusive,
            )

    def route(self, now: float) -> None:
        for number in list(self.waiting):
            if self.customers.arrive_at[number] + self.customers.patience[number] <= now:
                del self.waiting[number]
        ready = [agent for agent in self.agents.values() if agent.id in self.on_duty]
        for pair in match(self.waiting.values(), agents=ready, now=now).pairs:
            number = int(pair.work_id)
            contact = self.contact_of[number]
            person = next(one for one in self.scenario.people if one.id == pair.agent_id)
            self.answered[number] = (now, pair.agent_id)
            self.hold(pair.agent_id, contact, 1)
            heappush(self.events, (now + self.customers.handling[number] * person.pace, 2, number, 0))
            del self.waiting[number]

    def hold(self, agent_id: Id, contact: Contact, sign: int) -> None:
        agent = self.agents[agent_id]
        units = sign * (agent.capacity if contact.exclusive else contact.weight)
        used = {**agent.used, contact.channel: agent.used.get(contact.channel, 0) + units}
        self.agents[agent_id] = replace(agent, used=used)


def story(log: ContactLog) -> dict[int, tuple[float, Id]]:
    """Contact to moment and agent (persons are numbered from 1)."""
    return {int(n): (log.answered_at[n], int(log.agent[n]) + 1) for n in np.flatnonzero(log.agent >= 0)}


def test_simulating_is_matching_at_every_event() -> None:
    scenario = mixed_centre()
    log = simulate(scenario, seed=SEED, runs=1, engine="plain", keep_logs=True).logs[0]
    expected = SlowCentre(scenario).play()
    assert len(expected) > 120
    assert (log.gave_up_at > 0).sum() > 20
    assert story(log) == expected


def test_compiled_and_plain_tell_the_same_story() -> None:
    pytest.importorskip("numba")
    scenario = mixed_centre()
    plain = simulate(scenario, seed=SEED, runs=2, engine="plain", keep_logs=True)
    compiled = simulate(scenario, seed=SEED, runs=2, engine="compiled", keep_logs=True)
    for one, other in zip(plain.logs, compiled.logs, strict=True):
        np.testing.assert_array_equal(one.agent, other.agent)
        np.testing.assert_allclose(one.answered_at, other.answered_at, rtol=1e-12)
    np.testing.assert_allclose(plain.busy_seconds, compiled.busy_seconds)
