"""Entering a queue, moving to another, leaving it without an answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.models import Case, Conversation, Priority
from lingting.service.routing.events import ContactAbandoned, ContactQueued
from lingting.service.routing.models import Assignment, Contact, QueueRule
from lingting.service.routing.services.locking import lock_waiting_contact
from lingting.service.routing.services.refusals import NoSuchContact
from lingting.service.routing.services.withdrawing import withdraw_offer_for


@transaction.atomic
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
    conversation = (
        Conversation.objects.select_related("case__customer__tier", "case__queue__rule")
        .filter(pk=conversation_id)
        .first()
    )
    if conversation is None:
        raise NoSuchContact(_("This conversation does not exist."))
    case = conversation.case
    rule = rule_of(case.queue)
    contact = Contact(
        conversation=conversation, case=case, queue=case.queue, channel=conversation.channel,
        priority=points(case, rule) + extra_priority, entered_at=now, only_for_id=only_for_id,
        preferred_id=None if only_for_id else last_agent_id(case, days=rule.last_agent_days, now=now),
        is_demo=case.is_demo,
    )  # fmt: skip
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError:
        return Contact.objects.get(conversation_id=conversation_id, ended_at=None)
    fact = ContactQueued(
        case_id=case.pk, conversation_id=conversation_id, contact_id=contact.pk, queue_id=case.queue_id,
        channel=contact.channel,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
    return contact


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
    contact.save(update_fields=["ended_at", "finished_at", "outcome", "wait_seconds"])
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
    Contact.objects.filter(case_id=case_id, ended_at=None).update(priority=points(case, rule_of(case.queue)))


def rule_of(queue: object) -> QueueRule:
    """The queue's rule, the defaults when nobody has set one."""
    return getattr(queue, "rule", None) or QueueRule(queue_id=queue.pk)  # type: ignore[attr-defined]


def points(case: Case, rule: QueueRule) -> int:
    """Priority points for `science.match`, the higher the sooner: queue, customer tier and case together."""
    tier = case.customer.tier
    return max(0, rule.priority + (tier.priority if tier else 0) + (Priority.NORMAL - case.priority))


def last_agent_id(case: Case, *, days: int, now: datetime) -> int | None:
    """Who last answered this customer, if not too long ago."""
    if not days:
        return None
    return (
        Assignment.objects.filter(
            conversation__case__customer_id=case.customer_id, started_at__gt=now - timedelta(days=days), account__is_active=True
        )
        .order_by("-started_at")
        .values_list("account_id", flat=True)
        .first()
    )


