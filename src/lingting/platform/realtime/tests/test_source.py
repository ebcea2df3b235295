"""Reading the table exactly once between snapshots, in the order of transactions."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from lingting.platform.database.configuration import FORGETFUL, ServerSettings
from lingting.platform.database.server import EmbeddedServer
from lingting.platform.database.testing import fast_folder
from lingting.platform.realtime.application import LiveApplication
from lingting.platform.realtime.cursors import Cursor, Snapshot
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.serving import listening_socket
from lingting.platform.realtime.sources import LiveEntry
from lingting.platform.realtime.table_source import TableSource
from lingting.platform.realtime.tests.conftest import CREATE, REAL_COMMITS, TABLE, RunningHub, Writer, free_listener, wait_until
from lingting.platform.realtime.tests.live_client import LiveClient
from lingting.platform.refusals import Refusal

pytestmark = REAL_COMMITS


def read(conninfo: str, seen: Snapshot, *, after: Cursor | None = None, limit: int = 100) -> list[LiveEntry]:
    """What became visible since `seen`."""

    async def once() -> list[LiveEntry]:
        source = TableSource(conninfo, table=TABLE)
        try:
            target = await source.look(since=None)
            return await source.read_between(seen, target=target.snapshot, after=after, since=None, limit=limit)
        finally:
            await source.close()

    return asyncio.run(once())


def test_entries_come_in_the_order_of_numbers_not_of_text(conninfo: str, writer: Writer) -> None:
    writer.connection.execute(
        f"INSERT INTO {TABLE} (kind, topics, live, xid) SELECT 'K', '{{case:1}}', '{{}}', n::text::xid8"
        " FROM unnest(ARRAY[101, 9, 100, 10]) AS n"
    )

    entries = read(conninfo, Snapshot.below(Cursor(1, 0)))
    rest = read(conninfo, Snapshot.below(Cursor(1, 0)), after=entries[1].cursor, limit=1)

    assert [entry.cursor.xid for entry in entries] == [9, 10, 100, 101]
    assert rest == [entries[2]]


def test_the_newest_row_is_the_one_of_the_highest_number_not_of_the_last_text(conninfo: str, writer: Writer) -> None:
    writer.connection.execute(
        f"INSERT INTO {TABLE} (kind, topics, live, xid) SELECT 'K', '{{case:1}}', '{{}}', n::text::xid8"
        " FROM unnest(ARRAY[8, 700, 90]) AS n"
    )

    async def newest() -> int:
        source = TableSource(conninfo, table=TABLE)
        try:
            return (await source.look(since=None)).newest
        finally:
            await source.close()

    assert asyncio.run(newest()) == 700


def test_what_was_running_then_and_has_committed_since_is_new(conninfo: str, writer: Writer) -> None:
    slow = Writer(conninfo)
    slow.connection.execute("BEGIN")
    late = slow.insert("case:1")
    writer.insert("case:1")
    row = writer.connection.execute("SELECT pg_current_snapshot()::text").fetchone()
    assert row is not None
    seen = Snapshot.parse(row[0])
    fresh = writer.insert("case:1")

    assert [entry.cursor.id for entry in read(conninfo, seen)] == fresh
    slow.connection.execute("COMMIT")
    assert sorted(entry.cursor.id for entry in read(conninfo, seen)) == sorted([*late, *fresh])
    slow.connection.close()


def test_a_rolled_back_entry_never_comes(conninfo: str, writer: Writer) -> None:
    writer.connection.execute("BEGIN")
    writer.insert("case:1")
    writer.connection.execute("ROLLBACK")

    assert read(conninfo, Snapshot.below(Cursor(1, 0))) == []


def test_a_database_that_does_not_answer_is_a_connection_error() -> None:
    source = TableSource("host=127.0.0.1 port=9 dbname=nobody", table=TABLE)

    with pytest.raises(ConnectionError):
        asyncio.run(source.look(since=None))


@pytest.mark.parametrize(
    ("snapshot", "newest", "proven"),
    [("90:95:90,93", 94, "90:95:90,93"), ("95:95:", 91, "92:92:"), ("90:95:90,93", 91, "90:92:90"), ("95:95:", 0, "1:1:")],
)
def test_a_snapshot_proves_no_more_than_its_newest_row(snapshot: str, newest: int, proven: str) -> None:
    assert str(Snapshot.parse(snapshot).proven(newest)) == proven


@pytest.mark.parametrize("text", ["12:15:12,13", "7:7:"])
def test_snapshots_are_read_and_written_as_postgresql_does(text: str) -> None:
    assert str(Snapshot.parse(text)) == text


@pytest.mark.parametrize(("text", "cursor"), [("12-0", Cursor(12, 0)), ("12", None), ("", None), ("1-2-3", None), ("a-b", None)])
def test_only_a_cursor_is_read_as_one(text: str, cursor: Cursor | None) -> None:
    assert Cursor.parse(text) == cursor


def test_accepted_connections_inherit_the_watch_over_dead_peers() -> None:
    import socket

    listener = free_listener()
    listener.listen()
    with socket.create_connection(listener.getsockname()), listener:
        accepted, _address = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            longest = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) + accepted.getsockopt(
                socket.IPPROTO_TCP, socket.TCP_KEEPINTVL
            ) * accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
            assert longest < 20
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) < 20_000


def test_a_taken_address_is_an_error_of_the_system() -> None:
    with free_listener() as taken, pytest.raises(OSError, match="in use"):
        taken.listen()
        listening_socket("127.0.0.1", port=taken.getsockname()[1])


# What nobody waits for is written late, so that a crash is sure to lose it.
LATE_TO_WRITE = ServerSettings(overrides={**FORGETFUL.overrides, "wal_writer_delay": "10s"})


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A PostgreSQL of this test's own, which it may stop and kill."""
    folder = Path(tempfile.mkdtemp(prefix="lingting-live-", dir=fast_folder()))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "home", settings=LATE_TO_WRITE, state_root=folder / "state")
    yield server
    server.stop(limit_seconds=5)
    shutil.rmtree(folder, ignore_errors=True)


def listening(hub: RunningHub, writer: Writer) -> LiveClient:
    """A client that has heard an entry. One that is told to load again, while the hub settles, comes back as a browser does."""
    for _attempt in range(3):
        client = hub.connect(topics="case:1")
        assert client.next_event()
        before = writer.write("case:1")
        heard = client.news(1)
        if [news.get("id") for news in heard] == before:
            return client
        assert [news["kind"] for news in heard] in (["reload"], ["reconnect"]), heard
        client.close()
    raise AssertionError("the hub does not settle")


@pytest.mark.slow
def test_a_restart_of_postgresql_is_not_noticed_by_clients(
    own_server: EmbeddedServer, transactional_db: None, registries: None
) -> None:
    quiet: Callable[[str], None] = lambda sentence: None  # noqa: E731
    url = own_server.ensure(quiet).url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CREATE)
    writer = Writer(url)
    live = LiveApplication(TableSource(url, table=TABLE), conninfo=url, limits=LiveLimits())
    hub = RunningHub(live, listener=free_listener())
    with listening(hub, writer) as client:
        writer.connection.close()

        own_server.stop()
        assert own_server.ensure(quiet).url == url
        writer = Writer(url)
        after = writer.write("case:1", count=3)

        assert [news["id"] for news in client.news(3)] == after
        writer.connection.close()
    hub.stop()


@pytest.mark.slow
def test_numbers_that_a_crash_gives_out_anew_are_heard_by_who_stays_and_by_who_comes_back(
    own_server: EmbeddedServer, transactional_db: None, registries: None
) -> None:
    """PostgreSQL is killed right after transactions that wrote nothing: their numbers are given out once more.

    Such are those rolled back, and every NOTIFY: nobody waits until their end is written.
    """
    quiet: Callable[[str], None] = lambda sentence: None  # noqa: E731
    url = own_server.ensure(quiet).url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CREATE)
    writer = Writer(url)
    live = LiveApplication(TableSource(url, table=TABLE), conninfo=url, limits=LiveLimits())
    hub = RunningHub(live, listener=free_listener())
    with listening(hub, writer) as client:
        writer.wake()
        writer.connection.execute("BEGIN")
        rolled_back = _number_of(writer)
        writer.connection.execute("ROLLBACK")
        live.hub.wake()
        wait_until(lambda: live.hub._looked is not None and live.hub._looked.snapshot.xmax > rolled_back)
        left_at = str(live.hub.low_water)
        os.kill(own_server.pid or 0, signal.SIGKILL)
        writer.connection.close()
        writer = _again(own_server, quiet)

        first = _number_of(writer)
        entries = [writer.write("case:1")[0] for _each in range(3)]
        assert first < rolled_back, "PostgreSQL gave no number out anew: this test proves nothing"

        assert [news["id"] for news in client.news(3)] == entries
        with hub.connect(topics="case:1", after=left_at) as returned:
            assert [news["id"] for news in returned.news(3)] == entries
        writer.connection.close()
    hub.stop()


def _number_of(writer: Writer) -> int:
    row = writer.connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _again(server: EmbeddedServer, quiet: Callable[[str], None]) -> Writer:
    """A writer on the server that starts again by itself."""
    found: list[Writer] = []

    def try_it() -> bool:
        with contextlib.suppress(psycopg.OperationalError, Refusal):
            found.append(Writer(server.ensure(quiet).url))
        return bool(found)

    wait_until(try_it)
    return found[0]
