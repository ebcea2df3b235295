"""A `LiveSource` over one PostgreSQL table."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from lingting.platform.realtime.cursors import Cursor, Look, Snapshot
from lingting.platform.realtime.notify import WAKE_CHANNEL
from lingting.platform.realtime.sources import LiveEntry

STATEMENT_SECONDS = 15

CONNECTION_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "lingting-live",
}

_COLUMNS: LiteralString = "xid, id, occurred_at, kind, topics, live"

_LOOK: LiteralString = """
SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT entry.xid::text FROM {table} AS entry WHERE entry.occurred_at >= {since}
        ORDER BY entry.xid DESC, entry.id DESC LIMIT 1) AS newest
"""

_NEW: LiteralString = """
(SELECT {columns} FROM {table}
 WHERE {is_new} AND live IS NOT NULL AND topics <> '{{}}' AND {bounds} AND occurred_at >= {since} ORDER BY xid, id LIMIT {limit})
"""

_IN_ORDER: LiteralString = "SELECT * FROM ({both}) AS fresh ORDER BY fresh.xid, fresh.id LIMIT {limit}"

_SHOWN: LiteralString = "news.xid::text, news.id, news.occurred_at, news.kind, news.topics, news.live::text"

_READ: LiteralString = "SELECT {shown} FROM ({news}) AS news ORDER BY news.xid, news.id"

_LOOK_AND_READ: LiteralString = """
SELECT look.snapshot, look.newest, {shown} FROM ({look}) AS look LEFT JOIN ({news}) AS news ON true
ORDER BY news.xid, news.id
"""

_BOUNDS: LiteralString = """
pg_visible_in_snapshot(xid, {target}::pg_snapshot) AND (xid, id) > ({after_xid}::xid8, {after_id}::bigint)
"""

_LINEAGE: LiteralString = """
SELECT current_database() || ':' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
"""


class TableSource:
    """Reads live entries from a table with columns `xid, id, occurred_at, kind, topics, live`.

    The table has an index on `(xid, id)`; `xid` is `xid8` with default `pg_current_xact_id()`.
    An entry is new when its transaction had not begun, or was still running, in the snapshot
    seen before. That is exact, so nothing is read twice however long a transaction stays open.
    """

    channel = WAKE_CHANNEL

    def __init__(self, conninfo: str, *, table: str = "timeline_entry") -> None:
        self._conninfo = conninfo
        self._table = table
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._lock = asyncio.Lock()

    async def look(self, *, since: datetime | None) -> Look:
        [(snapshot, newest)] = await self._fetch(self._look(since))
        return Look(Snapshot.parse(snapshot), int(newest or 0))

    async def look_and_read(
        self, seen: Snapshot, *, since: datetime | None, limit: int
    ) -> tuple[Look, list[LiveEntry]]:
        """One statement sees just what is visible in its own snapshot, so that needs no asking."""
        news = self._news(seen, bounds=sql.SQL("true"), since=since, limit=limit)
        rows = await self._fetch(sql.SQL(_LOOK_AND_READ).format(shown=sql.SQL(_SHOWN), look=self._look(since), news=news))
        snapshot, newest = rows[0][:2]
        return Look(Snapshot.parse(snapshot), int(newest or 0)), [_entry(row[2:]) for row in rows if row[2] is not None]

    async def read_between(
        self, seen: Snapshot, *, target: Snapshot, after: Cursor | None, since: datetime | None, limit: int
    ) -> list[LiveEntry]:
        after = after or Cursor(0, 0)
        bounds = sql.SQL(_BOUNDS).format(
            target=sql.Literal(str(target)), after_xid=sql.Literal(str(after.xid)), after_id=sql.Literal(after.id)
        )
        news = self._news(seen, bounds=bounds, since=since, limit=limit)
        return [_entry(row) for row in await self._fetch(sql.SQL(_READ).format(shown=sql.SQL(_SHOWN), news=news))]

    async def lineage(self) -> str:
        return str((await self._fetch(sql.SQL(_LINEAGE)))[0][0])

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _look(self, since: datetime | None) -> sql.Composed:
        return sql.SQL(_LOOK).format(table=sql.Identifier(self._table), since=_literal(since))

    def _news(self, seen: Snapshot, *, bounds: sql.Composable, since: datetime | None, limit: int) -> sql.Composed:
        """Values are literals so that the planner prunes partitions and picks the index every time."""
        new = [sql.SQL("xid >= {}::xid8").format(sql.Literal(str(seen.xmax)))]
        if seen.running:
            running = sql.Literal("{" + ",".join(map(str, seen.running)) + "}")
            new.append(sql.SQL("xid = ANY({}::xid8[])").format(running))
        parts = [
            sql.SQL(_NEW).format(
                columns=sql.SQL(_COLUMNS), table=sql.Identifier(self._table), is_new=is_new, bounds=bounds,
                since=_literal(since), limit=sql.Literal(limit),
            )
            for is_new in new
        ]  # fmt: skip
        return sql.SQL(_IN_ORDER).format(both=sql.SQL(" UNION ALL ").join(parts), limit=sql.Literal(limit))

    async def _fetch(self, query: sql.SQL | sql.Composed) -> list[tuple[Any, ...]]:
        """Rows of a query; any failure closes the connection and becomes a `ConnectionError`."""
        async with self._lock:
            try:
                async with asyncio.timeout(STATEMENT_SECONDS):
                    connection = await self._connected()
                    cursor = await connection.execute(query)
                    return await cursor.fetchall()
            except (psycopg.Error, TimeoutError, OSError) as error:
                await self.close()
                raise ConnectionError(f"{type(error).__name__}: {error}") from error

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, prepare_threshold=None, **CONNECTION_OPTIONS
            )
        return self._connection


def _literal(since: datetime | None) -> sql.Composable:
    return sql.SQL("'-infinity'") if since is None else sql.Literal(since)


def _entry(row: tuple[Any, ...]) -> LiveEntry:
    xid, entry_id, at, kind, topics, live = row
    return LiveEntry(Cursor(int(xid), entry_id), at, kind, tuple(topics), live)
