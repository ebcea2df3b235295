"""The sweep over 100,000 running clocks, and one computation of open time.

Three parts. One: a due moment and an elapsed time in a calendar with split hours, Chinese holidays and made-up days, per call,
on moments spread over two years. Two: a sweep that finds that nothing is due, beside all 100,000. Three: a sweep in which so
many are due (half warn, half are breached), each told on the timeline with its receivers, beside PostgreSQL alone updating the
same rows by one statement and inserting as many rows one by one over the same connection.

    python benchmarks/clocks.py [--clocks 100000] [--due 1000]      # DATABASE_URL: another server than an embedded one of its own

It makes a database of its own on that server and drops it again.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg
from harness.measuring import verdict

from lingting.platform.database.testing import start_for_tests

NAME = "lingting_bench_clocks"
NOW = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


def own_database(url: str) -> str:
    """A fresh database on the server of a URL; returns its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{NAME}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))


def drop_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def computations(rounds: int = 20_000) -> tuple[float, float]:
    """Microseconds for one due moment and one elapsed time, in a calendar with split hours and special days."""
    from lingting.kernel.calendars import foundation
    from lingting.kernel.calendars.models import Calendar, WeeklyHours
    from lingting.kernel.calendars.selectors import spans_of

    foundation.lay(now=NOW)
    office = Calendar.objects.get(key="office")
    WeeklyHours.objects.filter(calendar=office).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(calendar=office, weekday=day, opens_minute=opens, closes_minute=closes)
        for day in range(6) for opens, closes in ((540, 720), (810, 1080), (1140, 1440))
    )  # fmt: skip
    chance, spans = random.Random(7), spans_of(office.pk)
    starts = [NOW + timedelta(minutes=chance.randrange(-200_000, 400_000)) for _round in range(rounds)]
    amounts = [timedelta(minutes=chance.randrange(1, 5000)) for _round in range(rounds)]
    spans.add(starts[0], amounts[0]), spans.elapsed(min(starts), max(starts) + timedelta(days=40))
    began = time.perf_counter()
    for start, amount in zip(starts, amounts, strict=True):
        spans.add(start, amount)
    middle = time.perf_counter()
    for start, amount in zip(starts, amounts, strict=True):
        spans.elapsed(start, start + amount)
    return (middle - began) / rounds * 1e6, (time.perf_counter() - middle) / rounds * 1e6


def lay_clocks(count: int, due: int) -> None:
    """Running clocks of one kind; so many have their next moment now, half a warning and half the due moment."""
    from lingting.kernel.calendars.models import Calendar
    from lingting.kernel.clocks.models import Clock
    from lingting.kernel.clocks.promises import plan
    from lingting.kernel.clocks.services import ensure_kind

    always = Calendar.objects.get(key="always")
    kind = ensure_kind("bench", name_zh="测量", name_en="Bench", target_minutes=100)
    clocks = []
    for number in range(count):
        begun = NOW - timedelta(minutes=(100 if number % 2 else 50)) if number < due else NOW + timedelta(seconds=number % 86_400)
        clock = Clock(
            kind=kind, subject_kind="bench", subject_id=number, target_minutes=100, calendar=always, started_at=begun,
            running_since_at=begun, warning_shares=["0.5"],
        )  # fmt: skip
        clock.warning_shares = kind.warning_shares[:1]
        plan(clock)
        if number < due and number % 2:
            clock.warned_share, clock.next_at = kind.warning_shares[0], clock.due_at
        clocks.append(clock)
    Clock.objects.bulk_create(clocks, batch_size=2000)


def raw(due: int) -> float:
    """Seconds in which PostgreSQL alone updates as many rows by one statement and takes as many single inserts, in one commit."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id bigint PRIMARY KEY, next_at timestamptz, told boolean)")
        cursor.execute("INSERT INTO bench_row SELECT n, now(), false FROM generate_series(1, 100000) n")
        cursor.execute("CREATE TABLE bench_log (id bigserial PRIMARY KEY, at timestamptz, kind text, data jsonb)")
        cursor.execute("ANALYZE bench_row")
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bench_row SET told = true, next_at = NULL WHERE id <= %s", [due])
        for number in range(due):
            cursor.execute("INSERT INTO bench_log (at, kind, data) VALUES (%s, 'x', %s)", [NOW, f'{{"id": {number}}}'])
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clocks", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=1_000)
    given = parser.parse_args()
    server = os.environ.get("DATABASE_URL") or start_for_tests()
    os.environ["DATABASE_URL"] = own_database(server)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingting.config.settings")
    try:
        return measure(given.clocks, given.due)
    finally:
        from django.db import connections

        connections.close_all()
        drop_database(server)


def measure(count: int, due: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from lingting.kernel.clocks.services import sweep
    from lingting.kernel.timeline.services import make_months

    make_months(now=NOW)
    add_us, elapsed_us = computations()
    lay_clocks(count, due)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clocks_clock")
    idle = []
    for _round in range(20):
        began = time.perf_counter()
        sweep(now=NOW - timedelta(days=400))
        idle.append(time.perf_counter() - began)
    began = time.perf_counter()
    swept = sweep(now=NOW, limit=count)
    took = time.perf_counter() - began
    bare = raw(due)
    print(f"due moment {add_us:.1f} µs, elapsed {elapsed_us:.1f} µs (promise: < 20 µs)")
    print(f"{count:,} running clocks, nothing due: {sorted(idle)[10] * 1000:.2f} ms")
    print(f"{due:,} due: {took:.3f} s for {swept} (promise: < 1 s); PostgreSQL alone, same rows in the same run: {bare:.3f} s")
    good = add_us < 20 and elapsed_us < 20 and took < 1 and swept.warned + swept.breached == due
    return verdict("clocks", ratio=1.0 / took, target=1.0, also={"all promises": good})


if __name__ == "__main__":
    sys.exit(main())
