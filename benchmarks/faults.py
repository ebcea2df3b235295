"""Kill -9, one after another, of everything, under load: nothing acknowledged is lost, doubled or in two hands.

A tree as `lingting up` starts it, and beside it a web process (granian), a stream process and a second router, on one
database. Customers speak and agents accept through both entrances all the time and behave like the widget and the desk:
they send again with the same client key until they are acknowledged, and come back to the stream with their cursor.
Killed in turn: web, stream, one-port, the leading router, worker, PostgreSQL. What is ours is started again by this
script as a service manager would; the tree and the embedded database bring back their own.

    python benchmarks/faults.py [--gap 10] [--customers 40] [--agents 10] [--short]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import time
import uuid
from dataclasses import dataclass, field

import psycopg
from harness.centre import BOTH, Centre
from harness.client import Event, Stream, Wire, loopback_address, run
from harness.floor import Floor
from harness.measuring import descendants, machine, parent_of, print_table, verdict
from harness.people import Customer, Refused, each, insist, sentences

TAKEOVER_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
SETTLE_SECONDS = 30.0
ORPHAN_SECONDS = 10.0
VICTIMS = ("web", "stream", "one-port", "router", "worker", "postgresql")


@dataclass
class Story:
    """What the clients and the script saw."""

    acknowledged: set[str] = field(default_factory=set)
    waits: list[tuple[float, float]] = field(default_factory=list)
    repeats: int = 0
    killed: list[tuple[str, float, float]] = field(default_factory=list)
    orphans: int = 0
    takeover_seconds: float = float("nan")
    failures: list[str] = field(default_factory=list)


class Talker:
    """A customer with a stream of her own, who says something every second or so and never gives up on it."""

    def __init__(self, number: int, centre: Centre, story: Story) -> None:
        is_split = number % 2 == 1
        port = centre.web_port if is_split else centre.port
        self._live_port = centre.stream_port if is_split else centre.port
        self.customer = Customer(number, Wire(port, source=loopback_address(number)))
        self.stream: Stream | None = None
        self._story = story
        self._words = sentences(number)
        self._pause = random.Random(number)

    async def open(self) -> None:
        await insist(self.customer.visit, seconds=PATIENCE_SECONDS)
        key = str(uuid.uuid4())
        await insist(lambda: self.customer.begin(next(self._words), key=key), seconds=PATIENCE_SECONDS)
        self._story.acknowledged.add(key)
        self.stream = Stream(
            self._live_port, topics=self.customer.topic, token=self.customer.token, after=self.customer.cursor,
            hear=_nothing,
        ).start()  # fmt: skip

    async def talk(self, until: asyncio.Event) -> None:
        while not until.is_set():
            await asyncio.sleep(self._pause.uniform(0.4, 1.6))
            key, text, began = str(uuid.uuid4()), next(self._words), time.perf_counter()
            try:
                await insist(lambda key=key, text=text: self._say(key, text), seconds=PATIENCE_SECONDS)
            except (Refused, OSError) as error:
                self._story.failures.append(f"never acknowledged: {error}")
                return
            self._story.acknowledged.add(key)
            self._story.waits.append((began, time.perf_counter()))

    async def _say(self, key: str, text: str) -> None:
        try:
            await self.customer.say(text, key=key)
        except (Refused, OSError):
            self._story.repeats += 1
            raise


def _nothing(event: Event, at: float) -> None:
    """The stream itself remembers what it heard."""


async def kill_in_turn(centre: Centre, story: Story, *, gap: float) -> None:
    """Every victim once, `gap` seconds apart; a keeper brings back what is ours meanwhile."""
    keeper = asyncio.get_running_loop().create_task(_keep(centre))
    try:
        for victim in VICTIMS:
            await asyncio.sleep(gap)
            pid = await asyncio.to_thread(_pid_of, centre, victim)
            family = descendants(pid)[1:]
            began = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            if victim == "web":
                story.orphans = await asyncio.to_thread(_orphans, family)
            if victim == "router":
                story.takeover_seconds = await asyncio.to_thread(_takeover, centre, pid)
            story.killed.append((victim, began, time.perf_counter()))
        await asyncio.sleep(gap)
    finally:
        keeper.cancel()


async def _keep(centre: Centre) -> None:
    while True:
        await asyncio.sleep(0.5)
        await asyncio.to_thread(centre.revive)


def _pid_of(centre: Centre, victim: str) -> int:
    deadline = time.monotonic() + 15
    while True:
        pid = _now(centre, victim)
        if pid:
            return pid
        if time.monotonic() > deadline:
            raise RuntimeError(f"there is no {victim} to kill")
        time.sleep(0.2)


def _now(centre: Centre, victim: str) -> int:
    if victim == "postgresql":
        return centre.server.pid or 0
    if victim == "router":
        return centre.leader_pid()
    found = centre.duties().get(victim, [])
    return found[0] if found else 0


def _orphans(family: list[int]) -> int:
    """How many children of a killed parent do not go by themselves; they are ended, for the next one's sake."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    time.sleep(1)  # a parent that was killed may still be going itself
    while (living := [pid for pid in family if parent_of(pid) == 1]) and time.monotonic() < deadline:
        time.sleep(0.2)
    for pid in living:
        os.kill(pid, signal.SIGKILL)
    return len(living)


def _takeover(centre: Centre, killed: int) -> float:
    """Seconds until another router leads and has done its first sweep."""
    began, moment = time.perf_counter(), time.time()
    while time.perf_counter() - began < 30:
        with contextlib.suppress(psycopg.Error), centre.connect() as connection:
            row = connection.execute("SELECT process, extract(epoch FROM beat_at) FROM routing_routerlease").fetchone()
            if row and not row[0].endswith(f":{killed}") and float(row[1]) > moment:
                return time.perf_counter() - began
        time.sleep(0.02)
    return float("inf")


@dataclass(frozen=True)
class Truth:
    """What the database says in the end, as counts of what must not be. `expected` are deliveries that were due."""

    missing: int
    doubled: int
    two_owners: int
    forgotten: int
    strange_owner: int
    unheard: int
    expected: int


_DOUBLED = """
SELECT count(*) FROM (
    SELECT 1 FROM desk_message WHERE client_key IS NOT NULL GROUP BY client_key HAVING count(*) > 1) AS several
"""
_TWO_OWNERS = """
SELECT count(*) FROM (
    SELECT 1 FROM routing_assignment WHERE ended_at IS NULL GROUP BY conversation_id HAVING count(*) > 1) AS several
"""
_FORGOTTEN = """
SELECT count(*) FROM chat_chatsession s JOIN desk_conversation t ON t.id = s.conversation_id
WHERE t.ended_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM routing_assignment a WHERE a.conversation_id = t.id AND a.ended_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM routing_contact c WHERE c.conversation_id = t.id AND c.ended_at IS NULL)
"""
_STRANGE = """
SELECT count(*) FROM routing_assignment a
JOIN desk_conversation t ON t.id = a.conversation_id JOIN desk_case f ON f.id = t.case_id
WHERE a.ended_at IS NULL AND f.assignee_id IS DISTINCT FROM a.account_id
"""
_TOLD = "SELECT id, topics FROM timeline_entry WHERE id > %s AND live IS NOT NULL AND topics <> '{}'"


def last_entry(centre: Centre) -> int:
    with centre.connect() as connection:
        row = connection.execute("SELECT coalesce(max(id), 0) FROM timeline_entry").fetchone()
    assert row is not None
    return int(row[0])


def look(centre: Centre, story: Story, streams: dict[str, Stream], *, since_id: int) -> Truth:
    """Compares what was acknowledged and heard with what is stored; `streams` by the topic they must hear."""
    with centre.connect() as connection:

        def count(query: str) -> int:
            row = connection.execute(query).fetchone()
            assert row is not None
            return int(row[0])

        keys = {row[0] for row in connection.execute("SELECT client_key::text FROM desk_message WHERE client_key IS NOT NULL")}
        due: dict[str, set[int]] = {topic: set() for topic in streams}
        for number, topics in connection.execute(_TOLD, [since_id]):
            for topic in due.keys() & set(topics):
                due[topic].add(number)
        return Truth(
            missing=len(story.acknowledged - keys), doubled=count(_DOUBLED), two_owners=count(_TWO_OWNERS),
            forgotten=count(_FORGOTTEN), strange_owner=count(_STRANGE),
            unheard=sum(len(due[topic] - stream.known) for topic, stream in streams.items() if not stream.reloads),
            expected=sum(len(ids) for ids in due.values()),
        )  # fmt: skip


async def measure(centre: Centre, given: argparse.Namespace) -> int:
    story = Story()
    floor = Floor(centre, live_ports=[centre.port, centre.stream_port])
    await floor.open()
    talkers = [Talker(number, centre, story) for number in range(given.customers)]
    await each(talkers, lambda talker: talker.open(), at_once=8)
    streams = {talker.customer.topic: talker.stream for talker in talkers if talker.stream}
    for stream in streams.values():
        await asyncio.wait_for(stream.opened.wait(), 30)
    streams |= {f"account:{agent.ticket.id}": agent.stream for agent in floor.agents}
    await asyncio.sleep(2)
    since_id, until = await asyncio.to_thread(last_entry, centre), asyncio.Event()
    talking = [asyncio.get_running_loop().create_task(talker.talk(until)) for talker in talkers]
    await kill_in_turn(centre, story, gap=given.gap)
    until.set()
    await asyncio.gather(*talking)
    ended = time.perf_counter()
    truth = await _settled(centre, story, streams, since_id=since_id)
    caught_up = time.perf_counter() - ended
    for stream in streams.values():
        await stream.stop()
    return report(story, truth, list(streams.values()), ended=ended, caught_up=caught_up)


async def _settled(centre: Centre, story: Story, streams: dict[str, Stream], *, since_id: int) -> Truth:
    """Looks until all is as it must be, or the time for it is over."""
    deadline = time.perf_counter() + SETTLE_SECONDS
    while True:
        await asyncio.sleep(0.5)
        truth = await asyncio.to_thread(look, centre, story, streams, since_id=since_id)
        if truth.unheard == truth.forgotten == truth.strange_owner == 0 or time.perf_counter() > deadline:
            return truth


def report(story: Story, truth: Truth, streams: list[Stream], *, ended: float, caught_up: float) -> int:
    ends = [begun for _victim, begun, _at in story.killed[1:]] + [ended]
    waits = [
        (f"killed {victim}: the longest wait for an acknowledgement (s)", f"{_longest(story.waits, start, end):8.2f}")
        for (victim, start, _at), end in zip(story.killed, ends, strict=True)
    ]
    print_table(
        [
            ("messages acknowledged", f"{len(story.acknowledged):8d}"),
            ("sent again because nobody answered or it failed", f"{story.repeats:8d}"),
            *waits,
            ("children that outlived the killed web process", f"{story.orphans:8d}"),
            ("second router leads after (s)", f"{story.takeover_seconds:8.2f}"),
            ("acknowledged but not stored / stored twice", f"{truth.missing:8d} / {truth.doubled}"),
            ("conversations with two owners", f"{truth.two_owners:8d}"),
            ("live conversations neither waiting nor owned", f"{truth.forgotten:8d}"),
            ("owned by another than the case says", f"{truth.strange_owner:8d}"),
            ("deliveries due / never heard", f"{truth.expected:8d} / {truth.unheard}"),
            ("heard again after a reconnect and dropped by id", f"{sum(stream.repeats for stream in streams):8d}"),
            ("streams opened / told to reload", f"{sum(s.openings for s in streams):8d} / {sum(s.reloads for s in streams)}"),
            ("everything settled after the last word (s)", f"{caught_up:8.1f}"),
            ("failures" + (f", such as {story.failures[0][:80]}" if story.failures else ""), f"{len(story.failures):8d}"),
        ]
    )
    held = {
        "no message lost": truth.missing == 0,
        "no message doubled": truth.doubled == 0,
        "one owner at most": truth.two_owners == 0,
        "no live conversation forgotten": truth.forgotten == 0,
        "case and assignment agree": truth.strange_owner == 0,
        "every client caught up": truth.unheard == 0 and truth.expected > 0,
        "nobody gave up": not story.failures,
        "nothing outlives its killed parent": story.orphans == 0,
        "all were killed": [victim for victim, _start, _end in story.killed] == list(VICTIMS),
    }
    return verdict("faults", ratio=TAKEOVER_SECONDS / story.takeover_seconds, target=1.0, also=held)


def _longest(waits: list[tuple[float, float]], start: float, end: float) -> float:
    """The longest a message took that was on its way in a period, all its repeats included."""
    return max((after - before for before, after in waits if after > start and before < end), default=0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gap", type=float, default=10, help="seconds between two kills")
    parser.add_argument("--customers", type=int, default=40)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--short", action="store_true", help="as the tests run it")
    given = parser.parse_args()
    if given.short:
        given.gap, given.customers, given.agents = 3.0, 8, 3
    print(machine())
    with Centre(BOTH, agents=given.agents, capacity=given.customers // given.agents + 5) as centre:
        return run(measure(centre, given))


if __name__ == "__main__":
    sys.exit(main())
