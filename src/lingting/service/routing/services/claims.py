"""Taking a waiting contact: the one place where a conversation gets an owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.single_rows import insert_row, update_row
from lingting.service.desk.models import LIVE_CHANNELS, Case, MessageKind
from lingting.service.desk.services import add_message, assign_locked_case, check_not_closed, name_of_assignee
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
    load = load_of(contact.channel)
    assignment = Assignment(
        conversation_id=contact.conversation_id, contact=contact, account_id=account_id, weight=load.weight,
        is_exclusive=load.is_exclusive, reason=reason, started_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            insert_row(assignment)
    except IntegrityError as error:
        raise ContactGone(_("Someone else has this conversation by now.")) from error
    contact.ended_at = contact.answered_at = now
    contact.outcome, contact.answered_by_id = Outcome.ANSWERED, account_id
    contact.wait_seconds = (now - contact.entered_at).total_seconds()
    update_row(contact, "ended_at", "answered_at", "outcome", "answered_by", "wait_seconds")
    label = actor.label if actor.is_staff and actor.id == account_id else name_of_assignee(account_id)
    fact = ContactAnswered(
        case_id=contact.case_id, conversation_id=contact.conversation_id, contact_id=contact.pk, queue_id=contact.queue_id,
        account_id=account_id, account_label=label, wait_seconds=contact.wait_seconds,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
    assign_locked_case(case, assignee_id=account_id, actor=actor, now=now)
    if contact.channel in LIVE_CHANNELS:
        say_line(contact.conversation_id, code="agent_joined", params={"name": label}, now=now)
    return assignment


def say_line(conversation_id: int, *, code: str, params: dict[str, Any], now: datetime) -> None:
    """A small line in the conversation that both sides see in their own language."""
    add_message(
        conversation_id, kind=MessageKind.SYSTEM, text="", actor=SYSTEM, now=now, data={"code": code, "params": params}
    )
