"""A need becomes a case; a case gets a conversation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.crm.models import Customer
from lingting.service.desk.events import CaseOpened
from lingting.service.desk.models import Case, CaseState, Conversation, Priority
from lingting.service.desk.services.refusals import UnknownChoice


@transaction.atomic
def open_case(
    customer_id: int,
    *,
    queue_id: int,
    channel: str,
    actor: Actor,
    now: datetime,
    subject: str = "",
    type_id: int | None = None,
    priority: int = Priority.NORMAL,
    assignee_id: int | None = None,
    parent_id: int | None = None,
    is_demo: bool = False,
) -> Case:
    """Opens a case for a customer in a queue; records `CaseOpened`."""
    case = Case.objects.create(
        customer_id=customer_id,
        queue_id=queue_id,
        type_id=type_id,
        assignee_id=assignee_id,
        subject=subject.strip()[:200],
        channel=channel,
        state=CaseState.OPEN,
        priority=priority,
        opened_at=now,
        active_at=now,
        parent_id=parent_id,
        is_demo=is_demo,
    )
    fact = CaseOpened(case_id=case.pk, customer_id=customer_id, queue_id=queue_id, channel=channel)
    record(fact, actor=actor, now=now)
    return case


def start_conversation(case_id: int, *, channel: str, now: datetime) -> Conversation:
    """Begins an exchange on a channel under a case."""
    return Conversation.objects.create(case_id=case_id, channel=channel, started_at=now)


@transaction.atomic
def open_case_with_conversation(
    customer_id: int,
    *,
    queue_id: int,
    channel: str,
    subject: str,
    priority: int,
    actor: Actor,
    now: datetime,
) -> Case:
    """Opens a case and the conversation in which its first words will stand. Raises `UnknownChoice` (no such customer)."""
    if not Customer.objects.filter(pk=customer_id, merged_into=None).exists():
        raise UnknownChoice(_("There is no such customer."))
    case = open_case(customer_id, queue_id=queue_id, channel=channel, subject=subject, priority=priority, actor=actor, now=now)
    start_conversation(case.pk, channel=channel, now=now)
    return case
