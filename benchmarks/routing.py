"""How fast waiting work reaches a person: the rule alone, then the whole way at 50 arrivals a second.

The rule: `science.match` with 1,000 agents and 5,000 waiting (`routing_match.py`, which prints its own line). The whole
way: customers ask their first question over HTTP, agents sit at live streams and accept what they are offered; measured
from just before the customer's request is sent to the offer's arrival on the agent's stream. Customers end their chats
after a while, so that there is always somebody with room.

    python benchmarks/routing.py [--seconds 30] [--agents 120] [--rate 50] [--stay 12] [--part rule|floor]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from dataclasses import dataclass, field

import orjson
import routing_match
from harness.centre import SEPARATE, TREE, Centre
from harness.client import Wires, run
from harness.floor import AT_ONCE, Floor
from harness.measuring import Load, cpu_seconds, machine, percentile, print_table, verdict
from harness.people import Customer, each

LIMIT_SECONDS = 0.300
CAPACITY = 12
SETTLE_SECONDS = 8.0


@dataclass
class Arrivals:
    """When each conversation was asked for, and what went wrong."""

    asked_at: dict[int, float] = field(default_factory=dict)
    answered_waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def arrive(people: list[Customer], found: Arrivals, *, rate: float, seconds: float, stay: float, seed: int) -> None:
    """First questions at random moments; each customer leaves again after a stay of that mean length."""
    chance = random.Random(seed)
    began, due = time.perf_counter(), 0.0
    tasks: list[asyncio.Task[None]] = []
    for person in people:
        due += chance.expovariate(rate)
        if due > seconds:
            break
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        tasks.append(asyncio.get_running_loop().create_task(_ask(person, found, stay=chance.uniform(0.5, 1.5) * stay)))
    else:
        raise RuntimeError("too few customers for this rate")
    await asyncio.gather(*tasks)


async def _ask(person: Customer, found: Arrivals, *, stay: float) -> None:
    began = time.perf_counter()
    try:
        await person.begin("机器有点漏水，师傅明天上午能来吗？")
        found.asked_at[person.conversation] = began
        found.answered_waits.append(time.perf_counter() - began)
        await asyncio.sleep(stay)
        path = f"/api/v1/chat/conversations/{person.conversation}/end"
        answer = await person.wires.request("POST", path, headers=person.headers, body=orjson.dumps({}))
        if answer.status != 200:
            found.failures.append(f"end: {answer.status} {answer.body[:100].decode()}")
    except Exception as error:  # noqa: BLE001  (counted as a failure of the run)
        found.failures.append(f"ask: {error}")


async def measure(centre: Centre, given: argparse.Namespace) -> int:
    floor, found = Floor(centre), Arrivals()
    await floor.open()
    count = int(given.rate * given.seconds * 1.2) + 50
    wires = [Wires(centre.port, count=AT_ONCE, source_offset=part * AT_ONCE) for part in range(max(12, count // 40))]
    people = [Customer(number, wires[number % len(wires)]) for number in range(count)]
    await each(people, lambda person: person.visit(), at_once=AT_ONCE)
    pids, load = centre.application_pids() + centre.database_pids(), Load.now()
    before, own, began = cpu_seconds(pids), time.process_time(), time.perf_counter()
    await arrive(people, found, rate=given.rate, seconds=given.seconds, stay=given.stay, seed=20261121)
    took, spent = time.perf_counter() - began, cpu_seconds(pids) - before
    foreign = load.foreign_share(Load.now(), own_seconds=spent + time.process_time() - own)
    deadline = time.perf_counter() + SETTLE_SECONDS
    while len(found.asked_at.keys() - floor.offered_at.keys()) and time.perf_counter() < deadline:
        await asyncio.sleep(0.1)
    await floor.close()
    waits = [floor.offered_at[pk] - asked for pk, asked in found.asked_at.items() if pk in floor.offered_at]
    unoffered = len(found.asked_at) - len(waits)
    print_table(
        [
            (f"arrivals in {given.seconds:.0f} s, {len(floor.agents)} agents", f"{len(found.asked_at):8d}"),
            ("customer's own answer: median / p99 (ms)", _ms(found.answered_waits)),
            ("arrival to offer on the agent's stream: median / p99 / worst (ms)", _ms(waits, 0.5, 0.99, 1.0)),
            ("never offered", f"{unoffered:8d}"),
            ("offers gone when accepted", f"{floor.refused:8d}"),
            ("CPU of centre, database included (cores)", f"{spent / took:8.2f}"),
            ("CPU of the machine spent by strangers meanwhile", f"{foreign:8.0%}"),
            ("failures" + (f", such as {found.failures[0][:80]}" if found.failures else ""), f"{len(found.failures):8d}"),
        ]
    )
    held = {"all were offered": unoffered == 0, "no failures": not found.failures, "somebody came": bool(waits)}
    return verdict("routing", ratio=LIMIT_SECONDS / percentile(waits, 0.99) if waits else 0.0, target=1.0, also=held)


def _ms(waits: list[float], *shares: float) -> str:
    return " / ".join(f"{percentile(waits, share) * 1000:.0f}" for share in shares or (0.5, 0.99))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--agents", type=int, default=120)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--stay", type=float, default=12, help="mean seconds until the customer ends the chat")
    parser.add_argument("--shape", choices=(TREE, SEPARATE), default=TREE)
    parser.add_argument("--part", choices=("rule", "floor", "both"), default="both")
    given = parser.parse_args()
    print(machine())
    codes = [routing_match.main()] if given.part != "floor" else []
    if given.part != "rule":
        with Centre(given.shape, agents=given.agents, capacity=CAPACITY) as centre:
            codes.append(run(measure(centre, given)))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
