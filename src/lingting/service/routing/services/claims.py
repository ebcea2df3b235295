"""Taking a waiting contact: the one place where a conversation gets an owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record_many
from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.models import LIVE_CHANNELS, Case
from lingting.service.desk.services import Line, check_not_closed, name_of_assignee, take_locked_case
from lingting.service.routing.events import ContactAnswered
from lingting.service.routing.models import Assignment, Contact, Outcome
from lingting.service.routing.services.loads import load_of
from lingting.service.routing.services.refusals import ContactGone


def claim(
    contact: Contact, *, case: Case, account_id: int, reason: dict[str, Any], actor: Actor, now: datetime
) -> Assignment:
    """Gives a waiting contact to a person, in the caller's transaction, the case and the contact locked.

    The constraint on open assignments decides: raises `ContactGone` if somebody has the conversation, `CaseIsClosed`
    if there is nothing to do any more.
    """
    check_not_closed(case, now=now)
    assignment = _take(contact, account_id=account_id, reason=reason, now=now)
    if assignment is None:
        raise ContactGone(_("Someone else has this conversation by now."))
    label = actor.label if actor.is_staff and actor.id == account_id else name_of_assignee(account_id)
    fact = ContactAnswered(
        case_id=contact.case_id, conversation_id=contact.conversation_id, contact_id=contact.pk, queue_id=contact.queue_id,
        account_id=account_id, account_label=label, wait_seconds=contact.wait_seconds or 0.0,
    )  # fmt: skip
    line = Line("agent_joined", {"name": label}) if contact.channel in LIVE_CHANNELS else None
    taken = take_locked_case(
        case, assignee_id=account_id, conversation_id=contact.conversation_id, line=line, actor=actor, now=now
    )
    record_many([Happening(fact, actor), *taken], now=now)
    return assignment


_TAKE = """
    WITH taken AS (
        INSERT INTO routing_assignment
            (conversation_id, contact_id, account_id, weight, is_exclusive, reason, started_at, end_reason)
        VALUES (%(talk)s, %(contact)s, %(account)s, %(weight)s, %(is_exclusive)s, %(reason)s::jsonb, %(now)s::timestamptz, '')
        ON CONFLICT (conversation_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
    ), accepted AS (
        UPDATE routing_offer SET decided_at = %(now)s::timestamptz, decision = 'accepted'
        WHERE contact_id = %(contact)s AND account_id = %(account)s AND decided_at IS NULL AND EXISTS (SELECT FROM taken)
    ), answered AS (
        UPDATE routing_contact SET ended_at = %(now)s::timestamptz, answered_at = %(now)s::timestamptz, outcome = 'answered',
            answered_by_id = %(account)s, wait_seconds = %(waited)s
        WHERE id = %(contact)s AND EXISTS (SELECT FROM taken)
    )
    SELECT id FROM taken
"""


def _take(contact: Contact, *, account_id: int, reason: dict[str, Any], now: datetime) -> Assignment | None:
    """The assignment, the offer that led to it and the end of the wait, in one statement; None when somebody has it."""
    load = load_of(contact.channel)
    contact.ended_at = contact.answered_at = now
    contact.outcome, contact.answered_by_id = Outcome.ANSWERED, account_id
    contact.wait_seconds = (now - contact.entered_at).total_seconds()
    given: dict[str, Any] = {
        "talk": contact.conversation_id, "contact": contact.pk, "account": account_id, "weight": load.weight,
        "is_exclusive": load.is_exclusive, "reason": orjson.dumps(reason).decode(), "now": now, "waited": contact.wait_seconds,
    }  # fmt: skip
    with bound_cursor(connection) as cursor:
        cursor.execute(_TAKE, given)
        found = cursor.fetchone()
    if found is None:
        return None
    return Assignment(
        pk=found[0], conversation_id=contact.conversation_id, contact=contact, account_id=account_id, weight=load.weight,
        is_exclusive=load.is_exclusive, reason=reason, started_at=now,
    )  # fmt: skip
