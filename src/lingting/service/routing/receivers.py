"""What routing does when the desk changes something: in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from lingting.kernel.timeline.events import Actor, Happening, receives, receives_many
from lingting.platform.database.composed import composed
from lingting.service.desk.events import CaseAssigned, CaseChanged, ConversationEnded, TalksMoved
from lingting.service.desk.models import Conversation
from lingting.service.routing.models import Assignment, Contact, Outcome
from lingting.service.routing.services import Ending, answer_directly, end_assignments, leave_queue, reprioritise


@receives_many(ConversationEnded)
def free_the_owners(happenings: Sequence[Happening], now: datetime) -> None:
    """Whoever had it wraps up; whoever waited in vain has abandoned it, unless the centre itself ended it."""
    ended = {each.fact.conversation_id: each for each in happenings}
    held = end_assignments({pk: Ending(f"by_{each.fact.by}", each.actor) for pk, each in ended.items()}, now=now)
    for pk in ended.keys() - {assignment.conversation_id for assignment in held}:
        outcome = Outcome.ABANDONED if ended[pk].fact.by == "customer" else Outcome.WITHDRAWN
        leave_queue(pk, outcome=outcome, actor=ended[pk].actor, now=now)


@receives(CaseAssigned)
def follow_the_desk(fact: CaseAssigned, actor: Actor, now: datetime) -> None:
    """A case picked at the desk while its chat waits counts as answered by whoever took it."""
    if fact.assignee_id is None:
        return
    for conversation_id in _without_owner(fact.case_id):
        answer_directly(conversation_id, account_id=fact.assignee_id, actor=actor, now=now)


@composed
def _without_owner(case_id: int) -> QuerySet[Conversation, int]:
    """The live conversations of a case that nobody has in hand."""
    in_hand = Assignment.objects.filter(conversation_id=OuterRef("pk"), ended_at=None)
    return Conversation.objects.filter(~Exists(in_hand), case_id=case_id, ended_at=None).values_list("id", flat=True)


@receives(CaseChanged)
def follow_the_priority(fact: CaseChanged, actor: Actor, now: datetime) -> None:
    if "priority" in fact.changes:
        reprioritise(fact.case_id)


@receives(TalksMoved)
def follow_the_talk(fact: TalksMoved, actor: Actor, now: datetime) -> None:
    """What was counted for a conversation belongs to the case it stands in now."""
    Contact.objects.filter(conversation_id__in=fact.conversation_ids).update(case_id=fact.case_id)
