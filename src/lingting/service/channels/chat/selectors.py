"""What a visitor sees: how the chat stands, what was said, how long it may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet

from lingting.kernel.calendars.selectors import recent_openings
from lingting.platform.database.composed import composed, one
from lingting.platform.files.models import StoredFile
from lingting.platform.files.selectors import signed_url
from lingting.service.channels.chat.models import ChatSession, Visitor, Widget
from lingting.service.channels.chat.widgets import queues_of
from lingting.service.desk.models import Attachment, Message, MessageKind
from lingting.service.desk.services import AddedMessage, line_text
from lingting.service.feedback.models import Rating
from lingting.service.routing.models import Assignment, Contact
from lingting.service.routing.selectors import WaitOutlook, outlook, outlooks

SHOWN_KINDS = (MessageKind.CUSTOMER, MessageKind.AGENT, MessageKind.BOT, MessageKind.SYSTEM)
MOST_MESSAGES = 200
FILES_LAST = timedelta(hours=12)


@dataclass(frozen=True)
class QueueChoice:
    """A queue the customer can choose, and whether somebody answers there now."""

    key: str
    name: str
    is_open: bool
    opens_at: datetime | None


@dataclass(frozen=True)
class ChatStanding:
    """How a conversation stands. `state` is waiting, talking or ended; `outlook` only while it waits."""

    state: str
    agent_name: str
    outlook: WaitOutlook | None
    may_leave_contact: bool
    is_rated: bool


@dataclass(frozen=True)
class Said:
    """What the customer may read, oldest first; `has_more`: there is more after the last of them.

    `has_earlier`: there is more before the first of them; only told where that is asked.
    """

    messages: list[dict[str, Any]]
    has_more: bool
    has_earlier: bool
    read_up_to: int


def queue_choices(widget: Widget, *, now: datetime) -> list[QueueChoice]:
    """The widget's queues in their order; its own one when none is offered."""
    own, *offered = queues_of(widget.pk)
    choices = []
    for queue in offered or [own]:
        read = recent_openings(queue.calendar_id)
        is_open = read.is_open(now)
        choices.append(QueueChoice(queue.key, queue.name, is_open, None if is_open else read.next_opening(now)))
    return choices


def standing(session: ChatSession, *, now: datetime) -> ChatStanding:
    """How the chat stands at this moment; a handful of small queries."""
    conversation = session.conversation
    if conversation.ended_at is not None:
        return replace(standings_of_ended([conversation.pk])[conversation.pk], is_rated=bool(_ratings_of(conversation.pk)))
    contact = one(_waiting_with(conversation.pk))
    if contact is None:
        name = one(_owner_of(conversation.pk))
        state = "waiting" if name is None else "talking"
        return ChatStanding(state, name or "", None, may_leave_contact=name is None, is_rated=False)
    return _waiting(session, contact=contact, seen=outlook(contact), now=now)


def _waiting(session: ChatSession, *, contact: Contact, seen: WaitOutlook, now: datetime) -> ChatStanding:
    limit = session.visitor.widget.leave_contact_after_seconds
    patient = (now - contact.entered_at).total_seconds() < limit and (seen.high_seconds or limit + 1) <= limit
    return ChatStanding("waiting", "", seen, may_leave_contact=not patient, is_rated=False)


def standings_of_new(begun: Sequence[tuple[ChatSession, Contact]], *, now: datetime) -> dict[int, ChatStanding]:
    """By conversation, of those that have just begun to wait."""
    seen = outlooks([contact for _session, contact in begun])
    return {
        session.conversation_id: _waiting(session, contact=contact, seen=seen[contact.pk], now=now)
        for session, contact in begun
    }


def standings_of_ended(conversation_ids: Sequence[int]) -> dict[int, ChatStanding]:
    """By conversation, of those that have just ended, so that nobody can have rated them; one query."""
    names = dict(_last_owners(list(conversation_ids)))
    return {pk: ChatStanding("ended", names.get(pk, ""), None, may_leave_contact=False, is_rated=False) for pk in conversation_ids}


@composed
def _last_owners(conversation_ids: list[int]) -> QuerySet[Assignment, tuple[int, str]]:
    had = Assignment.objects.filter(conversation_id__among=conversation_ids).order_by("conversation_id", "-id")
    return had.distinct("conversation_id").values_list("conversation_id", "account__display_name")


@composed
def _ratings_of(conversation_id: int) -> QuerySet[Rating, int]:
    return Rating.objects.filter(conversation_id=conversation_id).values_list("pk", flat=True)[:1]


@composed
def _waiting_with(conversation_id: int) -> QuerySet[Contact]:
    return Contact.objects.filter(conversation_id=conversation_id, ended_at=None)


@composed
def _owner_of(conversation_id: int) -> QuerySet[Assignment, str]:
    in_hand = Assignment.objects.filter(conversation_id=conversation_id, ended_at=None)
    return in_hand.values_list("account__display_name", flat=True)


def messages_after(
    conversation_id: int, *, after_id: int, visitor: Visitor, is_held: bool, now: datetime
) -> Said:
    """What was said after a message, the latest 200 when asked from the beginning: never notes or whispers.

    `is_held`: somebody has or had the conversation on their desk. One query, another for files and for a part.
    """
    rows = _following(conversation_id, after_id) if after_id > 0 else _latest(conversation_id)
    is_cut = len(rows) > MOST_MESSAGES
    return Said(
        _told(rows[:MOST_MESSAGES], visitor=visitor, is_held=is_held, now=now),
        has_more=is_cut and after_id > 0, has_earlier=is_cut and after_id == 0,
        read_up_to=_read_up_to(conversation_id, rows=rows, is_all=after_id == 0 and not is_cut),
    )  # fmt: skip


def nothing_of(conversation_ids: Sequence[int]) -> dict[int, Said]:
    """By conversation, for pages that have everything: no messages, only how far ours have read; one query."""
    read = dict(_last_reads(list(conversation_ids)))
    return {pk: Said([], has_more=False, has_earlier=False, read_up_to=read.get(pk, 0)) for pk in conversation_ids}


@composed
def _last_reads(conversation_ids: list[int]) -> QuerySet[Message, tuple[int, int]]:
    read = Message.objects.filter(conversation_id__among=conversation_ids, kind=MessageKind.CUSTOMER, read_at__isnull=False)
    return read.order_by().values("conversation_id").annotate(last=Max("id")).values_list("conversation_id", "last")


def first_words(message: AddedMessage, *, text: str, client_key: UUID) -> Said:
    """What stands in a conversation that has just begun: its customer's first words, without files."""
    row = {
        "id": message.id, "kind": message.kind, "text": text, "data": None, "created_at": message.created_at,
        "client_key": client_key, "delivered_at": None, "read_at": None, "author__display_name": None,
    }  # fmt: skip
    return Said([_shown(row, files={}, is_held=False)], has_more=False, has_earlier=False, read_up_to=0)


def _read_up_to(conversation_id: int, *, rows: Sequence[Mapping[str, Any]], is_all: bool) -> int:
    """The last of the customer's words that somebody has read; one query, none where all of them are at hand."""
    if is_all:
        seen = (row["id"] for row in rows if row["kind"] == MessageKind.CUSTOMER and row["read_at"] is not None)
        return max(seen, default=0)
    return nothing_of([conversation_id])[conversation_id].read_up_to


def messages_before(
    conversation_id: int, *, before_id: int, visitor: Visitor, is_held: bool, now: datetime
) -> Said:
    """The latest 200 that were said before a message; `is_held` as above. Two queries at most, of one keyset page."""
    rows = _preceding(conversation_id, before_id)
    return Said(
        _told(rows[:MOST_MESSAGES], visitor=visitor, is_held=is_held, now=now),
        has_more=False, has_earlier=len(rows) > MOST_MESSAGES, read_up_to=0,
    )  # fmt: skip


@composed
def _latest(conversation_id: int) -> QuerySet[Message, dict[str, Any]]:
    return _page(_shown_in(conversation_id).order_by("-id"))


@composed
def _following(conversation_id: int, after_id: int) -> QuerySet[Message, dict[str, Any]]:
    return _page(_shown_in(conversation_id).filter(id__gt=after_id).order_by("id"))


@composed
def _preceding(conversation_id: int, before_id: int) -> QuerySet[Message, dict[str, Any]]:
    return _page(_shown_in(conversation_id).filter(id__lt=before_id).order_by("-id"))


def _shown_in(conversation_id: int) -> QuerySet[Message]:
    return Message.objects.filter(conversation_id=conversation_id, kind__in=SHOWN_KINDS)


def _page(messages: QuerySet[Message]) -> QuerySet[Message, dict[str, Any]]:
    return messages.values(*_COLUMNS, has_files=_HAS_FILES)[: MOST_MESSAGES + 1]


def _told(rows: list[dict[str, Any]], *, visitor: Visitor, is_held: bool, now: datetime) -> list[dict[str, Any]]:
    with_files = [row["id"] for row in rows if row["has_files"]]
    files = _files_of(with_files, visitor=visitor, now=now) if with_files else {}
    return [_shown(row, files=files, is_held=is_held) for row in sorted(rows, key=lambda row: row["id"])]


_COLUMNS = ("id", "kind", "text", "data", "created_at", "client_key", "delivered_at", "read_at", "author__display_name")
_HAS_FILES = Exists(Attachment.objects.filter(message_id=OuterRef("pk")))


def _shown(row: dict[str, Any], *, files: dict[int, list[dict[str, Any]]], is_held: bool) -> dict[str, Any]:
    is_system, is_own = row["kind"] == MessageKind.SYSTEM, row["kind"] == MessageKind.CUSTOMER
    is_read = row["read_at"] is not None
    return {
        "id": row["id"], "kind": row["kind"], "at": row["created_at"], "client_key": row["client_key"],
        "text": line_text(row["data"], text=row["text"]) if is_system else row["text"],
        "author": row["author__display_name"] or "", "is_read": is_read,
        "is_delivered": is_read or row["delivered_at"] is not None or (is_own and is_held),
        "files": files.get(row["id"], []),
    }  # fmt: skip


def file_url(file: StoredFile, *, visitor: Visitor, now: datetime) -> str:
    """Where a visitor fetches a file; the same address for an hour, so that browsers keep the picture."""
    whole_hour = now.replace(minute=0, second=0, microsecond=0)
    return signed_url(file, audience=f"visitor:{visitor.key}", now=whole_hour, ttl=FILES_LAST)


def _files_of(message_ids: list[int], *, visitor: Visitor, now: datetime) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for attachment in Attachment.objects.filter(message_id__in=message_ids).select_related("file").order_by("pk"):
        file = attachment.file
        found.setdefault(attachment.message_id, []).append(
            {
                "id": file.public_id, "name": file.original_name, "size": file.size, "is_image": file.is_image,
                "width": file.width, "height": file.height,
                "url": file_url(file, visitor=visitor, now=now),
            }
        )  # fmt: skip
    return found
