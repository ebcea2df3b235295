"""Customer messages that the centre accepts a second, beside what PostgreSQL alone can insert and commit.

Many visitors of the shop, whose chats agents have in hand, speak over the public chat API: token, limits, one message
per client key, the fact on the timeline, the search index, one commit on disk. The yardstick is pgbench with four
clients that insert one row and commit, on the same server in the same run. CPU is that of all processes of the
application and the database. Second part: cases taken over by the import API with a result for each, beside psycopg's
pipeline of 50 rows a commit.

    python benchmarks/intake.py [--seconds 20] [--at-once 32] [--visitors 800] [--shape tree|separate] [--part messages|import]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import orjson
from harness.centre import SEPARATE, TREE, Centre
from harness.client import Wire, run
from harness.floor import Floor, open_chats
from harness.measuring import Load, cpu_seconds, machine, percentile, print_table, verdict
from harness.people import each, sentences
from harness.pgbench import pipeline_rate, single_inserts

RATIO, CPU_MS, IMPORT_RATIO = 0.10, 2.0, 0.40
BURST = 40  # of one visitor in one run; the limit is 30 at a stroke and one a second
AGENTS = 20


@dataclass(frozen=True)
class Intake:
    """`rate` messages a second were acknowledged; CPU is milliseconds a message; waits are seconds."""

    accepted: int
    rate: float
    application_ms: float
    database_ms: float
    duties_ms: dict[str, float]
    load_ms: float
    waits: list[float]
    foreign_share: float


async def take_in(centre: Centre, *, visitors: int, at_once: int, seconds: float) -> Intake:
    """Lets visitors in conversation with agents speak without pause, so many at a time."""
    floor = Floor(centre)
    await floor.open()
    people = await open_chats(centre, floor, count=visitors)
    await asyncio.sleep(1)
    waits: list[float] = []
    texts = cycle(list(islice(sentences(20261121), 1_000)))
    line = iter([person for _turn in range(BURST) for person in people])
    await each(people[:at_once], lambda person: person.say(next(texts)), at_once=at_once)
    duties = centre.duties()
    machine_before, before = Load.now(), _spent(centre)
    duties_before = {name: cpu_seconds(of_it) for name, of_it in duties.items()}
    own_before, began = time.process_time(), time.perf_counter()

    async def mouth() -> None:
        for person in line:
            started = time.perf_counter()
            if started - began > seconds:
                return
            await person.say(next(texts))
            waits.append(time.perf_counter() - started)

    async with asyncio.TaskGroup() as group:
        for _number in range(at_once):
            group.create_task(mouth())
    took = time.perf_counter() - began
    application, database = (end - start for end, start in zip(_spent(centre), before, strict=True))
    load = time.process_time() - own_before
    own = application + database + load
    foreign = machine_before.foreign_share(Load.now(), own_seconds=own)
    await floor.close()
    if took < seconds * 0.9:
        raise RuntimeError(f"the visitors ran out of words after {took:.1f} s: more --visitors, or fewer --seconds")
    count = len(waits)
    by_duty = {name: (cpu_seconds(of_it) - duties_before[name]) / count * 1000 for name, of_it in duties.items()}
    per_message = [spent / count * 1000 for spent in (application, database)]
    return Intake(count, count / took, *per_message, by_duty, load / count * 1000, waits, foreign)


def _spent(centre: Centre) -> tuple[float, float]:
    """CPU seconds of the application and of the database so far: whoever is alive now, with the children it has buried."""
    return cpu_seconds(centre.application_pids()), cpu_seconds(centre.database_pids())


async def take_over(centre: Centre, *, seconds: float, size: int, messages: int) -> tuple[float, float]:
    """Messages and cases a second that the import API stores, every hundredth item wrong on purpose."""
    wire = Wire(centre.port)
    headers = {"Authorization": f"Bearer {centre.token}"}
    body = orjson.dumps({"items": [_item(number, messages=messages) for number in range(size)]})
    wrong = len(range(0, size, 100))
    cases, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        answer = await wire.request("POST", "/api/v1/desk/imports", headers=headers, body=body)
        if answer.status != 200:
            raise RuntimeError(f"import: {answer.status} {answer.body[:300].decode()}")
        found = answer.json()
        if (found["created"], found["refused"], len(found["results"])) != (size - wrong, wrong, size):
            raise RuntimeError(f"import: {found['created']} made, {found['refused']} refused of {size}")
        cases += found["created"]
    took = time.perf_counter() - began
    wire.close()
    return cases * messages / took, cases / took


def _item(number: int, *, messages: int) -> dict[str, object]:
    opened = datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(minutes=number)
    queue = "nowhere" if number % 100 == 0 else "presales"
    said = [
        {
            "kind": "customer" if turn % 2 == 0 else "bot", "text": f"净水器的滤芯多久换一次？第 {number} 问",
            "said_at": (opened + timedelta(minutes=turn)).isoformat(),
        }
        for turn in range(messages)
    ]  # fmt: skip
    customer = 1 + number % 60
    return {"queue": queue, "channel": "chat", "opened_at": opened.isoformat(), "customer": customer, "messages": said}


def measure_messages(centre: Centre, given: argparse.Namespace) -> int:
    inserts, by = single_inserts(centre.database_url, seconds=max(3, int(given.seconds / 3)))
    found = run(take_in(centre, visitors=given.visitors, at_once=given.at_once, seconds=given.seconds))
    again, _by = single_inserts(centre.database_url, seconds=max(3, int(given.seconds / 3)))
    yardstick = (inserts + again) / 2
    cpu = found.application_ms + found.database_ms
    print_table(
        [
            (f"rows inserted and committed a second ({by}), before", f"{inserts:8.0f}"),
            ("the same, after", f"{again:8.0f}"),
            (f"messages accepted a second ({given.at_once} at once, {given.visitors} visitors)", f"{found.rate:8.1f}"),
            ("their wait for the answer, median / p99 (ms)", _ms(found.waits)),
            ("CPU a message: application (ms)", f"{found.application_ms:8.2f}"),
            *((f"  of this {name}", f"{spent:8.2f}") for name, spent in found.duties_ms.items()),
            ("CPU a message: database (ms)", f"{found.database_ms:8.2f}"),
            ("the load's own CPU a message, not in these (ms)", f"{found.load_ms:8.2f}"),
            ("CPU of the machine spent by strangers meanwhile", f"{found.foreign_share:8.0%}"),
        ]
    )
    held = {f"CPU {cpu:.2f} ms a message, at most {CPU_MS:g}": cpu <= CPU_MS}
    return verdict("intake", ratio=found.rate / yardstick, target=RATIO, also=held)


def measure_import(centre: Centre, given: argparse.Namespace) -> int:
    seconds = max(3.0, given.seconds / 3)
    before = pipeline_rate(centre.database_url, seconds=seconds)
    run(take_over(centre, seconds=1.0, size=given.items, messages=1))
    single, _same = run(take_over(centre, seconds=seconds, size=given.items, messages=1))
    talks, cases = run(take_over(centre, seconds=seconds, size=given.items, messages=5))
    after = pipeline_rate(centre.database_url, seconds=seconds)
    yardstick = (before + after) / 2
    print_table(
        [
            ("rows a second by psycopg's pipeline, 50 a commit, before / after", f"{before:8.0f} /{after:6.0f}"),
            (f"cases of one message a second ({given.items} a call)", f"{single:8.0f}"),
            ("messages a second in cases of five", f"{talks:8.0f}"),
            ("cases of five messages a second", f"{cases:8.0f}"),
        ]
    )
    return verdict("intake-import", ratio=talks / yardstick, target=IMPORT_RATIO)


def _ms(waits: list[float]) -> str:
    return f"{percentile(waits, 0.5) * 1000:8.1f} / {percentile(waits, 0.99) * 1000:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--visitors", type=int, default=1_200)
    parser.add_argument("--items", type=int, default=500, help="cases in one call of the import")
    parser.add_argument("--shape", choices=(TREE, SEPARATE), default=TREE)
    parser.add_argument("--part", choices=("messages", "import", "both"), default="both")
    given = parser.parse_args()
    print(machine())
    with Centre(given.shape, agents=AGENTS, capacity=given.visitors // AGENTS + 10) as centre:
        codes = []
        if given.part != "import":
            codes.append(measure_messages(centre, given))
        if given.part != "messages":
            codes.append(measure_import(centre, given))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
