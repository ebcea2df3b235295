"""A visitor's conversation: spoken in, ended, rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.platform.database.composed import composed, one
from lingting.platform.files.models import StoredFile
from lingting.platform.refusals import Conflict, Invalid, NotFound
from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.desk.models import MessageKind
from lingting.service.desk.services import AddedMessage, add_message, end_conversation
from lingting.service.feedback.models import Rating
from lingting.service.feedback.services import rate_conversation, rating_form

MOST_FILES = 10
_SESSIONS = ChatSession.objects.select_related("conversation", "visitor__widget")


class NoSuchConversation(NotFound):
    """Not this visitor's, or none at all: the two are never told apart."""

    code = "no_such_conversation"


class UnknownFile(Invalid):
    """A file was not uploaded by this visitor."""

    code = "unknown_file"


def actor_of(visitor: Visitor) -> Actor:
    """The customer as an actor of facts."""
    return Actor("customer", visitor.customer_id, str(visitor.customer or ""))


def session_with(visitor: Visitor, *, client_key: UUID) -> ChatSession | None:
    """The visitor's session in which a message was stored before."""
    return one(_session_of_message(visitor.pk, client_key))


def say(
    session: ChatSession, *, visitor: Visitor, text: str, client_key: UUID, file_ids: Sequence[UUID] = (), now: datetime
) -> AddedMessage:
    """The customer says something; exactly once per `client_key`. Raises `ConversationIsOver`, `UnknownFile` and others."""
    return add_message(
        session.conversation_id, kind=MessageKind.CUSTOMER, text=text, actor=actor_of(visitor), now=now, client_key=client_key,
        attachment_ids=files_of(visitor, file_ids) if file_ids else (),
    )  # fmt: skip


def say_in(
    conversation_id: int, *, visitor: Visitor, text: str, client_key: UUID, file_ids: Sequence[UUID], now: datetime
) -> AddedMessage:
    """`say` in one of the visitor's own conversations, by its number. Raises `NoSuchConversation` too."""
    return say(
        session_of(visitor, conversation_id), visitor=visitor, text=text, client_key=client_key, file_ids=file_ids, now=now
    )


@transaction.atomic
def end(session: ChatSession, *, visitor: Visitor, now: datetime) -> None:
    """The customer ends the conversation, whether it waits or is in someone's hands. Ending twice is once."""
    if end_conversation(session.conversation_id, by="customer", actor=actor_of(visitor), now=now):
        session.ended_at = session.conversation.ended_at = now
    else:
        session.conversation.refresh_from_db(fields=["ended_at"])


def rate(session: ChatSession, *, visitor: Visitor, answers: Mapping[str, Any], version_id: int | None, now: datetime) -> Rating:
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


def files_of(visitor: Visitor, file_ids: Sequence[UUID]) -> list[int]:
    if len(file_ids) > MOST_FILES:
        raise UnknownFile(_("Send at most %(count)s files at once.") % {"count": MOST_FILES})
    found = StoredFile.objects.filter(public_id__in=list(file_ids), uploaded_by_kind="visitor", uploaded_by_id=str(visitor.key))
    ids = dict(found.values_list("public_id", "pk"))
    if len(ids) != len(set(file_ids)):
        raise UnknownFile(_("A file was not received. Attach it again."))
    return [ids[file_id] for file_id in dict.fromkeys(file_ids)]
