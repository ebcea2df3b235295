"""Conversations that begin: a case with its chat, the first words, the wait in the queue; one or many in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lingting.kernel.calendars.selectors import is_open
from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.inserting import insert_many
from lingting.platform.refusals import Conflict, Refusal
from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.channels.chat.services.conversations import actor_of, files_of, live_session, say, session_with
from lingting.service.channels.chat.services.visits import customers_of_locked, lock_visitor
from lingting.service.channels.chat.widgets import queues_of
from lingting.service.crm.models import Customer
from lingting.service.desk.models import MessageKind, Queue
from lingting.service.desk.services import (
    AddedMessage,
    NewCase,
    NewMessage,
    add_messages,
    check_text,
    just_opened,
    open_cases,
    start_conversations,
)
from lingting.service.routing.models import Contact
from lingting.service.routing.services import Waiting, enqueue_many

SUBJECT_LENGTH = 60


class Closed(Conflict):
    """Outside opening hours a message can be left, but nobody answers at once."""

    code = "closed"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a visitor begins with. `queue_key` is the choice of a queue; an unknown one counts as none."""

    visitor: Visitor
    text: str
    queue_key: str
    client_key: UUID
    file_ids: Sequence[UUID] = ()


@dataclass(frozen=True)
class Said:
    """A session with the message that was just stored in it, and the contact it waits with, if it has just begun."""

    session: ChatSession
    message: AddedMessage
    contact: Contact | None = None


def begin(visitor: Visitor, *, text: str, queue_key: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime) -> Said:
    """Opens a case with its chat, says the first words and waits in the queue; all in one transaction.

    A visitor has one live conversation: beginning again adds the words to it. Words that were said before, even in a
    conversation that has ended since, are not said again. Raises `Closed` outside the queue's hours, and what
    `add_message` raises. Locks the visitor.
    """
    check_text(text, may_be_empty=bool(file_ids))
    with transaction.atomic():
        session = None
        if lock_visitor(visitor):
            session = session_with(visitor, client_key=client_key) or live_session(visitor)
        if session is None:
            given = Beginning(visitor, text, queue_key, client_key, file_ids)
            if not _is_open(given, now=now):
                raise Closed(_("We are closed now. Leave a message with your phone number or e-mail, and we will answer."))
            return _begun([given], now=now)[0]
        said = say(session, visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now)
        return Said(session, said)


_FREE = """
    SELECT asked.place, visitor.customer_id
    FROM unnest(%s::bigint[], %s::uuid[]) WITH ORDINALITY AS asked(visitor, key, place)
    JOIN chat_visitor visitor ON visitor.id = asked.visitor
    WHERE NOT EXISTS (
        SELECT FROM chat_chatsession session WHERE session.visitor_id = visitor.id AND (session.ended_at IS NULL OR EXISTS (
            SELECT FROM desk_message said WHERE said.conversation_id = session.conversation_id AND said.client_key = asked.key)))
    ORDER BY visitor.id FOR NO KEY UPDATE OF visitor SKIP LOCKED
"""


@transaction.atomic
def begin_many(items: Sequence[Beginning], *, now: datetime) -> list[Said | None]:
    """`begin` for those who begin at the same moment: for each what was begun, or None, and `begin` should see to it alone.

    Takes visitors without a running conversation, whose words are new and proper, in open hours, each once; of the others
    nothing is done, and it waits for nobody. Raises `IntegrityError` when somebody was quicker by a moment.
    """
    plain = {item.visitor.pk: place for place, item in reversed(list(enumerate(items))) if _is_plain(item, now=now)}
    begun: list[Said | None] = [None] * len(items)
    free = _lock_free([items[place] for place in plain.values()])
    chosen = [place for pk, place in sorted(plain.items()) if pk in free]
    for place, said in zip(chosen, _begun([items[place] for place in chosen], now=now), strict=True):
        begun[place] = said
    return begun


def _is_plain(item: Beginning, *, now: datetime) -> bool:
    try:
        check_text(item.text)
    except Refusal:
        return False
    customer = item.visitor.customer
    return (customer is None or customer.merged_into_id is None) and not item.file_ids and _is_open(item, now=now)


def _is_open(item: Beginning, *, now: datetime) -> bool:
    return is_open(queue_for(item.visitor, item.queue_key).calendar_id, at=now)


def _lock_free(items: Sequence[Beginning]) -> set[int]:
    """Of the visitors those who may begin anew, locked in the order of their ids; who is known by now as at the asking."""
    if not items:
        return set()
    with bound_cursor(connection) as cursor:
        cursor.execute(_FREE, [[item.visitor.pk for item in items], [item.client_key for item in items]])
        found = [(items[place - 1].visitor, customer_id) for place, customer_id in cursor.fetchall()]
    return {visitor.pk for visitor, customer_id in found if visitor.customer_id == customer_id}


def _begun(items: Sequence[Beginning], *, now: datetime) -> list[Said]:
    if not items:
        return []
    queues = [queue_for(item.visitor, item.queue_key) for item in items]
    sessions = new_sessions([(item.visitor, queue, item.text) for item, queue in zip(items, queues, strict=True)], now=now)
    actors = [actor_of(item.visitor) for item in items]
    words = [
        NewMessage(
            session.conversation_id, MessageKind.CUSTOMER.value, item.text, actor, item.client_key,
            files_of(item.visitor, item.file_ids) if item.file_ids else (),
        )
        for session, item, actor in zip(sessions, items, actors, strict=True)
    ]  # fmt: skip
    talks = zip(sessions, queues, strict=True)
    opened = {session.conversation_id: just_opened(session.conversation, queue=queue) for session, queue in talks}
    messages = []
    for outcome in add_messages(words, now=now, opened=opened):
        if isinstance(outcome, Refusal):
            raise outcome
        messages.append(outcome)
    waiting = [Waiting(session.conversation_id, actor) for session, actor in zip(sessions, actors, strict=True)]
    return [Said(*each) for each in zip(sessions, messages, enqueue_many(waiting, now=now), strict=True)]


def new_sessions(given: Sequence[tuple[Visitor, Queue, str]], *, now: datetime, is_live: bool = True) -> list[ChatSession]:
    """A case, its conversation and the chat in it, for visitors that are locked: visitor, queue, first words of each."""
    customers: list[Customer] = customers_of_locked([visitor for visitor, _queue, _text in given], now=now)
    cases = open_cases(
        [
            NewCase(
                customer_id=customer.pk, queue_id=queue.pk, channel="chat", actor=actor_of(visitor), opened_at=now,
                subject=subject_of(text), is_demo=customer.is_demo or visitor.widget.is_demo,
            )
            for (visitor, queue, text), customer in zip(given, customers, strict=True)
        ],
        now=now,
    )  # fmt: skip
    talks = start_conversations({case.pk: now for case in cases}, channel="chat")
    ended_at = None if is_live else now
    sessions = [
        ChatSession(visitor=visitor, conversation=talk, started_at=now, ended_at=ended_at)
        for (visitor, _queue, _text), talk in zip(given, talks, strict=True)
    ]
    insert_many(sessions)
    return sessions


def subject_of(text: str) -> str:
    """The first line of what was asked, cut at a word or a full stop where there is one."""
    first = " ".join(text.strip().splitlines()[:1]).strip()
    if len(first) <= SUBJECT_LENGTH:
        return first
    cut = first[:SUBJECT_LENGTH]
    stop = max(cut.rfind(sign) for sign in "。！？；，.!?; ")
    return (cut[:stop] if stop > SUBJECT_LENGTH // 2 else cut).rstrip() + "…"


def queue_for(visitor: Visitor, key: str) -> Queue:
    """The queue the visitor chose, or the widget's own; an unknown choice counts as none."""
    own, *offered = queues_of(visitor.widget_id)
    return next((queue for queue in offered if queue.key == key), own)
