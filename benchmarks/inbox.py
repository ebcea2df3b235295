"""The inbox with a million cases: pages, the JSON list and search, by four clients over HTTP.

A page is 25 rows of a random view under a random filter (or none) at a random depth, for somebody who sees everything,
a team leader and an agent; every third is the whole list pane as one gets it on choosing a view, with its counts.
CPU is that of all processes of the application and the database. What a page costs more than with 10,000 cases is
measured by the same processes on pages that hold all their 25 rows: with few cases random filters leave half of the
rows, and an empty page is cheap. Search asks for two-character Chinese words, rare and common.

    python benchmarks/inbox.py [--cases 1000000] [--pages 1500]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from harness.centre import SEPARATE, Centre
from harness.client import Wire, run
from harness.measuring import Load, cpu_seconds, machine, percentile, print_table, verdict
from inbox_seed import COMMON_WORD, RARE_WORD

CLIENTS = 4
SMALL = 10_000
ROWS = 25
PAGE_MS, PAGE_CPU_MS, GROWTH, JSON_MS, SEARCH_MS = 40.0, 8.0, 1.3, 10.0, 50.0
VIEWS = ("mine", "unassigned", "team", "waiting", "snoozed", "overdue", "closed", "all")
_CASE = re.compile(rb'data-case="(\d+)"')
FURTHER_WORDS = ("净化", "漏水", "发票", "瓶")


@dataclass(frozen=True)
class Visit:
    """A request: path and headers."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Measured:
    """`waits` in seconds for every request; CPU in milliseconds a request; the share of CPU that others used."""

    waits: list[float]
    cpu_ms: float
    foreign_share: float

    @property
    def p50_ms(self) -> float:
        return percentile(self.waits, 0.5) * 1000

    @property
    def p99_ms(self) -> float:
        return percentile(self.waits, 0.99) * 1000


def grow(centre: Centre, *, cases: int) -> dict[str, Any]:
    """Brings the centre to so many cases; returns people and choices."""
    script = Path(__file__).with_name("inbox_seed.py")
    done = subprocess.run([sys.executable, str(script), str(cases)], env=centre.environment, stdout=subprocess.PIPE, check=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def pages(made: dict[str, Any], *, cases: int, count: int, seed: int) -> Iterator[Visit]:
    """Random lists: a third the whole pane, the others 25 rows at a random depth."""
    chance = random.Random(seed)
    for place in range(count):
        person = chance.choice(sorted(made["people"]))
        view = chance.choice(VIEWS)
        query = _filter(made["choices"], chance)
        if place % 3:
            query["after"] = _depth(chance, cases=cases, view=view)
        yield Visit(f"/desk/{view}/?{urlencode(query)}", _staff(made["people"][person]))


def lists(made: dict[str, Any], token: str, *, cases: int, count: int, seed: int) -> Iterator[Visit]:
    """The same as JSON, for an application's token."""
    chance = random.Random(seed)
    for _place in range(count):
        view = chance.choice(VIEWS[1:])
        query = {"view": view, "after": _depth(chance, cases=cases, view=view), **_filter(made["choices"], chance)}
        yield Visit(f"/api/v1/desk/cases?{urlencode(query)}", {"Authorization": f"Bearer {token}"})


async def full_pages(centre: Centre, made: dict[str, Any], *, cases: int, count: int, seed: int) -> list[Visit]:
    """So many of the random lists that have all their rows, each asked once to know."""
    wire, full = Wire(centre.port), []
    for visit in pages(made, cases=cases, count=count * 20, seed=seed):
        answer = await wire.request("GET", visit.path, headers=visit.headers)
        if len(set(_CASE.findall(answer.body))) == ROWS:
            full.append(visit)
        if len(full) == count:
            break
    wire.close()
    return full


def searches(made: dict[str, Any], *, count: int) -> Iterator[Visit]:
    people = sorted(made["people"])
    words = (RARE_WORD, COMMON_WORD, *FURTHER_WORDS)
    for place in range(count):
        person = made["people"][people[place % len(people)]]
        yield Visit(f"/desk/all/?q={quote(words[place % len(words)])}", _staff(person))


def _filter(choices: dict[str, list[int]], chance: random.Random) -> dict[str, str]:
    """No filter half of the time, else one of those the form offers."""
    if chance.random() < 0.5:
        return {}
    name = chance.choice(["queue", "type", "tag", "assignee", "priority", "channel"])
    if name == "priority":
        return {name: str(chance.randint(1, 4))}
    if name == "channel":
        return {name: chance.choice(["chat", "mail", "form"])}
    return {name: str(chance.choice(choices[name]))}


def _depth(chance: random.Random, *, cases: int, view: str) -> str:
    """A cursor anywhere between the newest and the oldest case."""
    back = chance.random() * cases * 20
    moment = time.time() - back + (86_400 if view == "overdue" else 0)
    return base64.urlsafe_b64encode(f"{int(moment * 1e6)}.1".encode()).decode().rstrip("=")


def _staff(ticket: dict[str, Any]) -> dict[str, str]:
    return {"Cookie": f"lingting_session={ticket['session']}", "HX-Request": "true"}


async def measure(centre: Centre, visits: list[Visit], *, clients: int) -> Measured:
    """Makes all visits, so many at a time; every answer must be a 200."""
    line = iter(visits)
    waits: list[float] = []
    pids = [*centre.application_pids(), *centre.database_pids()]
    load, before, own, began = Load.now(), cpu_seconds(pids), time.process_time(), time.perf_counter()

    async def client(number: int) -> None:
        wire = Wire(centre.port)
        for visit in line:
            started = time.perf_counter()
            answer = await wire.request("GET", visit.path, headers=visit.headers)
            waits.append(time.perf_counter() - started)
            if answer.status != 200:
                raise RuntimeError(f"{visit.path} answered {answer.status}: {answer.body[:300]!r}")
        wire.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    pids = sorted({*pids, *centre.application_pids(), *centre.database_pids()})
    spent = cpu_seconds(pids) - before
    foreign = load.foreign_share(Load.now(), own_seconds=spent + time.process_time() - own)
    assert time.perf_counter() > began
    return Measured(waits, spent / len(waits) * 1000, foreign)


def _idle_cpu(centre: Centre, *, seconds: float) -> float:
    """CPU seconds a second that the centre uses while nobody asks."""
    pids = [*centre.application_pids(), *centre.database_pids()]
    before = cpu_seconds(pids)
    time.sleep(seconds)
    return (cpu_seconds(pids) - before) / seconds


async def found_at_once(centre: Centre, made: dict[str, Any]) -> bool:
    """Whether a word is found by the very next request after the one that stored it was acknowledged."""
    wire = Wire(centre.port)
    bearer = {"Authorization": f"Bearer {centre.token}"}
    listed = await wire.request("GET", "/api/v1/desk/cases?limit=1&state=open", headers=bearer)
    case_id = listed.json()["items"][0]["id"]
    body = json.dumps({"kind": "customer", "text": "这里有一只麒麟", "author_name": "顾客"}).encode()
    said = await wire.request("POST", f"/api/v1/desk/cases/{case_id}/messages", headers=bearer, body=body)
    if said.status != 201:
        raise RuntimeError(f"the message was not taken: {said.status} {said.body[:300]!r}")
    found = await wire.request("GET", f"/api/v1/desk/cases?q={quote('麒麟')}", headers=bearer)
    return [item["id"] for item in found.json()["items"]] == [case_id]


def best_of(centre: Centre, make: Callable[[int], Iterator[Visit]], *, clients: int = CLIENTS) -> Measured:
    """The better of two rounds after one to warm up: the figure is ours, not that of a neighbour on the machine."""
    rounds = [run(measure(centre, list(make(seed)), clients=clients)) for seed in (1, 2, 3)]
    return min(rounds[1:], key=lambda found: found.p99_ms)


def full_of(centre: Centre, made: dict[str, Any], *, cases: int, count: int) -> Measured:
    """The cheaper of two rounds of pages with all their rows; finding them has warmed up."""
    rounds = [
        run(measure(centre, run(full_pages(centre, made, cases=cases, count=count, seed=seed)), clients=CLIENTS)) for seed in (4, 5)
    ]
    return min(rounds, key=lambda found: found.cpu_ms)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=1_500)
    wanted = parser.parse_args()
    print(machine(), flush=True)
    with Centre(SEPARATE) as centre:
        made = grow(centre, cases=SMALL)
        small = full_of(centre, made, cases=SMALL, count=wanted.pages // 3)
        began = time.perf_counter()
        made = grow(centre, cases=wanted.cases)
        print(f"  {wanted.cases} cases made in {time.perf_counter() - began:.0f} s", flush=True)
        large = best_of(centre, lambda seed: pages(made, cases=wanted.cases, count=wanted.pages, seed=seed))
        full = full_of(centre, made, cases=wanted.cases, count=wanted.pages // 3)
        answers = best_of(
            centre, lambda seed: lists(made, centre.token, cases=wanted.cases, count=wanted.pages, seed=seed), clients=1
        )
        search = best_of(centre, lambda seed: searches(made, count=wanted.pages // 4), clients=1)
        at_once = run(found_at_once(centre, made))
        idle = _idle_cpu(centre, seconds=5)
    return report(wanted.cases, small=small, full=full, large=large, answers=answers, search=search, at_once=at_once, idle=idle)


def report(
    cases: int, *, small: Measured, full: Measured, large: Measured, answers: Measured, search: Measured, at_once: bool, idle: float
) -> int:
    """Prints what was measured; the ratio is the tightest of the promises, 1 where it is just kept."""
    growth = full.cpu_ms / small.cpu_ms
    print_table(
        [
            (f"page, {cases} cases, {CLIENTS} clients", _in_words(large)),
            (f"page with all {ROWS} rows, {cases} cases", _in_words(full)),
            (f"page with all {ROWS} rows, {SMALL} cases", _in_words(small)),
            ("the same, CPU against 10,000 cases", f"{growth:.2f} times"),
            ("JSON list, one client", _in_words(answers)),
            ("search, one client", _in_words(search)),
            ("found by the next request", "yes" if at_once else "no"),
            ("CPU of the idle centre (within the figures above)", f"{idle * 100:.1f} % of a core"),
            ("CPU used by others while pages were measured", f"{large.foreign_share * 100:.0f} % of the machine"),
        ]
    )  # fmt: skip
    shares = {
        f"page p99 <= {PAGE_MS:.0f} ms": PAGE_MS / large.p99_ms,
        f"page CPU <= {PAGE_CPU_MS:.0f} ms": PAGE_CPU_MS / large.cpu_ms,
        f"page CPU <= {GROWTH} times that of {SMALL} cases": GROWTH / growth,
        f"JSON list p99 <= {JSON_MS:.0f} ms": JSON_MS / answers.p99_ms,
        f"search p99 <= {SEARCH_MS:.0f} ms": SEARCH_MS / search.p99_ms,
    }
    also = {**{claim: share >= 1 for claim, share in shares.items()}, "a message is findable in its commit": at_once}
    return verdict("inbox", ratio=min(shares.values()), target=1.0, also=also)


def _in_words(found: Measured) -> str:
    return f"p50 {found.p50_ms:.1f} p99 {found.p99_ms:.1f} ms, CPU {found.cpu_ms:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
