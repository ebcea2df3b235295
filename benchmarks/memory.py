"""Memory of the application: idle with the demo centre, after 100,000 requests, and against the size of tables.

Proportional set size (PSS) of every process of the application, the embedded database left out and shown beside.
Three claims: at most 250 MB idle after the start; at most 5 % more after 100,000 requests of a mix of pages, partials
and API calls than after the first thousand; and the most memory a page or an export ever needs stays the same when the
tables it reads grow ten times.

    python benchmarks/memory.py [--requests 100000] [--history-days 60] [--shape tree|separate] [--part idle|tables]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from harness.centre import SEPARATE, TREE, Centre
from harness.client import run
from harness.floor import Floor, open_chats
from harness.measuring import forget_peak, machine, memory_mb, peak_mb, print_table, verdict
from harness.people import Agent, Customer, sentences

LIMIT_MB, GROWTH, TABLE_SLACK_MB = 250.0, 0.05, 16.0
WARM_REQUESTS = 1_000
IDLE_SECONDS = 10.0
FEW, MANY = 5_000, 50_000
AT_ONCE = 4
FILE_SECONDS = 300.0
PAGES = (
    "/desk/all/", "/desk/mine/", "/desk/unassigned/?channel=chat", "/desk/cases/{case}/", "/customers/",
    "/customers/?q=%E5%BC%A0",
    "/reports/service/", "/floor/", "/floor/now/", "/desk/counts/", "/desk/cases/{case}/messages/?after=0",
    "/desk/cases/{case}/side/", "/desk/all/rows/?ids={case}", "/help/", "/notices/",
)  # fmt: skip
BOUND = (
    "/desk/all/", "/desk/closed/", "/reports/service/export/csv/?period=quarter", "/reports/service/export/xlsx/?group=agent",
    "/customers/export/csv/", "/customers/export/xlsx/",
)  # fmt: skip


@dataclass
class Answers:
    """How often each status came, by kind of request."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def failures(self) -> dict[str, int]:
        return {f"{path} {status}": times for (path, status), times in self.statuses.items() if status >= 400}


class Mix:
    """Requests as a busy centre sees them: half the customers' API, half staff's pages and partials."""

    def __init__(self, centre: Centre, customers: list[Customer]) -> None:
        self._customers = customers
        self._words = sentences(7)
        self._manager = [
            Agent(centre.people["manager"], port=centre.port, live_port=centre.live_port, hear=lambda *_given: None)
            for _place in range(AT_ONCE)
        ]
        self.answers = Answers()
        self.case = _some_case(centre)

    async def many(self, count: int) -> None:
        turn = iter(range(count))

        async def hand(place: int) -> None:
            for number in turn:
                await self._one(number, self._manager[place])

        async with asyncio.TaskGroup() as group:
            for place in range(AT_ONCE):
                group.create_task(hand(place))

    async def _one(self, number: int, manager: Agent) -> None:
        customer = self._customers[number // 4 % len(self._customers)]
        if number % 4 == 0:
            await self._api("GET", f"/conversations/{customer.conversation}", customer)
        elif number % 4 == 1:
            await self._api("POST", f"/conversations/{customer.conversation}/typing", customer)
        else:
            path = PAGES[number // 2 % len(PAGES)]
            answer = await manager.get(path.format(case=self.case), part=number % 8 < 4)
            self.answers.statuses[path, answer.status] += 1

    async def _api(self, method: str, path: str, customer: Customer) -> None:
        answer = await customer.wires.request(method, f"/api/v1/chat{path}", headers=customer.headers)
        # A limit that was reached is an answer, too.
        status = 200 if answer.status == 429 else answer.status
        self.answers.statuses[f"{method} …/{path.rpartition('/')[2] if method == 'POST' else ''}", status] += 1


def _some_case(centre: Centre) -> int:
    with centre.connect() as connection:
        row = connection.execute("SELECT max(id) FROM desk_case").fetchone()
    return int(row[0]) if row and row[0] else 0


async def grow(centre: Centre, *, requests: int) -> tuple[float, float, dict[str, int]]:
    """MB after the first thousand requests and after all."""
    floor = Floor(centre)
    await floor.open()
    customers = await open_chats(centre, floor, count=60)
    mix = Mix(centre, customers)
    await mix.many(WARM_REQUESTS)
    await asyncio.sleep(3)
    warm = memory_mb(centre.application_pids())
    began, done = time.perf_counter(), 0
    while done < requests:
        portion = min(5_000, requests - done)
        await mix.many(portion)
        done += portion
        print(
            f"  {done:6d} requests, {done / (time.perf_counter() - began):.0f} a second: "
            f"{memory_mb(centre.application_pids()):.1f} MB", flush=True,
        )  # fmt: skip
    await asyncio.sleep(3)
    after = memory_mb(centre.application_pids())
    await floor.close()
    return warm, after, mix.answers.failures


def fill(centre: Centre, *, rows: int) -> None:
    """Brings customers, cases and contacts to so many, by the database itself."""
    with centre.connect() as connection:
        for statement in _FILL:
            connection.execute(statement, {"rows": rows})
        connection.execute("ANALYZE")


_FILL = (
    """
    INSERT INTO crm_customer (name, language, company, city, address, remarks, is_guest, created_at, updated_at, is_demo, vector)
    SELECT '顾客' || n, 'zh-hans', '某某公司', '成都', '人民南路 ' || n || ' 号', '', false, now(), now(), true, ''::tsvector
    FROM generate_series((SELECT count(*) FROM crm_customer) + 1, %(rows)s) n
    """,
    """
    INSERT INTO desk_case (customer_id, queue_id, subject, channel, state, priority, preview, preview_kind, opened_at,
                           active_at, closed_at, unread_count, is_demo)
    SELECT (SELECT min(id) FROM crm_customer), (SELECT min(id) FROM desk_queue), '订单 ' || n, 'chat', 'closed', 3, '', '',
           now() - n * interval '20 seconds', now() - n * interval '20 seconds', now() - n * interval '20 seconds', 0, true
    FROM generate_series((SELECT count(*) FROM desk_case) + 1, %(rows)s) n
    """,
    """
    INSERT INTO desk_conversation (case_id, channel, started_at, ended_at, ended_by)
    SELECT id, 'chat', opened_at, closed_at, 'agent' FROM desk_case f
    WHERE NOT EXISTS (SELECT 1 FROM desk_conversation t WHERE t.case_id = f.id)
    """,
    """
    INSERT INTO routing_contact (conversation_id, case_id, queue_id, channel, priority, entered_at, ended_at, outcome,
                                 answered_at, answered_by_id, wait_seconds, talk_seconds, wrap_up_seconds, finished_at, is_demo)
    SELECT t.id, t.case_id, f.queue_id, 'chat', 0, f.opened_at, f.opened_at, 'answered', f.opened_at,
           (SELECT min(id) FROM accounts_account), 5, 200, 20, f.opened_at, true
    FROM desk_conversation t JOIN desk_case f ON f.id = t.case_id
    WHERE NOT EXISTS (SELECT 1 FROM routing_contact c WHERE c.conversation_id = t.id)
    """,
)


async def peaks(centre: Centre, *, turns: int) -> dict[str, float]:
    """The most memory of a process that answers while it makes each page or file, in MB above what it had before.

    Of the last turn: with two, code that is loaded at the first use does not count. What a turn took stays with the
    process, so with larger tables only the first turn can tell.
    """
    manager = Agent(centre.people["administrator"], port=centre.port, live_port=centre.live_port, hear=lambda *_given: None)
    manager.wire.patience_seconds = FILE_SECONDS
    duties = centre.duties()
    webs = duties.get("one-port") or duties["web"][-1:]
    found = {}
    for path in BOUND:
        for _turn in range(turns):
            for pid in webs:
                forget_peak(pid)
            before = [peak_mb(pid) for pid in webs]
            answer = await manager.get(path, part=False)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            found[path] = max(peak_mb(pid) - own for pid, own in zip(webs, before, strict=True))
    manager.wire.close()
    return found


def measure_idle(centre: Centre, given: argparse.Namespace) -> int:
    time.sleep(IDLE_SECONDS)
    by_duty = {name: memory_mb(pids) for name, pids in centre.duties().items()}
    idle = memory_mb(centre.application_pids())
    print_table(
        [
            *((f"idle: {name} (MB)", f"{used:8.1f}") for name, used in by_duty.items()),
            ("idle: the whole application (MB)", f"{idle:8.1f}"),
            ("beside it: the database (MB)", f"{memory_mb(centre.database_pids()):8.1f}"),
        ]
    )
    warm, after, failures = run(grow(centre, requests=given.requests))
    growth = after / warm - 1
    print_table(
        [
            (f"after the first {WARM_REQUESTS} requests (MB)", f"{warm:8.1f}"),
            (f"after {given.requests} more (MB)", f"{after:8.1f}  {growth:+.1%}"),
            ("failed requests" + (f": {failures}" if failures else ""), f"{sum(failures.values()):8d}"),
        ]
    )
    held = {f"grows {growth:.1%}, at most {GROWTH:.0%}": growth <= GROWTH, "no request failed": not failures}
    return verdict("memory", ratio=LIMIT_MB / idle, target=1.0, also=held)


def measure_tables(centre: Centre) -> int:
    fill(centre, rows=FEW)
    small = run(peaks(centre, turns=2))
    fill(centre, rows=MANY)
    large = run(peaks(centre, turns=1))
    print_table((f"{path} with {FEW} / {MANY} rows (MB)", f"{small[path]:8.1f} / {large[path]:.1f}") for path in BOUND)
    worst = max(large[path] - small[path] for path in BOUND)
    return verdict("memory-tables", ratio=TABLE_SLACK_MB / max(worst, 0.1), target=1.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--history-days", type=int, default=60, help="of the demo centre; 0: none")
    parser.add_argument("--shape", choices=(TREE, SEPARATE), default=TREE)
    parser.add_argument("--part", choices=("idle", "tables", "both"), default="both")
    given = parser.parse_args()
    print(machine())
    with Centre(given.shape, agents=10, capacity=12, history_days=given.history_days) as centre:
        codes = [measure_idle(centre, given)] if given.part != "tables" else []
        if given.part != "idle":
            codes.append(measure_tables(centre))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
