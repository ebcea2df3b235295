"""Asking a colleague to look at a conversation without giving it away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.models import Conversation, MessageKind
from lingting.service.desk.services import add_message
from lingting.service.routing.events import ConsultAsked
from lingting.service.routing.models import Consult, Presence, PresenceState
from lingting.service.routing.services.refusals import NotThere, NotYours


@transaction.atomic
def ask_colleague(conversation_id: int, *, asked_id: int, question: str, actor: Actor, now: datetime) -> Consult:
    """Invites a colleague who is at a desk; the question stands as a note in the case. Asking twice is one consult."""
    conversation = Conversation.objects.select_related("case").filter(pk=conversation_id, ended_at=None).first()
    if conversation is None:
        raise NotYours(_("This conversation has ended; write a note with @ instead."))
    if not Presence.objects.filter(pk=asked_id).exclude(state=PresenceState.OFFLINE).exists():
        raise NotThere(_("This colleague is not at a desk now. Choose another, or write a note with @."))
    consult, is_new = Consult.objects.get_or_create(
        conversation=conversation, asked_id=asked_id, ended_at=None,
        defaults={"asked_by_id": int(actor.id or 0), "question": question.strip(), "asked_at": now},
    )  # fmt: skip
    if is_new:
        if question.strip():
            add_message(conversation_id, kind=MessageKind.NOTE, text=question, actor=actor, now=now)
        fact = ConsultAsked(
            case_id=conversation.case_id, conversation_id=conversation_id, asked_id=asked_id, by_label=actor.label,
            question=question.strip()[:200],
        )  # fmt: skip
        record(fact, actor=actor, now=now)
        params = {"name": actor.label, "case": conversation.case_id, "text": question.strip()[:80]}
        tell(consult.asked, code="routing.consulted", params=params, url=f"/desk/cases/{conversation.case_id}/", now=now)
    return consult


@transaction.atomic
def end_consult(consult_id: int, *, now: datetime) -> bool:
    """The colleague is done; False when it had ended."""
    return bool(Consult.objects.filter(pk=consult_id, ended_at=None).update(ended_at=now))
