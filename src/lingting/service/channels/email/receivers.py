"""What e-mail does when the desk changes something: in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from lingting.kernel.timeline.events import Actor, receives
from lingting.service.channels.email.models import Letter
from lingting.service.channels.email.services.saying import MAILED, carry_message
from lingting.service.desk.events import CaseClosed, MessageAdded
from lingting.service.desk.models import Conversation, MessageKind
from lingting.service.routing.models import Outcome
from lingting.service.routing.services import answer_directly, end_assignment, leave_queue


@receives(MessageAdded)
def free_the_hand_that_wrote(fact: MessageAdded, actor: Actor, now: datetime) -> None:
    """An answer by mail takes the exchange out of hand: the room is free while the customer reads it."""
    if fact.message_kind != MessageKind.AGENT or not _is_of(fact.conversation_id, {"mail"}):
        return
    if actor.is_staff and actor.id is not None:
        answer_directly(fact.conversation_id, account_id=actor.id, actor=actor, now=now)
    end_assignment(fact.conversation_id, end_reason="answered", actor=actor, now=now)


@receives(MessageAdded)
def carry_what_was_said(fact: MessageAdded, actor: Actor, now: datetime) -> None:
    """Staff's words in a talk that the customer does not watch go out by mail, unless a letter of the composer brought them."""
    if fact.message_kind != MessageKind.AGENT or not _is_of(fact.conversation_id, MAILED):
        return
    is_from_composer = fact.client_key is not None and Letter.objects.filter(client_key=fact.client_key).exists()
    if not is_from_composer:
        carry_message(fact.message_id, now=now)


@receives(CaseClosed)
def let_go_of_the_exchange(fact: CaseClosed, actor: Actor, now: datetime) -> None:
    """A closed case's mail waits for nobody and is in nobody's hands; the exchange itself stays open for a late letter."""
    for conversation_id in Conversation.objects.filter(case_id=fact.case_id, channel="mail").values_list("id", flat=True):
        if end_assignment(conversation_id, end_reason="closed", actor=actor, now=now) is None:
            leave_queue(conversation_id, outcome=Outcome.WITHDRAWN, actor=actor, now=now)


def _is_of(conversation_id: int, channels: Collection[str]) -> bool:
    return Conversation.objects.filter(pk=conversation_id, channel__in=channels).exists()
