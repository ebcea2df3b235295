"""Writing facts, and reading them in order with a durable place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from lingting.kernel.timeline.events import Actor, Fact, Happening, bulk_receivers_of, receivers_of
from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.partitions import ensure_partitions
from lingting.platform.realtime import notify

_INSERT = """
    INSERT INTO timeline_entry
        (occurred_at, kind, subject_type, subject_id, actor_kind, actor_id, actor_label, data, topics, live)
    SELECT %s, kind, subject_type, subject_id, actor_kind, actor_id, actor_label, data, topics, live
    FROM json_to_recordset(%s::json) AS given(
        kind text, subject_type text, subject_id bigint, actor_kind text, actor_id bigint, actor_label text,
        data jsonb, topics text[], live jsonb)
    RETURNING id
"""


def record(fact: Fact, *, actor: Actor, now: datetime) -> int:
    """Writes a fact in the running transaction, runs its receivers, wakes live readers after commit.

    Returns the entry's id. Raises `TransactionManagementError` outside a transaction:
    a fact without the change that made it true would be a lie.
    """
    return record_many([Happening(fact, actor)], now=now)[0]


def record_many(happenings: Sequence[Happening], *, now: datetime) -> list[int]:
    """`record` for facts that became true together: one statement, one wake. Returns the entries' ids in order.

    Receivers run after all are written: first each fact's own, in order, then those in bulk, once for each kind.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a fact is recorded in the transaction that made it true")
    if not happenings:
        return []
    rows = [_row(each.fact, each.actor) for each in happenings]
    with bound_cursor(connection) as cursor:
        cursor.execute(_INSERT, [now, orjson.dumps(rows, default=str).decode()])
        ids = [int(found[0]) for found in cursor.fetchall()]
    if any(row["live"] is not None for row in rows):
        notify.wake()
    if any(each.fact.changes_work for each in happenings):
        notify.wake(channel=notify.WORK_CHANNEL)
    _tell_receivers(happenings, now=now)
    return ids


def _row(fact: Fact, actor: Actor) -> dict[str, Any]:
    topics = fact.topics()
    return {
        "kind": fact.kind(), "subject_type": fact.subject_type, "subject_id": fact.subject_id,
        "actor_kind": actor.kind, "actor_id": actor.id, "actor_label": actor.label,
        "data": fact.data(), "topics": topics, "live": fact.live() if topics else None,
    }  # fmt: skip


def _tell_receivers(happenings: Sequence[Happening], *, now: datetime) -> None:
    of_kind: dict[str, list[Happening]] = {}
    for each in happenings:
        of_kind.setdefault(each.fact.kind(), []).append(each)
        for receiver in receivers_of(each.fact):
            receiver(each.fact, each.actor, now)
    for kind, together in of_kind.items():
        for in_bulk in bulk_receivers_of(kind):
            in_bulk(together, now)


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
