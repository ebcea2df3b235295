"""Memory of an idle live connection, against a limit of 40 KB.

Starts an embedded PostgreSQL and one `stream` process of its own (uvicorn, uvloop, httptools),
opens 2,000 connections of 2,000 people, sends each something, lets heartbeats pass, and compares the
process's memory (PSS) with and without them. The kernel's socket buffers are not part of it.

    python benchmarks/live_connections.py [--connections 2000] [--port 24100]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import django
import psycopg
from django.conf import settings

LIMIT_KB = 40.0
TABLE = "bench_entry"
CREATE = f"""
CREATE TABLE {TABLE} (
    id bigint GENERATED ALWAYS AS IDENTITY, occurred_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL, topics text[] NOT NULL, live jsonb, xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ON {TABLE} (xid, id);
"""


def configure(url: str) -> None:
    """Just enough Django for the hub: this measures the hub, not the house around it."""
    from lingting.platform.database.external import django_database

    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "lingting.platform.realtime"],
        DATABASES={"default": django_database(url)},
        SECRET_KEY="bench",
        USE_TZ=True,
    )
    django.setup()


def serve(url: str, *, port: int) -> None:
    """The process that is measured."""
    configure(url)
    from lingting.platform.realtime.limits import LiveLimits
    from lingting.platform.realtime.serving import listening_socket, live_application
    from lingting.platform.realtime.serving import serve as serve_live
    from lingting.platform.realtime.topics import each, register_topic
    from lingting.platform.realtime.visitors import LiveRequest, Visitor, register_authenticator

    def by_number(request: LiveRequest) -> Visitor:
        return Visitor("customer", request.token)

    register_authenticator(by_number)
    register_topic("person", each(lambda visitor, topic: topic == f"person:{visitor.id}"))
    register_topic("everybody", each(lambda visitor, topic: True))
    live = live_application(table=TABLE, limits=LiveLimits(heartbeat_seconds=5))
    serve_live(live, listener=listening_socket("127.0.0.1", port=port), on_started=lambda: print("ready", flush=True))


def memory_kb(pid: int) -> float:
    """Proportional set size of a process in KB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    raise RuntimeError("the kernel does not say how much memory the process has")


class Listener:
    """One open stream; counts the events that came."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.heard: list[float] = []

    async def open(self, port: int) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
        path = f"/live/?token={self.number}&topics=everybody,person:{self.number}"
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        browser = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36\r\n"
        self.writer.write(f"{request}{browser}Accept-Language: zh-CN,zh;q=0.9\r\n\r\n".encode())
        await self.wait_for(b'"hello"')

    async def wait_for(self, text: bytes) -> None:
        while text not in (line := await self.reader.readline()):
            if not line:
                raise ConnectionError("the stream ended")
        self.heard.append(time.perf_counter())


async def measure(url: str, *, process: subprocess.Popen[str], port: int, count: int) -> float:
    """KB per connection; prints what happened on the way."""
    warm = [Listener(10**6 + number) for number in range(20)]
    for listener in warm:
        await listener.open(port)
        listener.writer.close()
    await asyncio.sleep(2)
    before = memory_kb(process.pid)
    listeners = [Listener(number) for number in range(count)]
    began = time.perf_counter()
    for start in range(0, count, 100):
        await asyncio.gather(*(listener.open(port) for listener in listeners[start : start + 100]))
    print(f"{count} connections opened in {time.perf_counter() - began:.1f} s")
    with psycopg.connect(url, autocommit=True) as database:
        sent = time.perf_counter()
        database.execute(f"INSERT INTO {TABLE} (kind, topics, live) VALUES ('Told', '{{everybody}}', '{{\"n\": 1}}')")
        database.execute("NOTIFY lingting_live")
        await asyncio.gather(*(listener.wait_for(b'"Told"') for listener in listeners))
    delays = sorted(listener.heard[-1] - sent for listener in listeners)
    print(f"one broadcast: median {statistics.median(delays) * 1000:.0f} ms, last {delays[-1] * 1000:.0f} ms")
    for _round in range(2):
        await asyncio.gather(*(listener.wait_for(b'"heartbeat"') for listener in listeners))
    after = memory_kb(process.pid)
    each_kb = (after - before) / count
    print(f"memory (PSS): {before / 1024:.1f} MB without, {after / 1024:.1f} MB with: {each_kb:.1f} KB each")
    began = time.perf_counter()
    process.terminate()
    await asyncio.gather(*(listener.wait_for(b'"reconnect"') for listener in listeners))
    await asyncio.to_thread(process.wait, 20)
    print(f"SIGTERM: all were asked to reconnect, process ended after {time.perf_counter() - began:.1f} s")
    return each_kb


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=2_000)
    parser.add_argument("--port", type=int, default=24_100)
    parser.add_argument("--serve", action="store_true", help="be the measured process (used by the benchmark itself)")
    options = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.serve:
        serve(os.environ["DATABASE_URL"], port=options.port)
        return 0
    from lingting.platform.database.testing import start_for_tests

    url = start_for_tests()
    configure(url)
    from django.core.management import call_command

    with psycopg.connect(url, autocommit=True) as database:
        database.execute(CREATE)
    call_command("migrate", verbosity=0)
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", "--port", str(options.port)],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            print("the stream process did not start", file=sys.stderr)
            return 1
        each_kb = asyncio.run(measure(url, process=process, port=options.port, count=options.connections))
    finally:
        process.terminate()
        process.wait(20)
    ratio = LIMIT_KB / each_kb
    is_good = ratio >= 1.0
    print(f"live-connections ratio={ratio:.2f} target=1.0 {'PASS' if is_good else 'FAIL'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
