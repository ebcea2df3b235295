"""From a customer's words to the agent's screen: 2,000 open chats, 300 agents, 100 messages a second.

Every chat was offered by the router and accepted by an agent over HTTP. All customers and agents hold a live stream.
An agent looks at one of her chats, like a person: when a message of that chat is heard, her browser fetches the
partial that shows it, which is the agent's screen; for the others the event itself is what changes. Measured from just
before the customer's request is sent. With `--desk` browsers also fetch the row and the counts of the list as the
desk's scripts do.

    python benchmarks/chat.py [--seconds 60] [--chats 2000] [--agents 300] [--rate 100] [--desk] [--shape tree|separate]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from harness.centre import SEPARATE, TREE, Centre
from harness.client import Event, Stream, run
from harness.floor import Floor, open_chats
from harness.measuring import Load, cpu_seconds, machine, memory_mb, percentile, print_table, verdict
from harness.people import Agent, Customer, each, sentences

LIMIT_SECONDS = 0.200
ROWS_PAUSE, COUNTS_PAUSE = 0.25, 3.0
SETTLE_SECONDS = 5.0
_MARK = re.compile(r"\[([0-9a-f]{8})\]")


@dataclass
class Heard:
    """What arrived where. Waits are seconds from the customer's request."""

    sent_at: dict[str, float] = field(default_factory=dict)
    event_waits: list[float] = field(default_factory=list)
    screen_waits: list[float] = field(default_factory=list)
    agent_times: Counter[str] = field(default_factory=Counter)
    own_times: Counter[str] = field(default_factory=Counter)
    unshown: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    refreshes: int = 0


class Screens:
    """What the agents' browsers do with what they hear."""

    def __init__(self, heard: Heard, *, desk: bool) -> None:
        self.heard = heard
        self.looks_at: dict[int, int] = {}
        self._desk = desk
        self._known: dict[int, int] = {}
        self._fetching: set[int] = set()
        self._shown: set[str] = set()
        self._wants: dict[int, list[str]] = {}
        self._rows: dict[int, set[int]] = {}
        self._counted: dict[int, float] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def hear(self, agent: Agent, event: Event, at: float) -> None:
        data = event["data"]
        if event["kind"] == "MessageAdded" and (sent := self.heard.sent_at.get(data["client_key"])) is not None:
            self.heard.agent_times[data["client_key"]] += 1
            self.heard.event_waits.append(at - sent)
            if self.looks_at.get(agent.ticket.id) == data["case_id"]:
                self._wants.setdefault(agent.ticket.id, []).append(data["client_key"])
                if agent.ticket.id not in self._fetching:
                    self._spawn(self._show(agent, data["case_id"]))
        if self._desk and "case_id" in data and self.heard.sent_at:
            self._touch(agent, data["case_id"])

    async def _show(self, agent: Agent, case_id: int) -> None:
        """Fetches what is new, one request at a time, as the desk's script does."""
        person = agent.ticket.id
        self._fetching.add(person)
        try:
            while wanted := self._wants.pop(person, []):
                answer = await agent.get(f"/desk/cases/{case_id}/messages/?after={self._known.get(person, 0)}", part=False)
                now, text = time.perf_counter(), answer.body.decode()
                if answer.status != 200:
                    self.heard.failures.append(f"messages: {answer.status}")
                self._known[person] = max([self._known.get(person, 0), *_ids(text)])
                self._shown.update(_MARK.findall(text))
                for key in wanted:
                    self.heard.screen_waits.append(now - self.heard.sent_at[key])
                    if key[:8] not in self._shown:
                        self.heard.unshown.append(key)
        except OSError as error:
            self.heard.failures.append(f"messages: {error}")
        finally:
            self._fetching.discard(person)

    def _touch(self, agent: Agent, case_id: int) -> None:
        rows = self._rows.setdefault(agent.ticket.id, set())
        if not rows:
            self._spawn(self._refresh(agent, rows))
        rows.add(case_id)

    async def _refresh(self, agent: Agent, rows: set[int]) -> None:
        await asyncio.sleep(ROWS_PAUSE)
        ids = ",".join(str(each_of) for each_of in sorted(rows)[:50])
        rows.clear()
        now = time.perf_counter()
        paths = [f"/desk/mine/rows/?ids={ids}"]
        if now - self._counted.get(agent.ticket.id, 0.0) > COUNTS_PAUSE:
            self._counted[agent.ticket.id] = now
            paths.append("/desk/counts/")
        for path in paths:
            answer = await agent.get(path)
            self.heard.refreshes += 1
            if answer.status != 200:
                self.heard.failures.append(f"{path}: {answer.status}")

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _ids(text: str) -> list[int]:
    return [int(part.partition('"')[0]) for part in text.split('data-id="')[1:]]


async def talk(people: list[Customer], heard: Heard, *, rate: float, seconds: float, seed: int) -> None:
    """Messages at random moments (a Poisson stream), each by another customer, in an order shuffled anew each round."""
    chance, texts = random.Random(seed), sentences(seed)
    began, due, tasks = time.perf_counter(), 0.0, set()
    order: list[Customer] = []
    while (due := due + chance.expovariate(rate)) < seconds:
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        if not order:
            order = chance.sample(people, len(people))
        task = asyncio.get_running_loop().create_task(_say(order.pop(), next(texts), heard))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _say(person: Customer, text: str, heard: Heard) -> None:
    key = str(uuid.uuid4())
    heard.sent_at[key] = time.perf_counter()
    try:
        await person.say(f"{text} [{key[:8]}]", key=key)
    except Exception as error:  # noqa: BLE001  (counted as a failure of the run)
        heard.failures.append(f"say: {error}")


async def measure(centre: Centre, given: argparse.Namespace) -> Heard:
    heard = Heard()
    screens = Screens(heard, desk=given.desk)
    floor = Floor(centre, hear=screens.hear)
    began = time.perf_counter()
    await floor.open()
    people = await open_chats(centre, floor, count=given.chats, seconds=given.chats / 5 + 60)
    streams = await _listen(centre, people, heard)
    for conversation, agent in floor.holder.items():
        screens.looks_at.setdefault(agent.ticket.id, floor.case_of[conversation])
    print(f"{given.chats} chats in the hands of {len(floor.agents)} agents after {time.perf_counter() - began:.0f} s", flush=True)
    await asyncio.sleep(2)
    pids, before, load = centre.application_pids() + centre.database_pids(), 0.0, Load.now()
    before, own = cpu_seconds(pids), time.process_time()
    memory = memory_mb(centre.application_pids())
    started = time.perf_counter()
    await talk(people, heard, rate=given.rate, seconds=given.seconds, seed=20261121)
    took, spent = time.perf_counter() - started, cpu_seconds(pids) - before
    foreign = load.foreign_share(Load.now(), own_seconds=spent + time.process_time() - own)
    await _settle(heard, screens)
    await each(streams, lambda stream: stream.stop(), at_once=100)
    await floor.close()
    print_table(
        [
            ("memory of the application before (PSS, MB)", f"{memory:8.0f}"),
            ("CPU of centre, database included (cores)", f"{spent / took:8.2f}"),
            ("CPU of the load itself (cores)", f"{(time.process_time() - own) / took:8.2f}"),
            ("CPU of the machine spent by strangers meanwhile", f"{foreign:8.0%}"),
        ]
    )
    return heard


async def _listen(centre: Centre, people: list[Customer], heard: Heard) -> list[Stream]:
    """Every customer's widget has its stream too."""

    def hear(event: Event, at: float) -> None:
        if event["kind"] == "MessageAdded" and event["data"]["client_key"] in heard.sent_at:
            heard.own_times[event["data"]["client_key"]] += 1

    streams = [
        Stream(centre.live_port, topics=person.topic, token=person.token, after=person.cursor, hear=hear) for person in people
    ]

    async def open_one(stream: Stream) -> None:
        await asyncio.wait_for(stream.start().opened.wait(), 30)

    await each(streams, open_one, at_once=20)
    return streams


async def _settle(heard: Heard, screens: Screens) -> None:
    deadline = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < deadline:
        if len(heard.agent_times) == len(heard.own_times) == len(heard.sent_at) and not screens.tasks:
            return
        await asyncio.sleep(0.1)


def report(heard: Heard) -> int:
    sent = len(heard.sent_at)
    lost = sum(key not in heard.agent_times for key in heard.sent_at)
    lost_own = sum(key not in heard.own_times for key in heard.sent_at)
    doubled = sum(times > 1 for times in heard.agent_times.values()) + sum(times > 1 for times in heard.own_times.values())

    def ms(waits: list[float]) -> str:
        return " / ".join(f"{percentile(waits, share) * 1000:.0f}" for share in (0.5, 0.9, 0.99, 1.0))

    print_table(
        [
            ("messages sent", f"{sent:8d}"),
            ("event on the agent's stream: median / p90 / p99 / worst (ms)", ms(heard.event_waits)),
            (f"on her screen ({len(heard.screen_waits)} partials): median / p90 / p99 / worst (ms)", ms(heard.screen_waits)),
            ("lost on the agent's stream / on the customer's own", f"{lost:8d} / {lost_own}"),
            ("doubled", f"{doubled:8d}"),
            ("partials that did not show the message", f"{len(heard.unshown):8d}"),
            ("rows and counts fetched besides", f"{heard.refreshes:8d}"),
            ("failures" + (f", such as {heard.failures[0][:80]}" if heard.failures else ""), f"{len(heard.failures):8d}"),
        ]
    )
    worst = max(percentile(heard.event_waits, 0.99), percentile(heard.screen_waits or [0.0], 0.99))
    held = {"none lost": lost + lost_own == 0, "none doubled": doubled == 0, "no failures": not heard.failures}
    held["every partial shows its message"] = not heard.unshown
    return verdict("chat", ratio=LIMIT_SECONDS / worst, target=1.0, also=held)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--agents", type=int, default=300)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--desk", action="store_true", help="browsers also refresh the list's rows and counts")
    parser.add_argument("--shape", choices=(TREE, SEPARATE), default=TREE)
    given = parser.parse_args()
    print(machine())
    with Centre(given.shape, agents=given.agents, capacity=given.chats // given.agents + 5) as centre:
        heard = run(measure(centre, given))
    return report(heard)


if __name__ == "__main__":
    sys.exit(main())
