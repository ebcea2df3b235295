"""What routing does when the desk changes something: in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Happening, receives, receives_many
from lingting.platform.database.composed import composed
from lingting.service.desk.events import CaseAssigned, CaseChanged, ConversationEnded, TalksMoved
from lingting.service.desk.models import LIVE_CHANNELS, Case, Conversation
from lingting.service.routing.models import Assignment, Contact, Outcome
from lingting.service.routing.services import (
    Ending,
    answer_directly,
    end_assignment,
    end_assignments,
    is_at_desk,
    leave_queue,
    reprioritise,
    take_over,
    transfer_to_queue,
)
from lingting.service.routing.services.refusals import NotThere


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
    """The conversations of a case go where it goes.

    Picked at the desk while its chat waits, it counts as answered by whoever took it. Given to somebody else while its
    owner is talking, the talk is hers; to nobody, it waits in the queue again. Raises `NotThere` for a colleague who
    is not at a desk, where a customer is on the line; what a rule gives to such a one goes on waiting.
    """
    for conversation_id, channel in _in_hand_of(fact.previous_id, case_id=fact.case_id):
        _hand_on(conversation_id, is_live=channel in LIVE_CHANNELS, fact=fact, actor=actor, now=now)
    if fact.assignee_id is not None:
        for conversation_id, channel, is_waiting in _without_owner(fact.case_id):
            is_on_line = is_waiting and channel in LIVE_CHANNELS
            if not is_on_line or actor.id == fact.assignee_id or is_at_desk(fact.assignee_id):
                answer_directly(conversation_id, account_id=fact.assignee_id, actor=actor, now=now)
            elif actor.is_staff:
                raise _not_there()


def _hand_on(conversation_id: int, *, is_live: bool, fact: CaseAssigned, actor: Actor, now: datetime) -> None:
    if fact.assignee_id is None:
        queue_id = Case.objects.values_list("queue_id", flat=True).get(pk=fact.case_id)
        transfer_to_queue(conversation_id, queue_id=queue_id, actor=actor, now=now)
    elif is_at_desk(fact.assignee_id) or actor.id == fact.assignee_id:
        take_over(conversation_id, account_id=fact.assignee_id, actor=actor, now=now)
    elif not is_live:
        end_assignment(conversation_id, end_reason="transferred", actor=actor, now=now, with_wrap_up=False)
    elif actor.is_staff:
        raise _not_there()


def _not_there() -> NotThere:
    return NotThere(_("This colleague is not at a desk now, and the customer is on the line. Choose another, or pass it to a queue."))


def _in_hand_of(account_id: int | None, *, case_id: int) -> list[tuple[int, str]]:
    """The open conversations of a case that this person has in hand, with their channels."""
    if account_id is None:
        return []
    held = Assignment.objects.filter(account_id=account_id, ended_at=None, conversation__case_id=case_id, conversation__ended_at=None)
    return list(held.order_by("conversation_id").values_list("conversation_id", "conversation__channel"))


@composed
def _without_owner(case_id: int) -> QuerySet[Conversation, tuple[int, str, bool]]:
    """The open conversations of a case that nobody has in hand: with their channels, and whether their customer waits."""
    in_hand = Assignment.objects.filter(conversation_id=OuterRef("pk"), ended_at=None)
    waiting = Contact.objects.filter(conversation_id=OuterRef("pk"), ended_at=None)
    free = Conversation.objects.filter(~Exists(in_hand), case_id=case_id, ended_at=None)
    return free.annotate(is_waiting=Exists(waiting)).values_list("id", "channel", "is_waiting")


@receives(CaseChanged)
def follow_the_priority(fact: CaseChanged, actor: Actor, now: datetime) -> None:
    if "priority" in fact.changes:
        reprioritise(fact.case_id)


@receives(TalksMoved)
def follow_the_talk(fact: TalksMoved, actor: Actor, now: datetime) -> None:
    """What was counted for a conversation belongs to the case it stands in now."""
    Contact.objects.filter(conversation_id__in=fact.conversation_ids).update(case_id=fact.case_id)
