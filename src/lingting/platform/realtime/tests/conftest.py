"""A real hub under a real uvicorn over a real PostgreSQL, and a table for it to read."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import uvicorn

from lingting.platform.realtime import topics, visitors
from lingting.platform.realtime.application import LiveApplication
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.notify import WAKE_CHANNEL
from lingting.platform.realtime.serving import LiveServer, database_conninfo, listening_socket
from lingting.platform.realtime.table_source import TableSource
from lingting.platform.realtime.tests.live_client import LiveClient
from lingting.platform.realtime.visitors import LiveRequest, Visitor

TABLE = "realtime_test_entry"

REAL_COMMITS = pytest.mark.django_db(transaction=True, available_apps=["lingting.platform.realtime"])
"""Hubs read what others committed; only the hubs' own table is emptied after a test, not the whole house."""

CREATE = f"""
DROP TABLE IF EXISTS {TABLE};
CREATE TABLE {TABLE} (
    id bigint GENERATED ALWAYS AS IDENTITY,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    topics text[] NOT NULL DEFAULT '{{}}',
    live jsonb,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (occurred_at);
CREATE TABLE {TABLE}_default PARTITION OF {TABLE} DEFAULT;
CREATE INDEX ON {TABLE} (xid, id);
"""


class Writer:
    """Writes entries as services do: a row in a transaction, a NOTIFY after the commit."""

    def __init__(self, conninfo: str) -> None:
        self.connection = psycopg.connect(conninfo, autocommit=True)

    def insert(self, topic: str, *, kind: str = "Written", live: Any = None, count: int = 1) -> list[int]:
        """Insert within whatever transaction is open; the ids."""
        rows = self.connection.execute(
            f"INSERT INTO {TABLE} (kind, topics, live) SELECT %s, %s, %s FROM generate_series(1, %s) RETURNING id",
            [kind, [topic], json.dumps({} if live is None else live), count],
        )
        return [row[0] for row in rows.fetchall()]

    def write(self, topic: str, **fields: Any) -> list[int]:
        ids = self.insert(topic, **fields)
        self.wake()
        return ids

    def wake(self) -> None:
        self.connection.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])

    def tip(self) -> str:
        """Where a client that has seen everything stands; waits for transactions of other databases of the server."""
        mine = "SELECT pg_current_xact_id()::text::bigint"
        newest = self.connection.execute(mine).fetchone()
        assert newest is not None
        for _try in range(600):
            row = self.connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
            assert row is not None
            if row[0] > newest[0]:
                return f"{row[0]}-0"
            time.sleep(0.05)
        raise AssertionError("a transaction on this server stays open")


class RunningHub:
    """A hub in a thread of the test's process."""

    def __init__(self, live: LiveApplication, *, listener: socket.socket) -> None:
        self.live = live
        self.port: int = listener.getsockname()[1]
        config = uvicorn.Config(
            live,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        self.server = LiveServer(config, live=live)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self.thread.start()
        wait_until(lambda: self.server.started and live.hub.low_water is not None)

    def connect(self, **query: str) -> LiveClient:
        query.setdefault("token", "7")
        return LiveClient(self.port, **query)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
        assert not self.thread.is_alive()


def wait_until(condition: Callable[[], object], *, seconds: float = 15) -> None:
    """Return once it holds; fail loudly when it does not come to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the awaited state did not come about"
        time.sleep(0.02)


def free_listener() -> socket.socket:
    """A listening socket below the range that the kernel hands to outgoing connections."""
    for port in range(21_000, 32_000):
        try:
            return listening_socket("127.0.0.1", port=port)
        except OSError:
            continue
    raise AssertionError("no free port")


def staff_by_token(request: LiveRequest) -> Visitor | None:
    """In these tests a token is simply the account's number; revoked ones are refused."""
    return Visitor("staff", int(request.token)) if request.token.isdigit() and request.token not in REVOKED else None


REVOKED: set[str] = set()


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registries as these tests want them, whatever the other apps registered."""
    REVOKED.clear()
    monkeypatch.setattr(visitors, "_authenticators", [staff_by_token])
    monkeypatch.setattr(topics, "_checks", {})
    topics.register_topic("case", topics.each(lambda visitor, topic: True))
    topics.register_topic("wall", topics.each(lambda visitor, topic: True))
    topics.register_topic("secret", topics.each(lambda visitor, topic: topic == f"secret:{visitor.id}"))


@pytest.fixture
def conninfo(transactional_db: None) -> Iterator[str]:
    text = database_conninfo()
    with psycopg.connect(text, autocommit=True) as connection:
        connection.execute(CREATE)
    yield text
    with psycopg.connect(text, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")


@pytest.fixture
def writer(conninfo: str) -> Iterator[Writer]:
    made = Writer(conninfo)
    yield made
    made.connection.close()


@pytest.fixture
def start_hub(conninfo: str, registries: None) -> Iterator[Callable[..., RunningHub]]:
    """Start as many hubs as a test wants; they are stopped at its end."""
    running: list[RunningHub] = []

    def start(**limits: Any) -> RunningHub:
        limits.setdefault("reconnect_spread_seconds", 0.2)
        live = LiveApplication(TableSource(conninfo, table=TABLE), conninfo=conninfo, limits=LiveLimits(**limits))
        hub = RunningHub(live, listener=free_listener())
        running.append(hub)
        return hub

    yield start
    for hub in running:
        if hub.thread.is_alive():
            hub.stop()


@pytest.fixture
def hub(start_hub: Callable[..., RunningHub]) -> RunningHub:
    return start_hub()
