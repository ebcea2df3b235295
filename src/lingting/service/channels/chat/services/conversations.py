"""A visitor's conversation: begun, spoken in, left, ended, rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.calendars.selectors import is_open
from lingting.kernel.timeline.events import Actor
from lingting.platform.files.models import StoredFile
from lingting.platform.refusals import Conflict, Invalid, NotFound
from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.crm.services import BadContactPoint, ContactPointTaken, add_contact_point, change_customer
from lingting.service.desk.models import MessageKind, Queue
from lingting.service.desk.services import (
    AddedMessage,
    add_message,
    check_text,
    end_conversation,
    open_case,
    start_conversation,
)
from lingting.service.feedback.models import Rating
from lingting.service.feedback.services import rate_conversation
from lingting.service.routing.models import Assignment, Outcome
from lingting.service.routing.services import enqueue, leave_queue

SUBJECT_LENGTH = 60
MOST_FILES = 10


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
    return Actor("customer", visitor.customer_id, str(visitor.customer))


def begin(
    visitor: Visitor, *, text: str, queue_key: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime
) -> Said:
    """Opens a case with its chat, says the first words and waits in the queue; all in one transaction.

    A visitor has one live conversation: beginning again adds the words to it. Raises `Closed` outside the queue's hours,
    and what `add_message` raises.
    """
    check_text(text, may_be_empty=bool(file_ids))
    live = live_session(visitor)
    if live is None:
        queue = queue_for(visitor, queue_key)
        if not is_open(queue.calendar_id, at=now):
            raise Closed(_("We are closed now. Leave a message with your phone number or e-mail, and we will answer."))
        try:
            return _begin_new(visitor, queue, text=text, client_key=client_key, file_ids=file_ids, now=now)
        except _AlreadyLive:
            live = live_session(visitor)
            if live is None:
                raise
    said = say(live, visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now)
    return Said(live, said)


class _AlreadyLive(Exception):
    """Two tabs began at the same moment."""


@transaction.atomic
def _begin_new(
    visitor: Visitor, queue: Queue, *, text: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime
) -> Said:
    actor = actor_of(visitor)
    session = _new_session(visitor, queue, subject=text, actor=actor, now=now)
    message = say(session, visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now)
    enqueue(session.conversation_id, actor=actor, now=now)
    return Said(session, message)


def _new_session(visitor: Visitor, queue: Queue, *, subject: str, actor: Actor, now: datetime) -> ChatSession:
    case = open_case(
        visitor.customer_id, queue_id=queue.pk, channel="chat", actor=actor, now=now, subject=subject_of(subject),
        is_demo=visitor.customer.is_demo,
    )  # fmt: skip
    conversation = start_conversation(case.pk, channel="chat", now=now)
    try:
        with transaction.atomic():
            return ChatSession.objects.create(visitor=visitor, conversation=conversation, started_at=now)
    except IntegrityError as error:
        raise _AlreadyLive from error


def say(
    session: ChatSession, *, visitor: Visitor, text: str, client_key: UUID, file_ids: Sequence[UUID] = (), now: datetime
) -> AddedMessage:
    """The customer says something; exactly once per `client_key`. Raises `ConversationIsOver`, `UnknownFile` and others."""
    attachment_ids = _files_of(visitor, file_ids) if file_ids else ()
    return add_message(
        session.conversation_id, kind=MessageKind.CUSTOMER, text=text, actor=actor_of(visitor), now=now,
        client_key=client_key, attachment_ids=attachment_ids,
    )  # fmt: skip


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
    end_conversation(session.conversation_id, by="customer", actor=actor_of(visitor), now=now)
    ChatSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)


@transaction.atomic
def leave_contact(
    session: ChatSession, *, visitor: Visitor, name: str, phone: str, email: str, text: str, client_key: UUID, now: datetime
) -> None:
    """Tired of waiting: the chat ends, the case stays open to be answered in writing or by phone."""
    actor = actor_of(visitor)
    _keep_contact(visitor, name=name, phone=phone, email=email, now=now)
    if text.strip():
        say(session, visitor=visitor, text=text, client_key=client_key, now=now)
    leave_queue(session.conversation_id, outcome=Outcome.LEFT_CONTACT, actor=actor, now=now)
    _say_contact_left(session.conversation_id, name=name, phone=phone, email=email, now=now)
    end_conversation(session.conversation_id, by="customer", actor=actor, now=now)
    ChatSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)


@transaction.atomic
def leave_message(
    visitor: Visitor, *, queue_key: str, name: str, phone: str, email: str, text: str, client_key: UUID, now: datetime
) -> ChatSession:
    """Outside opening hours: a case without a waiting chat, to be answered by the contact left with it.

    Exactly once per `client_key`: a repeat returns the session made before.
    """
    before = ChatSession.objects.filter(visitor=visitor, conversation__messages__client_key=client_key).first()
    if before is not None:
        return before
    check_text(text)
    _keep_contact(visitor, name=name, phone=phone, email=email, now=now)
    actor = actor_of(visitor)
    case = open_case(
        visitor.customer_id, queue_id=queue_for(visitor, queue_key).pk, channel="chat", actor=actor, now=now,
        subject=subject_of(text),
    )  # fmt: skip
    conversation = start_conversation(case.pk, channel="chat", now=now)
    session = ChatSession.objects.create(visitor=visitor, conversation=conversation, started_at=now, ended_at=now)
    say(session, visitor=visitor, text=text, client_key=client_key, now=now)
    _say_contact_left(conversation.pk, name=name, phone=phone, email=email, now=now)
    end_conversation(conversation.pk, by="customer", actor=actor, now=now)
    return session


def rate(
    session: ChatSession, *, visitor: Visitor, score: int, comment: str, is_solved: bool | None, now: datetime
) -> Rating:
    """The customer rates an ended conversation, once. Raises `AlreadyRated`, `BadAnswers`; `Conflict` while it goes on."""
    if session.ended_at is None and session.conversation.ended_at is None:
        raise Conflict(_("Please rate after the conversation has ended."))
    return rate_conversation(
        session.conversation_id, score=score, comment=comment, is_solved=is_solved, actor=actor_of(visitor), now=now
    )


def live_session(visitor: Visitor) -> ChatSession | None:
    """The visitor's running conversation; one query."""
    return ChatSession.objects.select_related("conversation").filter(visitor=visitor, ended_at=None).first()


def session_of(visitor: Visitor, conversation_id: int) -> ChatSession:
    """One of the visitor's own sessions, running or not. Raises `NoSuchConversation`."""
    session = (
        ChatSession.objects.select_related("conversation")
        .filter(visitor__customer_id=visitor.customer_id, visitor__widget_id=visitor.widget_id, conversation_id=conversation_id)
        .first()
    )
    if session is None:
        raise NoSuchConversation(_("This conversation is not here. Start a new one."))
    return session


def queue_for(visitor: Visitor, key: str) -> Queue:
    """The queue the visitor chose, or the widget's own; an unknown choice counts as none."""
    chosen = visitor.widget.queues.filter(key=key, is_active=True).first() if key else None
    return chosen or visitor.widget.default_queue


def has_owner(conversation_id: int) -> bool:
    return Assignment.objects.filter(conversation_id=conversation_id, ended_at=None).exists()


def _keep_contact(visitor: Visitor, *, name: str, phone: str, email: str, now: datetime) -> None:
    if not phone.strip() and not email.strip():
        sentence = _("Leave a phone number or an e-mail address, so that we can answer you.")
        raise ContactNeeded(sentence, fields={"phone": [sentence]})
    problems: dict[str, list[str]] = {}
    for kind, value in (("phone", phone), ("email", email)):
        if not value.strip():
            continue
        try:
            add_contact_point(visitor.customer, kind=kind, value=value, now=now)
        except BadContactPoint as error:
            problems[kind] = [str(error)]
        except ContactPointTaken:
            # Somebody else's, or their own from elsewhere: it stands in the message, and staff decide about a merge.
            continue
    if problems:
        raise ContactNeeded(next(iter(problems.values()))[0], fields=problems)
    if name.strip() and not visitor.customer.name:
        change_customer(visitor.customer_id, changes={"name": name.strip()[:120]}, actor=actor_of(visitor), now=now)
        visitor.customer.name = name.strip()[:120]


def _say_contact_left(conversation_id: int, *, name: str, phone: str, email: str, now: datetime) -> None:
    contact = " · ".join(part.strip() for part in (name, phone, email) if part.strip())
    add_message(
        conversation_id, kind=MessageKind.SYSTEM, text="", actor=Actor("system", None, "Lingting"), now=now,
        data={"code": "contact_left", "params": {"contact": contact[:300]}},
    )  # fmt: skip


def _files_of(visitor: Visitor, file_ids: Sequence[UUID]) -> list[int]:
    if len(file_ids) > MOST_FILES:
        raise UnknownFile(_("Send at most %(count)s files at once.") % {"count": MOST_FILES})
    found = StoredFile.objects.filter(
        public_id__in=list(file_ids), uploaded_by_kind="visitor", uploaded_by_id=str(visitor.key)
    )
    ids = list(found.values_list("pk", flat=True))
    if len(ids) != len(set(file_ids)):
        raise UnknownFile(_("A file was not received. Attach it again."))
    return ids
