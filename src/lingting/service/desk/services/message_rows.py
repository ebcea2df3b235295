"""The statements under `messages`: take the cases, write the words, look up what was said before. Sets, never loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.models import CaseState, Conversation, MessageKind, Queue


@dataclass(frozen=True, slots=True)
class Target:
    """A conversation with its case, locked: how it stands before the words."""

    conversation_id: int
    case_id: int
    channel: str
    is_over: bool
    state: str
    assignee_id: int | None
    closed_at: datetime | None
    closed_by_id: int | None
    response_hours: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A message under a client key, as it was stored at its time."""

    id: int
    case_id: int
    kind: str
    created_at: datetime


_TARGETS = """
    SELECT talk.id, talk.case_id, talk.channel, talk.ended_at IS NOT NULL, file.state, file.assignee_id,
           file.closed_at, file.closed_by_id, queue.response_hours
    FROM desk_conversation talk
    JOIN desk_case file ON file.id = talk.case_id
    JOIN desk_queue queue ON queue.id = file.queue_id
    WHERE talk.id = ANY(%s::bigint[])
    ORDER BY file.id
    FOR NO KEY UPDATE OF file
"""

_GIVEN = """
    WITH given AS MATERIALIZED (
        SELECT nextval('desk_message_id_seq') AS id, said.*
        FROM json_to_recordset(%(rows)s::json) AS said(
            place integer, talk bigint, file bigint, author bigint, text text, data jsonb, key uuid,
            vector tsvector, preview text, at timestamptz, due_at timestamptz, state text)
    ), added AS (
        INSERT INTO desk_message
            (id, conversation_id, case_id, kind, author_id, text, data, created_at, client_key, vector)
        SELECT id, talk, file, %(kind)s::text, author, text, data, at, key, vector FROM given ORDER BY place
        ON CONFLICT (conversation_id, client_key) DO NOTHING
        RETURNING id
    )
"""
_NEW = """
    , new AS (
        SELECT file, count(*)::integer AS said, (array_agg(preview ORDER BY place DESC))[1] AS preview,
               min(at) AS first_at, max(at) AS last_at, min(due_at) AS due_at, (array_agg(state ORDER BY place DESC))[1] AS state
        FROM given JOIN added USING (id) GROUP BY file
    )
"""
_PLACES = "SELECT place, id FROM given JOIN added USING (id)"

_TOUCHES = {
    MessageKind.CUSTOMER.value: """
        preview = new.preview, preview_kind = %(kind)s::text, active_at = GREATEST(active_at, new.last_at),
        unread_count = unread_count + new.said, waiting_since_at = COALESCE(waiting_since_at, new.first_at),
        due_at = COALESCE(file.due_at, new.due_at), state = 'open', snoozed_until_at = NULL,
        closed_at = NULL, closed_by_id = NULL""",
    MessageKind.AGENT.value: """
        preview = new.preview, preview_kind = %(kind)s::text, active_at = GREATEST(active_at, new.last_at),
        unread_count = 0, waiting_since_at = NULL, due_at = NULL, state = new.state, snoozed_until_at = NULL""",
    MessageKind.BOT.value: """
        preview = new.preview, preview_kind = %(kind)s::text, active_at = GREATEST(active_at, new.last_at)""",
    MessageKind.NOTE.value: "active_at = GREATEST(active_at, new.last_at)",
}

_WRITES = {
    kind: f"{_GIVEN}{_NEW}, touched AS (UPDATE desk_case AS file SET {touch} FROM new WHERE file.id = new.file) {_PLACES}"
    for kind, touch in _TOUCHES.items()
}

_STORED = """
    SELECT asked.place, message.id, message.case_id, message.kind, message.created_at
    FROM json_to_recordset(%s::json) AS asked(place integer, talk bigint, key uuid)
    JOIN desk_message message ON message.conversation_id = asked.talk AND message.client_key = asked.key
"""


def touches_the_case(kind: str) -> bool:
    """Whether a message of this kind changes how its case stands in the lists."""
    return kind in _TOUCHES


def lock_targets(conversation_ids: Iterable[int], *, waits: bool) -> dict[int, Target]:
    """The conversations with their cases, locked in the order of the cases' ids.

    Without `waits`, those whose case somebody else has in hand are left out.
    """
    with bound_cursor(connection) as cursor:
        cursor.execute(_TARGETS if waits else f"{_TARGETS} SKIP LOCKED", [list(conversation_ids)])
        return {row[0]: Target(*row) for row in cursor.fetchall()}


def just_opened(talk: Conversation, *, queue: Queue) -> Target:
    """The target of a conversation which this transaction has opened, with its case: nobody else can have it in hand."""
    return Target(talk.pk, talk.case_id, talk.channel, False, CaseState.OPEN.value, None, None, None, queue.response_hours)


def write(rows: Sequence[dict[str, Any]], *, kind: str) -> dict[int, int]:
    """Adds messages of one kind and brings their cases up to date; the new ids by place.

    What is missing in the answer was stored before under its client key. Ids grow with the places.
    """
    values: dict[str, Any] = {"rows": orjson.dumps(rows).decode(), "kind": kind}
    with bound_cursor(connection) as cursor:
        cursor.execute(_WRITES.get(kind, f"{_GIVEN} {_PLACES}"), values)
        return dict(cursor.fetchall())


def stored(asked: Sequence[tuple[int, int, UUID]]) -> dict[int, Stored]:
    """What was said before under (place, conversation, client key), by place."""
    rows = [{"place": place, "talk": talk, "key": key} for place, talk, key in asked]
    with bound_cursor(connection) as cursor:
        cursor.execute(_STORED, [orjson.dumps(rows).decode()])
        return {place: Stored(*found) for place, *found in cursor.fetchall()}
