"""Passing a live conversation on: to a queue, to a colleague, to oneself; and back when its owner is gone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.service.desk.models import Case, Conversation, MessageKind
from lingting.service.desk.services import add_message, assign_case, locked_case, queue_case
from lingting.service.routing.models import Assignment, Contact, Outcome, Presence, PresenceState
from lingting.service.routing.services.claims import claim
from lingting.service.routing.services.endings import end_assignment, release
from lingting.service.routing.services.locking import lock_waiting_contact
from lingting.service.routing.services.queueing import enqueue, leave_queue
from lingting.service.routing.services.refusals import NotThere, NotYours
from lingting.service.routing.services.withdrawing import withdraw_offer_for

RETURNED_PRIORITY = 3


@transaction.atomic
def transfer_to_queue(conversation_id: int, *, queue_id: int, actor: Actor, now: datetime, note: str = "") -> None:
    """Passes a live conversation on to a queue; it waits there ahead of new work. Raises `NotYours` when over."""
    case = _case_of_live(conversation_id)
    _end_pass(conversation_id, actor=actor, now=now)
    _leave_note(conversation_id, note=note, actor=actor, now=now)
    if not queue_case(case.pk, queue_id=queue_id, actor=actor, now=now):
        assign_case(case.pk, assignee_id=None, actor=actor, now=now)
    _queue_again(conversation_id, actor=actor, now=now)


@transaction.atomic
def transfer_to_person(conversation_id: int, *, account_id: int, actor: Actor, now: datetime, note: str = "") -> None:
    """Offers a live conversation to one colleague, who must be at a desk. Raises `NotThere`, `NotYours`."""
    if not is_at_desk(account_id):
        raise NotThere(_("This colleague is not at a desk now. Choose another, or pass it to a queue."))
    case = _case_of_live(conversation_id)
    _end_pass(conversation_id, actor=actor, now=now)
    _leave_note(conversation_id, note=note, actor=actor, now=now)
    assign_case(case.pk, assignee_id=None, actor=actor, now=now)
    _queue_again(conversation_id, actor=actor, now=now, only_for_id=account_id)


@transaction.atomic
def take_over(conversation_id: int, *, account_id: int, actor: Actor, now: datetime) -> Assignment:
    """A supervisor (or any permitted person) takes a live conversation, whether it waits or somebody has it."""
    case = _case_of_live(conversation_id)
    _end_pass(conversation_id, actor=actor, now=now)
    contact = _queue_again(conversation_id, actor=actor, now=now)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    why = {"code": "taken_over", "by": actor.label}
    return claim(contact, case=case, account_id=account_id, reason=why, actor=actor, now=now)


@transaction.atomic
def answer_directly(conversation_id: int, *, account_id: int, actor: Actor, now: datetime) -> Assignment | None:
    """Somebody picked a waiting conversation from the list: it counts as answered. None when nothing waits."""
    contact = lock_waiting_contact(conversation_id)
    if contact is None:
        return None
    withdraw_offer_for(contact, actor=actor, now=now)
    return claim(contact, case=locked_case(contact.case_id), account_id=account_id, reason={"code": "picked"}, actor=actor, now=now)


def requeue_assignments_of(account_id: int, *, end_reason: str, actor: Actor, now: datetime) -> int:
    """Live conversations of somebody who is gone go back to their queues, ahead of new work; one transaction each."""
    held = Assignment.objects.filter(account_id=account_id, released_at=None)
    with transaction.atomic():
        release(held.filter(ended_at__isnull=False), now=now)
    live = list(held.filter(ended_at=None).values_list("conversation_id", flat=True))
    return sum(_requeue(conversation_id, end_reason=end_reason, actor=actor, now=now) for conversation_id in live)


@transaction.atomic
def _requeue(conversation_id: int, *, end_reason: str, actor: Actor, now: datetime) -> bool:
    try:
        case = _case_of_live(conversation_id)
    except NotYours:
        return False
    ended = end_assignment(conversation_id, end_reason=end_reason, actor=actor, now=now, with_wrap_up=False)
    if ended is None:
        return False
    assign_case(case.pk, assignee_id=None, actor=actor, now=now)
    _queue_again(conversation_id, actor=actor, now=now)
    return True


def _case_of_live(conversation_id: int) -> Case:
    case_id = Conversation.objects.filter(pk=conversation_id).values_list("case_id", flat=True).first()
    case = locked_case(case_id) if case_id else None
    if case is None or not Conversation.objects.filter(pk=conversation_id, ended_at=None).exists():
        raise NotYours(_("This conversation has ended, so it cannot be passed on."))
    return case


def _end_pass(conversation_id: int, *, actor: Actor, now: datetime) -> None:
    """Ends whatever the conversation is in: in somebody's hand, or waiting."""
    if end_assignment(conversation_id, end_reason="transferred", actor=actor, now=now, with_wrap_up=False) is None:
        leave_queue(conversation_id, outcome=Outcome.MOVED, actor=actor, now=now)


def is_at_desk(account_id: int) -> bool:
    """Whether a colleague is signed in at a desk, ready or away for a while."""
    return Presence.objects.filter(pk=account_id).exclude(state=PresenceState.OFFLINE).exists()


def _queue_again(conversation_id: int, *, actor: Actor, now: datetime, only_for_id: int | None = None) -> Contact:
    return enqueue(conversation_id, actor=actor, now=now, only_for_id=only_for_id, extra_priority=RETURNED_PRIORITY)


def _leave_note(conversation_id: int, *, note: str, actor: Actor, now: datetime) -> None:
    if note.strip():
        add_message(conversation_id, kind=MessageKind.NOTE, text=note, actor=actor, now=now)
