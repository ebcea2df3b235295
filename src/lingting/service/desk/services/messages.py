"""Saying something: the hot path of the house.

Three statements in one transaction: lock the case, write the message with its search vector and the case's
row, record the fact. The case's lock makes message ids of one case grow in the order of their commits, so
"everything after id n" never misses one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Fact
from lingting.kernel.timeline.services import record
from lingting.platform.realtime import notify
from lingting.platform.search import vector
from lingting.service.desk.events import CaseReopened, CaseWoken, MessageAdded
from lingting.service.desk.models import Attachment, CaseState, MessageKind
from lingting.service.desk.services.promises import answer_due_at
from lingting.service.desk.services.refusals import (
    ConversationIsOver,
    ConversationNotFound,
    EmptyMessage,
    MessageTooLong,
    case_is_closed,
)

LONGEST_TEXT = 20_000
PREVIEW_LENGTH = 140
LIVE_CHANNELS = frozenset({"chat", "voice"})

_TARGET = """
    SELECT talk.case_id, talk.channel, talk.ended_at IS NOT NULL, file.state, file.assignee_id,
           file.waiting_since_at, queue.response_hours, file.closed_at, closer.display_name
    FROM desk_conversation talk
    JOIN desk_case file ON file.id = talk.case_id
    JOIN desk_queue queue ON queue.id = file.queue_id
    LEFT JOIN accounts_account closer ON closer.id = file.closed_by_id
    WHERE talk.id = %s
    FOR NO KEY UPDATE OF file
"""

_ADD = """
    INSERT INTO desk_message
        (conversation_id, case_id, kind, author_id, text, data, created_at, client_key, vector)
    VALUES (%(talk)s, %(case)s, %(kind)s, %(author)s, %(text)s, %(data)s, %(now)s, %(key)s, %(vector)s::tsvector)
    ON CONFLICT (conversation_id, client_key) DO NOTHING
    RETURNING id
"""

_TOUCHES = {
    MessageKind.CUSTOMER: """
        preview = %(preview)s, preview_kind = %(kind)s, active_at = GREATEST(active_at, %(now)s),
        unread_count = unread_count + 1, waiting_since_at = COALESCE(waiting_since_at, %(now)s),
        due_at = COALESCE(due_at, %(due)s), state = 'open', snoozed_until_at = NULL,
        closed_at = NULL, closed_by_id = NULL""",
    MessageKind.AGENT: """
        preview = %(preview)s, preview_kind = %(kind)s, active_at = GREATEST(active_at, %(now)s),
        unread_count = 0, waiting_since_at = NULL, due_at = NULL, state = %(state)s, snoozed_until_at = NULL""",
    MessageKind.BOT: """
        preview = %(preview)s, preview_kind = %(kind)s, active_at = GREATEST(active_at, %(now)s)""",
    MessageKind.NOTE: "active_at = GREATEST(active_at, %(now)s)",
}

_ADD_AND_TOUCH = {
    kind: f"WITH added AS ({_ADD}), touched AS (UPDATE desk_case SET {touch}"
    " WHERE id = %(case)s AND EXISTS (SELECT 1 FROM added)) SELECT id FROM added"
    for kind, touch in _TOUCHES.items()
}


@dataclass(frozen=True, slots=True)
class AddedMessage:
    """A message as it was stored. `is_repeat`: this client key had been stored before, nothing was added."""

    id: int
    case_id: int
    conversation_id: int
    kind: str
    created_at: datetime
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class _Target:
    case_id: int
    channel: str
    is_over: bool
    state: str
    assignee_id: int | None
    waiting_since_at: datetime | None
    response_hours: int
    closed_at: datetime | None
    closed_by: str | None


@transaction.atomic
def add_message(
    conversation_id: int,
    *,
    kind: str,
    text: str,
    actor: Actor,
    now: datetime,
    client_key: UUID | None = None,
    attachment_ids: Sequence[int] = (),
    data: dict[str, Any] | None = None,
) -> AddedMessage:
    """Adds what somebody said and brings its case up to date; exactly once per `client_key`.

    `kind` is a `MessageKind`; `attachment_ids` are stored files; a system line has a code in `data` and may
    have no text. A customer's words reopen or wake the case. A staff actor is the author.
    Raises `EmptyMessage`, `MessageTooLong`, `ConversationNotFound`, `ConversationIsOver` (customer, after
    the end) and `CaseIsClosed` (agent). Locks the case.
    """
    text = check_text(text, may_be_empty=bool(attachment_ids or data))
    target = _lock_target(conversation_id)
    if target.is_over and kind == MessageKind.CUSTOMER:
        repeat = _stored(conversation_id, client_key=client_key, target=target)
        if repeat:
            return repeat
        raise ConversationIsOver(_("This conversation has ended. Start a new one to go on."))
    if kind == MessageKind.AGENT and target.state == CaseState.CLOSED:
        repeat = _stored(conversation_id, client_key=client_key, target=target)
        if repeat:
            return repeat
        raise case_is_closed(case_id=target.case_id, closed_by=target.closed_by or "", closed_at=target.closed_at, now=now)
    row = _row(target, kind=kind, text=text, actor=actor, now=now, names=_file_names(text, attachment_ids))
    row |= {"talk": conversation_id, "key": client_key, "data": orjson.dumps(data).decode() if data else None}
    message_id = _insert(row)
    if message_id is None:
        repeat = _stored(conversation_id, client_key=client_key, target=target)
        assert repeat is not None  # the conflict was on this very key, and nothing deletes messages
        return repeat
    if attachment_ids:
        Attachment.objects.bulk_create(Attachment(message_id=message_id, file_id=each) for each in attachment_ids)
    for fact in _facts(target, row=row, message_id=message_id, files=len(attachment_ids), actor=actor):
        record(fact, actor=actor, now=now)
    if target.assignee_id is None and kind in _TOUCHES:
        notify.signal(["desk"], kind="CaseTouched", data={"case_id": target.case_id})
    return AddedMessage(message_id, target.case_id, conversation_id, str(kind), now, is_repeat=False)


def check_text(text: str, *, may_be_empty: bool = False) -> str:
    """The text as it is stored: no NUL, unix line ends, trimmed. Raises `EmptyMessage`, `MessageTooLong`."""
    clean = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not clean and not may_be_empty:
        raise EmptyMessage(_("Write something or attach a file first."))
    if len(clean) > LONGEST_TEXT:
        raise MessageTooLong(
            _("A message holds at most %(most)s characters; this one has %(count)s. Shorten it or attach a file.")
            % {"most": LONGEST_TEXT, "count": len(clean)}
        )
    return clean


def preview_of(text: str) -> str:
    """The first words on one line, as the inbox shows them."""
    return " ".join(text[: PREVIEW_LENGTH * 3].split())[:PREVIEW_LENGTH]


def _lock_target(conversation_id: int) -> _Target:
    with connection.cursor() as cursor:
        cursor.execute(_TARGET, [conversation_id])
        row = cursor.fetchone()
    if row is None:
        raise ConversationNotFound(_("This conversation does not exist."))
    return _Target(*row)


def _row(target: _Target, *, kind: str, text: str, actor: Actor, now: datetime, names: str) -> dict[str, Any]:
    is_live = target.channel in LIVE_CHANNELS and not target.is_over
    return {
        "case": target.case_id,
        "kind": str(kind),
        "author": actor.id if actor.is_staff else None,
        "text": text,
        "now": now,
        "vector": vector(text) if text else "",
        "preview": preview_of(text) or names[:PREVIEW_LENGTH],
        "due": answer_due_at(waiting_since_at=now, response_hours=target.response_hours),
        "state": CaseState.OPEN.value if is_live else CaseState.WAITING.value,
    }


def _insert(row: dict[str, Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD_AND_TOUCH.get(MessageKind(row["kind"]), _ADD), row)
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _stored(conversation_id: int, *, client_key: UUID | None, target: _Target) -> AddedMessage | None:
    if client_key is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, created_at FROM desk_message WHERE conversation_id = %s AND client_key = %s",
            [conversation_id, client_key],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return AddedMessage(row[0], target.case_id, conversation_id, row[1], row[2], is_repeat=True)


def _file_names(text: str, attachment_ids: Sequence[int]) -> str:
    """What the inbox shows for a message of files alone."""
    if text or not attachment_ids:
        return ""
    from lingting.platform.files.models import StoredFile

    return "📎 " + ", ".join(StoredFile.objects.filter(pk__in=attachment_ids).values_list("original_name", flat=True))


def _facts(target: _Target, *, row: dict[str, Any], message_id: int, files: int, actor: Actor) -> list[Fact]:
    facts: list[Fact] = []
    if row["kind"] == MessageKind.CUSTOMER and target.state == CaseState.CLOSED:
        facts.append(CaseReopened(case_id=target.case_id, by_customer=True))
    if row["kind"] == MessageKind.CUSTOMER and target.state == CaseState.SNOOZED:
        facts.append(CaseWoken(case_id=target.case_id, reason="customer"))
    facts.append(
        MessageAdded(
            case_id=target.case_id,
            conversation_id=row["talk"],
            message_id=message_id,
            message_kind=row["kind"],
            text=row["text"][:2000],
            author_label=actor.label,
            assignee_id=target.assignee_id,
            attachments=files,
            client_key=str(row["key"]) if row["key"] else None,
        )
    )
    return facts
