"""A way to answer instead of a chat: left when nobody is there, or when the wait is too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.refusals import Invalid
from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.channels.chat.services.beginning import new_sessions, queue_for
from lingting.service.channels.chat.services.conversations import actor_of, say, session_with
from lingting.service.channels.chat.services.visits import known_customer
from lingting.service.crm.services import BadContactPoint, ContactPointTaken, add_contact_point, change_customer
from lingting.service.desk.models import Message, MessageKind
from lingting.service.desk.services import ConversationIsOver, add_message, check_text, end_conversation
from lingting.service.routing.models import Outcome
from lingting.service.routing.services import leave_queue


class ContactNeeded(Invalid):
    """A left message needs a way to answer it."""

    code = "contact_needed"


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
    known_customer(visitor, now=now)
    before = session_with(visitor, client_key=client_key)
    if before is not None:
        return before
    _keep_contact(visitor, name=name, phone=phone, email=email, now=now)
    queue = queue_for(visitor, queue_key)
    [session] = new_sessions([(visitor, queue, text)], now=now, is_live=False)
    say(session, visitor=visitor, text=text, client_key=client_key, now=now)
    _end_with_contact(session, visitor, line_key=uuid5(client_key, "contact"), parts=(name, phone, email), now=now)
    return session


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


def _end_with_contact(session: ChatSession, visitor: Visitor, *, line_key: UUID, parts: Sequence[str], now: datetime) -> None:
    """The line for staff and customer that says how to answer, and the end of the chat."""
    contact = " · ".join(part.strip() for part in parts if part.strip())
    add_message(
        session.conversation_id, kind=MessageKind.SYSTEM, text="", actor=SYSTEM, now=now, client_key=line_key,
        data={"code": "contact_left", "params": {"contact": contact[:300]}},
    )  # fmt: skip
    end_conversation(session.conversation_id, by="customer", actor=actor_of(visitor), now=now)
    ChatSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)
