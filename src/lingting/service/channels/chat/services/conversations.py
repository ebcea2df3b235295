"""A visitor's conversation: begun, spoken in, left, ended, rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.calendars.selectors import is_open
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.platform.database.composed import composed, one
from lingting.platform.database.single_rows import insert_row
from lingting.platform.files.models import StoredFile
from lingting.platform.refusals import Conflict, Invalid, NotFound
from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.channels.chat.services.visits import customer_of_locked, known_customer, lock_visitor
from lingting.service.channels.chat.widgets import queues_of
from lingting.service.crm.models import Customer
from lingting.service.crm.services import BadContactPoint, ContactPointTaken, add_contact_point, change_customer
from lingting.service.desk.models import Message, MessageKind, Queue
from lingting.service.desk.services import (
    AddedMessage,
    ConversationIsOver,
    add_message,
    check_text,
    end_conversation,
    open_case,
    start_conversation,
)
from lingting.service.feedback.models import Rating
from lingting.service.feedback.services import rate_conversation, rating_form
from lingting.service.routing.models import Outcome
from lingting.service.routing.services import enqueue, leave_queue

SUBJECT_LENGTH = 60
MOST_FILES = 10
_SESSIONS = ChatSession.objects.select_related("conversation", "visitor__widget")


class Closed(Conflict):
    """Outside opening hours a message can be left, but nobody answers at once."""

    code = "closed"


class NoSuchConversation(NotFound):
    """Not this visitor's, or none at all: the two are never told apart."""

    code = "no_such_conversation"


class ContactNeeded(Invalid):
    """A left message needs a way to answer it."""

    code = "contact_needed"


class UnknownFile(Invalid):
    """A file was not uploaded by this visitor."""

    code = "unknown_file"


@dataclass(frozen=True)
class Said:
    """A session with the message that was just stored in it."""

    session: ChatSession
    message: AddedMessage


def actor_of(visitor: Visitor) -> Actor:
    """The customer as an actor of facts."""
    return Actor("customer", visitor.customer_id, str(visitor.customer or ""))


def begin(
    visitor: Visitor, *, text: str, queue_key: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime
) -> Said:
    """Opens a case with its chat, says the first words and waits in the queue; all in one transaction.

    A visitor has one live conversation: beginning again adds the words to it. Words that were said before, even in a
    conversation that has ended since, are not said again. Raises `Closed` outside the queue's hours, and what
    `add_message` raises. Locks the visitor.
    """
    check_text(text, may_be_empty=bool(file_ids))
    with transaction.atomic():
        session = None
        if lock_visitor(visitor):
            session = _session_with(visitor, client_key=client_key) or live_session(visitor)
        if session is None:
            queue = queue_for(visitor, queue_key)
            if not is_open(queue.calendar_id, at=now):
                raise Closed(_("We are closed now. Leave a message with your phone number or e-mail, and we will answer."))
            return _begin_new(visitor, queue, text=text, client_key=client_key, file_ids=file_ids, now=now)
        said = say(session, visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now)
        return Said(session, said)


def _begin_new(
    visitor: Visitor, queue: Queue, *, text: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime
) -> Said:
    customer = customer_of_locked(visitor, now=now)
    session = _new_session(visitor, queue, customer=customer, subject=text, is_live=True, now=now)
    message = say(session, visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now)
    enqueue(session.conversation_id, actor=actor_of(visitor), now=now)
    return Said(session, message)


def _new_session(
    visitor: Visitor, queue: Queue, *, customer: Customer, subject: str, is_live: bool, now: datetime
) -> ChatSession:
    case = open_case(
        customer.pk, queue_id=queue.pk, channel="chat", actor=actor_of(visitor), now=now, subject=subject_of(subject),
        is_demo=customer.is_demo or visitor.widget.is_demo,
    )  # fmt: skip
    conversation = start_conversation(case.pk, channel="chat", now=now)
    session = ChatSession(visitor=visitor, conversation=conversation, started_at=now, ended_at=None if is_live else now)
    insert_row(session)
    return session


def _session_with(visitor: Visitor, *, client_key: UUID) -> ChatSession | None:
    """The visitor's session in which a message was stored before."""
    return one(_session_of_message(visitor.pk, client_key))


def say(
    session: ChatSession, *, visitor: Visitor, text: str, client_key: UUID, file_ids: Sequence[UUID] = (), now: datetime
) -> AddedMessage:
    """The customer says something; exactly once per `client_key`. Raises `ConversationIsOver`, `UnknownFile` and others."""
    return add_message(
        session.conversation_id, kind=MessageKind.CUSTOMER, text=text, actor=actor_of(visitor), now=now, client_key=client_key,
        attachment_ids=_files_of(visitor, file_ids) if file_ids else (),
    )  # fmt: skip


def say_in(
    conversation_id: int, *, visitor: Visitor, text: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime
) -> AddedMessage:
    """`say` in one of the visitor's own conversations, by its number. Raises `NoSuchConversation` too."""
    return say(
        session_of(visitor, conversation_id), visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now
    )


def subject_of(text: str) -> str:
    """The first line of what was asked, cut at a word or a full stop where there is one."""
    first = " ".join(text.strip().splitlines()[:1]).strip()
    if len(first) <= SUBJECT_LENGTH:
        return first
    cut = first[:SUBJECT_LENGTH]
    stop = max(cut.rfind(sign) for sign in "。！？；，.!?; ")
    return (cut[:stop] if stop > SUBJECT_LENGTH // 2 else cut).rstrip() + "…"


@transaction.atomic
def end(session: ChatSession, *, visitor: Visitor, now: datetime) -> None:
    """The customer ends the conversation, whether it waits or is in someone's hands. Ending twice is once."""
    if end_conversation(session.conversation_id, by="customer", actor=actor_of(visitor), now=now):
        session.ended_at = session.conversation.ended_at = now
    else:
        session.conversation.refresh_from_db(fields=["ended_at"])


@transaction.atomic
def leave_contact(
    session: ChatSession, *, visitor: Visitor, name: str, phone: str, email: str, text: str, client_key: UUID, now: datetime
) -> None:
    """Tired of waiting: the chat ends, the case stays open to be answered in writing or by phone.

    Exactly once per `client_key`. Raises `ContactNeeded`, and `ConversationIsOver` after the end. Locks the visitor.
    """
    known_customer(visitor, now=now)
    line_key = uuid5(client_key, "contact")
    if Message.objects.filter(conversation_id=session.conversation_id, client_key=line_key).exists():
        return
    session.conversation.refresh_from_db()
    if session.conversation.ended_at is not None:
        raise ConversationIsOver(_("This conversation has ended. Start a new one to go on."))
    _keep_contact(visitor, name=name, phone=phone, email=email, now=now)
    if text.strip():
        say(session, visitor=visitor, text=text, client_key=client_key, now=now)
    leave_queue(session.conversation_id, outcome=Outcome.LEFT_CONTACT, actor=actor_of(visitor), now=now)
    _end_with_contact(session, visitor, line_key=line_key, parts=(name, phone, email), now=now)


@transaction.atomic
def leave_message(
    visitor: Visitor, *, queue_key: str, name: str, phone: str, email: str, text: str, client_key: UUID, now: datetime
) -> ChatSession:
    """Outside opening hours: a case without a waiting chat, to be answered by the contact left with it.

    Exactly once per `client_key`: a repeat returns the session made before. Locks the visitor.
    """
    check_text(text)
    customer = known_customer(visitor, now=now)
    before = _session_with(visitor, client_key=client_key)
    if before is not None:
        return before
    _keep_contact(visitor, name=name, phone=phone, email=email, now=now)
    queue = queue_for(visitor, queue_key)
    session = _new_session(visitor, queue, customer=customer, subject=text, is_live=False, now=now)
    say(session, visitor=visitor, text=text, client_key=client_key, now=now)
    _end_with_contact(session, visitor, line_key=uuid5(client_key, "contact"), parts=(name, phone, email), now=now)
    return session


def rate(
    session: ChatSession, *, visitor: Visitor, answers: Mapping[str, Any], version_id: int | None, now: datetime
) -> Rating:
    """The customer rates an ended conversation, once, by answers to the version shown.

    Raises `AlreadyRated`, `BadAnswers`; `Conflict` while it goes on.
    """
    if session.ended_at is None and session.conversation.ended_at is None:
        raise Conflict(_("Please rate after the conversation has ended."))
    return rate_conversation(
        session.conversation_id, answers=answers, version=rating_form(version_id), actor=actor_of(visitor), now=now
    )


def live_session(visitor: Visitor) -> ChatSession | None:
    """The visitor's running conversation; one query."""
    return one(_live_session(visitor.pk))


def session_of(visitor: Visitor, conversation_id: int) -> ChatSession:
    """One of the visitor's own sessions, running or not, on whichever device. Raises `NoSuchConversation`."""
    session = None
    if visitor.customer_id is not None and 0 < conversation_id < 2**63:
        session = one(_session(visitor.customer_id, visitor.widget_id, conversation_id))
    if session is None:
        raise _no_such_conversation()
    return session


@composed
def _session_of_message(visitor_id: int, client_key: UUID) -> QuerySet[ChatSession]:
    return _SESSIONS.filter(visitor_id=visitor_id, conversation__messages__client_key=client_key)


@composed
def _live_session(visitor_id: int) -> QuerySet[ChatSession]:
    return _SESSIONS.filter(visitor_id=visitor_id, ended_at=None)


@composed
def _session(customer_id: int, widget_id: int, conversation_id: int) -> QuerySet[ChatSession]:
    own = _SESSIONS.filter(visitor__customer_id=customer_id, visitor__widget_id=widget_id)
    return own.filter(conversation_id=conversation_id)


def _no_such_conversation() -> NoSuchConversation:
    return NoSuchConversation(_("This conversation is not here. Start a new one."))


def queue_for(visitor: Visitor, key: str) -> Queue:
    """The queue the visitor chose, or the widget's own; an unknown choice counts as none."""
    own, *offered = queues_of(visitor.widget_id)
    return next((queue for queue in offered if queue.key == key), own)


def _keep_contact(visitor: Visitor, *, name: str, phone: str, email: str, now: datetime) -> None:
    if not phone.strip() and not email.strip():
        sentence = _("Leave a phone number or an e-mail address, so that we can answer you.")
        raise ContactNeeded(sentence, fields={"phone": [sentence]})
    customer = known_customer(visitor, now=now)
    problems: dict[str, list[str]] = {}
    for kind, value in (("phone", phone), ("email", email)):
        if not value.strip():
            continue
        try:
            add_contact_point(customer, kind=kind, value=value, now=now)
        except BadContactPoint as error:
            problems[kind] = [str(error)]
        except ContactPointTaken:
            # Somebody else's, or their own from elsewhere: it stands in the message, and staff decide about a merge.
            continue
    if problems:
        raise ContactNeeded(next(iter(problems.values()))[0], fields=problems)
    if name.strip() and not customer.name:
        change_customer(customer.pk, changes={"name": name.strip()[:120]}, actor=actor_of(visitor), now=now)


def _end_with_contact(
    session: ChatSession, visitor: Visitor, *, line_key: UUID, parts: Sequence[str], now: datetime
) -> None:
    """The line for staff and customer that says how to answer, and the end of the chat."""
    contact = " · ".join(part.strip() for part in parts if part.strip())
    add_message(
        session.conversation_id, kind=MessageKind.SYSTEM, text="", actor=SYSTEM, now=now, client_key=line_key,
        data={"code": "contact_left", "params": {"contact": contact[:300]}},
    )  # fmt: skip
    end_conversation(session.conversation_id, by="customer", actor=actor_of(visitor), now=now)
    ChatSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)


def _files_of(visitor: Visitor, file_ids: Sequence[UUID]) -> list[int]:
    if len(file_ids) > MOST_FILES:
        raise UnknownFile(_("Send at most %(count)s files at once.") % {"count": MOST_FILES})
    found = StoredFile.objects.filter(
        public_id__in=list(file_ids), uploaded_by_kind="visitor", uploaded_by_id=str(visitor.key)
    )
    ids = dict(found.values_list("public_id", "pk"))
    if len(ids) != len(set(file_ids)):
        raise UnknownFile(_("A file was not received. Attach it again."))
    return [ids[file_id] for file_id in dict.fromkeys(file_ids)]
