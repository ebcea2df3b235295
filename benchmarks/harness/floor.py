"""A floor of agents who take whatever they are offered, and customers whose conversations they hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from harness.centre import Centre
from harness.client import Event, Lost, Wires
from harness.people import Agent, Customer, Refused, each, insist

AT_ONCE = 8
Hear = Callable[[Agent, Event, float], None]


class Floor:
    """Agents at their desks: every offer is accepted at once, like a browser whose person is quick.

    `offered_at` tells for each conversation when its first offer reached a screen; `holder` who took it.
    """

    def __init__(self, centre: Centre, *, hear: Hear | None = None, live_ports: list[int] | None = None) -> None:
        ports = live_ports or [centre.live_port]
        self.agents = [
            Agent(ticket, port=centre.port, live_port=ports[place % len(ports)], hear=self._hear)
            for place, ticket in enumerate(centre.agents)
        ]
        self.offered_at: dict[int, float] = {}
        self.holder: dict[int, Agent] = {}
        self.case_of: dict[int, int] = {}
        self.refused = 0
        self.accepts = True
        self._also = hear
        self._running: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        await each(self.agents, lambda agent: agent.sit_down(), at_once=AT_ONCE)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await each(self.agents, lambda agent: agent.leave(), at_once=50)

    def _hear(self, agent: Agent, event: Event, at: float) -> None:
        if event["kind"] == "OfferMade" and event["data"]["account_id"] == agent.ticket.id:
            self.offered_at.setdefault(event["data"]["conversation_id"], at)
            if self.accepts:
                task = asyncio.get_running_loop().create_task(self._accept(agent, event))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
        elif event["kind"] == "ContactAnswered" and event["data"]["account_id"] == agent.ticket.id:
            self.holder[event["data"]["conversation_id"]] = agent
            self.case_of[event["data"]["conversation_id"]] = event["data"]["case_id"]
        if self._also is not None:
            self._also(agent, event, at)

    async def _accept(self, agent: Agent, event: Event) -> None:
        try:
            if not await insist(lambda: agent.accept(event["data"]["offer_id"]), seconds=15):
                self.refused += 1
        except (Lost, OSError, Refused):
            self.refused += 1


async def open_chats(centre: Centre, floor: Floor, *, count: int, spread: int = 12, seconds: float = 120.0) -> list[Customer]:
    """So many customers, each in a conversation that an agent has in hand. Raises `Refused` when some stay waiting."""
    wires = [Wires(centre.port, count=AT_ONCE, source_offset=part * AT_ONCE) for part in range(max(spread, count // 40))]
    people = [Customer(number, wires[number % len(wires)]) for number in range(count)]
    await each(people, lambda person: person.visit(), at_once=AT_ONCE)
    await each(people, lambda person: insist(lambda: person.begin("你好，在吗？"), seconds=10), at_once=AT_ONCE)
    deadline = time.perf_counter() + seconds
    while any(person.conversation not in floor.holder for person in people):
        if time.perf_counter() > deadline:
            waiting = sum(person.conversation not in floor.holder for person in people)
            raise Refused(f"{waiting} of {count} chats are in nobody's hands after {seconds:.0f} s")
        await asyncio.sleep(0.1)
    return people
