"""After a customer's letter: who is to answer it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lingting.service.channels.email.services.incoming import Incoming
from lingting.service.desk.models import Case
from lingting.service.routing.models import Assignment
from lingting.service.routing.services import Waiting, enqueue_many


def let_wait(letters: Sequence[Incoming], *, now: datetime) -> None:
    """Letters whose cases nobody has wait in the queue like chats; those with an owner are theirs, and stay unread."""
    known = [each for each in letters if not each.is_new]
    in_hand = _in_hand(known) if known else set()
    waiting = {each.conversation_id: each for each in letters if each.conversation_id not in in_hand}
    if waiting:
        enqueue_many([Waiting(each.conversation_id, each.actor) for each in waiting.values()], now=now)


def _in_hand(letters: Sequence[Incoming]) -> set[int]:
    """Conversations of cases with an owner who is there, or that somebody has in hand."""
    talks = {each.conversation_id for each in letters}
    owned = set(Case.objects.filter(pk__in={each.case_id for each in letters}, assignee__is_active=True).values_list("pk", flat=True))
    held = Assignment.objects.filter(conversation_id__in=talks, ended_at=None).values_list("conversation_id", flat=True)
    return set(held) | {each.conversation_id for each in letters if each.case_id in owned}
