"""Letting a conversation out of hand, and the wrap-up after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

from lingting.kernel.timeline.events import SYSTEM, Actor, Happening
from lingting.kernel.timeline.services import record_many
from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.composed import composed
from lingting.service.routing.events import AssignmentEnded
from lingting.service.routing.models import Assignment
from lingting.service.routing.services.rules import rule_for

_IDLE = """
    UPDATE routing_presence SET idle_since_at = %s
    WHERE account_id = ANY(%s::bigint[]) AND NOT EXISTS (
        SELECT FROM routing_assignment held WHERE held.account_id = routing_presence.account_id AND held.released_at IS NULL)
"""
_END = """
    WITH ended AS (
        UPDATE routing_assignment AS held SET ended_at = %(now)s::timestamptz, end_reason = given.reason,
            wrap_up_until_at = given.wraps_until, released_at = given.released
        FROM json_to_recordset(%(rows)s::json) AS given(id bigint, reason text, wraps_until timestamptz, released timestamptz)
        WHERE held.id = given.id RETURNING held.contact_id, held.started_at, given.released
    )
    UPDATE routing_contact AS contact
    SET talk_seconds = EXTRACT(EPOCH FROM %(now)s::timestamptz - ended.started_at), finished_at = ended.released,
        wrap_up_seconds = CASE WHEN ended.released IS NOT NULL THEN 0 END
    FROM ended WHERE contact.id = ended.contact_id
"""
_RELEASE = """
    WITH freed AS (
        UPDATE routing_assignment SET released_at = %(now)s::timestamptz WHERE id = ANY(%(ids)s::bigint[])
        RETURNING contact_id, ended_at
    )
    UPDATE routing_contact AS contact
    SET wrap_up_seconds = EXTRACT(EPOCH FROM %(now)s::timestamptz - freed.ended_at), finished_at = %(now)s::timestamptz
    FROM freed WHERE contact.id = freed.contact_id AND contact.finished_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a conversation leaves its owner's hand, and who did it."""

    reason: str
    actor: Actor


def end_assignment(
    conversation_id: int, *, end_reason: str, actor: Actor, now: datetime, with_wrap_up: bool = True
) -> Assignment | None:
    """Takes the conversation out of hand; its owner may wrap up before the room is free. None when nobody had it."""
    held = end_assignments({conversation_id: Ending(end_reason, actor)}, now=now, with_wrap_up=with_wrap_up)
    return held[0] if held else None


@transaction.atomic
def end_assignments(endings: Mapping[int, Ending], *, now: datetime, with_wrap_up: bool = True) -> list[Assignment]:
    """The same for many conversations; the assignments of those that somebody had."""
    held = _in_hand(list(endings))
    if not held:
        return []
    for assignment in held:
        wrap_up = rule_for(assignment.conversation.case.queue_id).wrap_up_seconds if with_wrap_up else 0
        assignment.ended_at, assignment.end_reason = now, endings[assignment.conversation_id].reason
        assignment.wrap_up_until_at = now + timedelta(seconds=wrap_up)
        assignment.released_at = None if wrap_up else now
    with bound_cursor(connection) as cursor:
        cursor.execute(_END, {"now": now, "rows": orjson.dumps([_row(assignment) for assignment in held]).decode()})
    if idle := [assignment.account_id for assignment in held if assignment.released_at is not None]:
        _mark_idle(idle, now=now)
    ended = [Happening(_ended(each, reason=each.end_reason), endings[each.conversation_id].actor) for each in held]
    record_many(ended, now=now)
    return held


def _row(assignment: Assignment) -> dict[str, Any]:
    return {
        "id": assignment.pk, "reason": assignment.end_reason, "wraps_until": assignment.wrap_up_until_at,
        "released": assignment.released_at,
    }  # fmt: skip


@composed
def _in_hand(conversation_ids: list[int]) -> QuerySet[Assignment]:
    return (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("conversation__case")
        .filter(conversation_id__among=conversation_ids, ended_at=None)
        .order_by("pk")
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
        .select_related("conversation__case")
        .select_for_update(no_key=True, of=("self",), skip_locked=True)[:500]
    )
    if due:
        with bound_cursor(connection) as cursor:
            cursor.execute(_RELEASE, {"now": now, "ids": [assignment.pk for assignment in due]})
        _mark_idle([assignment.account_id for assignment in due], now=now)
        record_many([Happening(_ended(assignment, reason="wrapped_up"), SYSTEM) for assignment in due], now=now)
    return len(due)


def _ended(assignment: Assignment, *, reason: str) -> AssignmentEnded:
    case = assignment.conversation.case
    return AssignmentEnded(
        case_id=case.pk, conversation_id=assignment.conversation_id, contact_id=assignment.contact_id or 0,
        queue_id=case.queue_id, account_id=assignment.account_id, end_reason=reason,
    )  # fmt: skip


def _mark_idle(account_ids: Sequence[int], *, now: datetime) -> None:
    with bound_cursor(connection) as cursor:
        cursor.execute(_IDLE, [now, sorted(set(account_ids))])
