"""A need becomes a case; a case gets a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record_many
from lingting.platform.database.inserting import insert_many, new_row
from lingting.service.crm.models import Customer
from lingting.service.desk.events import CaseOpened
from lingting.service.desk.models import Case, CaseState, Conversation, Priority
from lingting.service.desk.services.refusals import UnknownChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case to be opened: what `open_case` takes. `opened_at` may lie before now (a mail that waited in the mailbox)."""

    customer_id: int
    queue_id: int
    channel: str
    actor: Actor
    opened_at: datetime
    subject: str = ""
    type_id: int | None = None
    priority: int = Priority.NORMAL
    assignee_id: int | None = None
    parent_id: int | None = None
    is_demo: bool = False


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
    new = NewCase(
        customer_id=customer_id, queue_id=queue_id, channel=channel, actor=actor, opened_at=now, subject=subject, type_id=type_id,
        priority=priority, assignee_id=assignee_id, parent_id=parent_id, is_demo=is_demo,
    )  # fmt: skip
    return open_cases([new], now=now)[0]


@transaction.atomic
def open_cases(given: Sequence[NewCase], *, now: datetime) -> list[Case]:
    """The same for many, in their order, by a handful of statements."""
    cases = [_case(new) for new in given]
    insert_many(cases)
    facts = [
        CaseOpened(
            case_id=case.pk, customer_id=case.customer_id, queue_id=case.queue_id, channel=case.channel, type_id=case.type_id
        )
        for case in cases
    ]  # fmt: skip
    record_many([Happening(fact, new.actor) for fact, new in zip(facts, given, strict=True)], now=now)
    return cases


def _case(new: NewCase) -> Case:
    values = {
        "customer_id": new.customer_id, "queue_id": new.queue_id, "type_id": new.type_id, "assignee_id": new.assignee_id,
        "subject": new.subject.strip()[:200], "channel": new.channel, "state": CaseState.OPEN, "priority": new.priority,
        "opened_at": new.opened_at, "active_at": new.opened_at, "parent_id": new.parent_id, "is_demo": new.is_demo,
    }  # fmt: skip
    return new_row(Case, values)


def start_conversation(case_id: int, *, channel: str, now: datetime) -> Conversation:
    """Begins an exchange on a channel under a case."""
    return start_conversations({case_id: now}, channel=channel)[0]


def start_conversations(cases: Mapping[int, datetime], *, channel: str) -> list[Conversation]:
    """The same under many cases, each with its moment, in their order."""
    talks = [
        new_row(Conversation, {"case_id": case_id, "channel": channel, "started_at": moment}) for case_id, moment in cases.items()
    ]
    insert_many(talks)
    return talks


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
