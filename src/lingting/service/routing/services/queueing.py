"""Entering a queue, moving to another, leaving it without an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record, record_many
from lingting.platform.database.composed import composed
from lingting.platform.database.inserting import insert_many
from lingting.platform.database.single_rows import update_row
from lingting.service.desk.models import Case, Conversation, Priority
from lingting.service.routing.events import ContactAbandoned, ContactQueued
from lingting.service.routing.models import Assignment, Contact, QueueRule
from lingting.service.routing.services.locking import lock_waiting_contact
from lingting.service.routing.services.refusals import NoSuchContact
from lingting.service.routing.services.withdrawing import withdraw_offer_for


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that begins to wait: what `enqueue` takes."""

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
    talks = _talks([each.conversation_id for each in waiting])
    if any(each.conversation_id not in talks for each in waiting):
        raise NoSuchContact(_("This conversation does not exist."))
    agents = _last_agents([talks[each.conversation_id] for each in waiting if each.only_for_id is None], now=now)
    contacts = [_contact(each, talk=talks[each.conversation_id], agents=agents, now=now) for each in waiting]
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
    """What routing asks of a conversation and its case; the queue's rule is its default where nobody has set one."""

    conversation_id: int
    channel: str
    case_id: int
    customer_id: int
    queue_id: int
    priority: int
    is_demo: bool
    tier_points: int
    rule_points: int
    last_agent_days: int


def _talks(conversation_ids: Sequence[int]) -> dict[int, _Talk]:
    return {row[0]: _Talk(*row) for row in _asked_of(list(conversation_ids))}


@composed
def _asked_of(conversation_ids: list[int]) -> QuerySet[Conversation, tuple[Any, ...]]:
    usual = QueueRule()
    return Conversation.objects.filter(pk__among=conversation_ids).values_list(
        "pk", "channel", "case_id", "case__customer_id", "case__queue_id", "case__priority", "case__is_demo",
        Coalesce("case__customer__tier__priority", 0), Coalesce("case__queue__rule__priority", usual.priority),
        Coalesce("case__queue__rule__last_agent_days", usual.last_agent_days),
    )  # fmt: skip


def _contact(waiting: Waiting, *, talk: _Talk, agents: Mapping[int, int], now: datetime) -> Contact:
    return Contact(
        conversation_id=talk.conversation_id, case_id=talk.case_id, queue_id=talk.queue_id, channel=talk.channel,
        priority=points(talk.priority, rule=talk.rule_points, tier=talk.tier_points) + waiting.extra_priority, entered_at=now,
        only_for_id=waiting.only_for_id, preferred_id=None if waiting.only_for_id else agents.get(talk.case_id),
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


def _last_agents(talks: Sequence[_Talk], *, now: datetime) -> dict[int, int]:
    """By case, who last answered its customer, where the queue's rule asks for that and it is not too long ago."""
    longest = max((talk.last_agent_days for talk in talks), default=0)
    if not longest:
        return {}
    rows = _answered_since([talk.customer_id for talk in talks], now - timedelta(days=longest))
    last = {customer_id: (account_id, started_at) for customer_id, account_id, started_at in rows}
    return {
        talk.case_id: last[talk.customer_id][0]
        for talk in talks
        if talk.customer_id in last and last[talk.customer_id][1] > now - timedelta(days=talk.last_agent_days)
    }


@composed
def _answered_since(customer_ids: list[int], moment: datetime) -> QuerySet[Assignment, tuple[int, int, datetime]]:
    """Of each customer the last assignment since a moment, to somebody who is still there."""
    answered = Assignment.objects.filter(
        conversation__case__customer_id__among=customer_ids, started_at__gt=moment, account__is_active=True
    )
    latest = answered.order_by("conversation__case__customer_id", "-started_at", "-pk")
    return latest.distinct("conversation__case__customer_id").values_list(
        "conversation__case__customer_id", "account_id", "started_at"
    )
