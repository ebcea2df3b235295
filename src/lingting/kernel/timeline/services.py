"""Writing facts, and reading them in order with a durable place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from lingting.kernel.timeline.events import Actor, Fact, receivers_of
from lingting.platform.database.partitions import ensure_partitions
from lingting.platform.realtime import notify

_INSERT = """
    INSERT INTO timeline_entry
        (occurred_at, kind, subject_type, subject_id, actor_kind, actor_id, actor_label, data, topics, live)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    RETURNING id
"""


def record(fact: Fact, *, actor: Actor, now: datetime) -> int:
    """Writes a fact in the running transaction, runs its receivers, wakes live readers after commit.

    Returns the entry's id. Raises `TransactionManagementError` outside a transaction:
    a fact without the change that made it true would be a lie.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a fact is recorded in the transaction that made it true")
    topics = list(fact.topics())
    live = fact.live() if topics else None
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                now, fact.kind(), fact.subject_type, fact.subject_id, actor.kind, actor.id, actor.label,
                _json(fact.data()), topics, None if live is None else _json(live),
            ],
        )  # fmt: skip
        entry_id = int(cursor.fetchone()[0])
    if live is not None:
        notify.wake()
    for receiver in receivers_of(fact):
        receiver(fact, actor, now)
    return entry_id


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()


def make_months(*, now: datetime, months_ahead: int = 3, months_back: int = 3) -> list[str]:
    """Makes the log's partitions around a moment; returns the new ones. Harmless to repeat and to run twice at once."""
    return ensure_partitions(
        connection, table="timeline_entry", months_ahead=months_ahead, months_back=months_back, now=now
    )


@dataclass(frozen=True)
class ReadEntry:
    """A fact as a durable reader sees it."""

    id: int
    occurred_at: datetime
    kind: str
    subject_type: str
    subject_id: int
    actor_kind: str
    actor_id: int | None
    data: dict[str, Any]


_READ = """
    SELECT xid::text::bigint, id, occurred_at, kind, subject_type, subject_id, actor_kind, actor_id, data
    FROM timeline_entry
    WHERE (xid, id) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, id LIMIT %s
"""


def consume(
    reader: str, handle: Callable[[list[ReadEntry]], None], *, now: datetime, batch: int = 500
) -> int:
    """Hands the next facts to `handle` in order and moves the reader's place in the same transaction.

    Exactly once per reader: two processes with one name wait for each other on the cursor row.
    Returns how many were read; call again until it returns 0.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO timeline_cursor (reader, xid, entry_id) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING", [reader]
        )
        cursor.execute("SELECT xid, entry_id FROM timeline_cursor WHERE reader = %s FOR UPDATE", [reader])
        xid, entry_id = cursor.fetchone()
        cursor.execute(_READ, [str(xid), entry_id, batch])
        rows = cursor.fetchall()
        if not rows:
            return 0
        handle([_read_entry(row) for row in rows])
        cursor.execute(
            "UPDATE timeline_cursor SET xid = %s, entry_id = %s, moved_at = %s WHERE reader = %s",
            [rows[-1][0], rows[-1][1], now, reader],
        )
    return len(rows)


def _read_entry(row: tuple[Any, ...]) -> ReadEntry:
    data = row[8]
    return ReadEntry(
        id=row[1], occurred_at=row[2], kind=row[3], subject_type=row[4], subject_id=row[5], actor_kind=row[6], actor_id=row[7],
        data=orjson.loads(data) if isinstance(data, str) else data,
    )  # fmt: skip
