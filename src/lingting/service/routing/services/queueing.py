"""Entering a queue, moving to another, leaving it without an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record, record_many
from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.inserting import insert_many
from lingting.platform.database.single_rows import update_row
from lingting.service.desk.models import Case, Priority
from lingting.service.routing.events import ContactAbandoned, ContactQueued
from lingting.service.routing.models import Contact, QueueRule
from lingting.service.routing.services.locking import lock_waiting_contact
from lingting.service.routing.services.refusals import NoSuchContact
from lingting.service.routing.services.withdrawing import withdraw_offer_for


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that begins to wait: what `enqueue` takes. What comes back (`extra_priority`) prefers nobody: whoever
    had it has passed it on.
    """

    conversation_id: int
    actor: Actor
    only_for_id: int | None = None
    extra_priority: int = 0


def enqueue(
    conversation_id: int,
    *,
    actor: Actor,
    now: datetime,
    only_for_id: int | None = None,
    extra_priority: int = 0,
) -> Contact:
    """A conversation begins to wait in its case's queue; if it waits already, that contact is returned.

    `only_for_id`: a transfer to one person; `extra_priority`: points for work that has waited before.
    Raises `NoSuchContact` for an unknown conversation.
    """
    return enqueue_many([Waiting(conversation_id, actor, only_for_id, extra_priority)], now=now)[0]


@transaction.atomic
def enqueue_many(waiting: Sequence[Waiting], *, now: datetime) -> list[Contact]:
    """The same for many, in their order; each conversation once. A handful of statements for all."""
    talks = _talks([each.conversation_id for each in waiting], now=now)
    if any(each.conversation_id not in talks for each in waiting):
        raise NoSuchContact(_("This conversation does not exist."))
    contacts = [_contact(each, talk=talks[each.conversation_id], now=now) for each in waiting]
    try:
        with transaction.atomic():
            insert_many(contacts)
    except IntegrityError:
        # One of them waits already: that one stays, the others begin by themselves.
        if len(waiting) == 1:
            return [Contact.objects.get(conversation_id=waiting[0].conversation_id, ended_at=None)]
        return [enqueue_many([each], now=now)[0] for each in waiting]
    facts = [
        ContactQueued(
            case_id=each.case_id, conversation_id=each.conversation_id, contact_id=each.pk, queue_id=each.queue_id,
            channel=each.channel,
        )
        for each in contacts
    ]  # fmt: skip
    record_many([Happening(fact, each.actor) for fact, each in zip(facts, waiting, strict=True)], now=now)
    return contacts


@dataclass(frozen=True, slots=True)
class _Talk:
    """What routing asks of a conversation and its case; the queue's rule is its default where nobody has set one.

    `last_agent_id`: who last answered the customer, where the rule asks for that and it is not too long ago.
    """

    conversation_id: int
    channel: str
    case_id: int
    queue_id: int
    priority: int
    is_demo: bool
    tier_points: int
    rule_points: int
    last_agent_id: int | None


_TALKS = """
    SELECT talk.id, talk.channel, talk.case_id, file.queue_id, file.priority, file.is_demo, COALESCE(tier.priority, 0),
           COALESCE(rule.priority, %(points)s::integer), CASE WHEN COALESCE(rule.last_agent_days, %(days)s::integer) > 0 THEN (
               SELECT held.account_id FROM desk_case earlier
               JOIN desk_conversation before ON before.case_id = earlier.id
               JOIN routing_assignment held ON held.conversation_id = before.id
               JOIN accounts_account person ON person.id = held.account_id
               WHERE earlier.customer_id = file.customer_id AND person.is_active AND before.id <> talk.id
                 AND held.started_at > %(now)s::timestamptz - COALESCE(rule.last_agent_days, %(days)s::integer) * interval '1 day'
               ORDER BY held.started_at DESC, held.id DESC LIMIT 1) END
    FROM desk_conversation talk
    JOIN desk_case file ON file.id = talk.case_id
    JOIN crm_customer customer ON customer.id = file.customer_id
    LEFT JOIN crm_tier tier ON tier.id = customer.tier_id
    LEFT JOIN routing_queuerule rule ON rule.queue_id = file.queue_id
    WHERE talk.id = ANY(%(talks)s::bigint[])
"""


def _talks(conversation_ids: Sequence[int], *, now: datetime) -> dict[int, _Talk]:
    usual = QueueRule()
    values: dict[str, Any] = {"talks": list(conversation_ids), "points": usual.priority, "days": usual.last_agent_days, "now": now}
    with bound_cursor(connection) as cursor:
        cursor.execute(_TALKS, values)
        return {row[0]: _Talk(*row) for row in cursor.fetchall()}


def _contact(waiting: Waiting, *, talk: _Talk, now: datetime) -> Contact:
    return Contact(
        conversation_id=talk.conversation_id, case_id=talk.case_id, queue_id=talk.queue_id, channel=talk.channel,
        priority=points(talk.priority, rule=talk.rule_points, tier=talk.tier_points) + waiting.extra_priority, entered_at=now,
        only_for_id=waiting.only_for_id, preferred_id=None if waiting.only_for_id or waiting.extra_priority else talk.last_agent_id,
        is_demo=talk.is_demo,
    )  # fmt: skip


@transaction.atomic
def leave_queue(conversation_id: int, *, outcome: str, actor: Actor, now: datetime) -> Contact | None:
    """The wait ends without an answer: abandoned, contact details left, moved. None when nothing waits."""
    contact = lock_waiting_contact(conversation_id)
    if contact is None:
        return None
    withdraw_offer_for(contact, actor=actor, now=now)
    contact.ended_at = contact.finished_at = now
    contact.outcome = outcome
    contact.wait_seconds = (now - contact.entered_at).total_seconds()
    update_row(contact, "ended_at", "finished_at", "outcome", "wait_seconds")
    fact = ContactAbandoned(
        case_id=contact.case_id, conversation_id=conversation_id, contact_id=contact.pk, queue_id=contact.queue_id,
        wait_seconds=contact.wait_seconds, outcome=outcome,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
    return contact


@transaction.atomic
def reprioritise(case_id: int) -> None:
    """Recomputes the points of what waits for a case, after its priority or its customer's tier changed."""
    case = Case.objects.select_related("customer__tier", "queue__rule").get(pk=case_id)
    tier, rule = case.customer.tier, rule_of(case.queue)
    now_worth = points(case.priority, rule=rule.priority, tier=tier.priority if tier else 0)
    Contact.objects.filter(case_id=case_id, ended_at=None).update(priority=now_worth)


def rule_of(queue: object) -> QueueRule:
    """The queue's rule, the defaults when nobody has set one."""
    return getattr(queue, "rule", None) or QueueRule(queue_id=queue.pk)  # type: ignore[attr-defined]


def points(priority: int, *, rule: int, tier: int) -> int:
    """Priority points for `science.match`, the higher the sooner: case, queue and customer tier together."""
    return max(0, rule + tier + (Priority.NORMAL - priority))
