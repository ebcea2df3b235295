"""Letting a conversation out of hand, and the wrap-up after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.composed import composed, one
from lingting.platform.database.single_rows import update_row
from lingting.service.desk.models import Conversation
from lingting.service.routing.events import AssignmentEnded
from lingting.service.routing.models import Assignment
from lingting.service.routing.services.rules import rule_for

_IDLE = """
    UPDATE routing_presence SET idle_since_at = %s
    WHERE account_id = %s AND NOT EXISTS (
        SELECT FROM routing_assignment held WHERE held.account_id = routing_presence.account_id AND held.released_at IS NULL)
"""


@transaction.atomic
def end_assignment(
    conversation_id: int, *, end_reason: str, actor: Actor, now: datetime, with_wrap_up: bool = True
) -> Assignment | None:
    """Takes the conversation out of hand; its owner may wrap up before the room is free. None when nobody had it."""
    assignment = one(_in_hand(conversation_id))
    if assignment is None:
        return None
    case = assignment.conversation.case
    wrap_up = rule_for(case.queue_id).wrap_up_seconds if with_wrap_up else 0
    assignment.ended_at, assignment.end_reason = now, end_reason
    assignment.wrap_up_until_at = now + timedelta(seconds=wrap_up)
    if not wrap_up:
        assignment.released_at = now
    update_row(assignment, "ended_at", "end_reason", "wrap_up_until_at", "released_at")
    contact = assignment.contact
    if contact is not None:
        contact.talk_seconds = (now - assignment.started_at).total_seconds()
        contact.wrap_up_seconds, contact.finished_at = (None, None) if wrap_up else (0.0, now)
        update_row(contact, "talk_seconds", "wrap_up_seconds", "finished_at")
    if not wrap_up:
        _mark_idle(assignment.account_id, now=now)
    fact = AssignmentEnded(
        case_id=case.pk, conversation_id=conversation_id, contact_id=assignment.contact_id or 0, queue_id=case.queue_id,
        account_id=assignment.account_id, end_reason=end_reason,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
    return assignment


@composed
def _in_hand(conversation_id: int) -> QuerySet[Assignment]:
    return (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("contact", "conversation__case")
        .filter(conversation_id=conversation_id, ended_at=None)
    )


@transaction.atomic
def finish_wrap_up(assignment_id: int, *, account_id: int, now: datetime) -> bool:
    """The person is done before the time is out; False when the room was free already."""
    return bool(release(Assignment.objects.filter(pk=assignment_id, account_id=account_id), now=now))


@transaction.atomic
def release_wrapped_up(*, now: datetime) -> int:
    """Frees the room of everyone whose wrap-up time is out; returns how many."""
    return release(Assignment.objects.filter(wrap_up_until_at__lte=now), now=now)


def release(chosen: QuerySet[Assignment], *, now: datetime) -> int:
    """Frees the room that ended assignments among `chosen` still take; returns how many."""
    due = list(
        chosen.filter(released_at=None, ended_at__isnull=False)
        .select_related("contact")
        .select_for_update(no_key=True, of=("self",), skip_locked=True)[:500]
    )
    for assignment in due:
        assignment.released_at = now
        assignment.save(update_fields=["released_at"])
        if assignment.contact is not None and assignment.ended_at and assignment.contact.finished_at is None:
            assignment.contact.wrap_up_seconds = (now - assignment.ended_at).total_seconds()
            assignment.contact.finished_at = now
            assignment.contact.save(update_fields=["wrap_up_seconds", "finished_at"])
        _mark_idle(assignment.account_id, now=now)
        _announce_release(assignment, now=now)
    return len(due)


def _announce_release(assignment: Assignment, *, now: datetime) -> None:
    conversation = Conversation.objects.select_related("case").get(pk=assignment.conversation_id)
    fact = AssignmentEnded(
        case_id=conversation.case_id, conversation_id=conversation.pk, contact_id=assignment.contact_id or 0,
        queue_id=conversation.case.queue_id, account_id=assignment.account_id, end_reason="wrapped_up",
    )  # fmt: skip
    record(fact, actor=SYSTEM, now=now)


def _mark_idle(account_id: int, *, now: datetime) -> None:
    with bound_cursor(connection) as cursor:
        cursor.execute(_IDLE, [now, account_id])
