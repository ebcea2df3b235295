"""Taking over cases from elsewhere, many at a time, with a result for each.

Items are checked in Python, the good ones are written by COPY in one transaction: cases, conversations,
messages with their search vectors. One fact tells of the whole batch; the moments are the items' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.inserting import copy_rows, new_ids
from lingting.platform.refusals import Invalid
from lingting.platform.search import vector
from lingting.service.crm.models import Customer
from lingting.service.desk.events import CasesImported
from lingting.service.desk.models import CaseState, CaseType, MessageKind, Priority, Queue
from lingting.service.desk.services.messages import LONGEST_TEXT, preview_of

MOST_ITEMS = 1_000
_KINDS = frozenset({MessageKind.CUSTOMER.value, MessageKind.AGENT.value, MessageKind.NOTE.value, MessageKind.BOT.value})
_PRIORITIES = frozenset(Priority.values)


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """Something that was said. `author` is a sign-in name for what staff said. The bounds are those of the API."""

    kind: Annotated[str, Field(max_length=8)]
    text: Annotated[str, Field(max_length=30_000)]
    said_at: datetime
    author: Annotated[str, Field(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """A case of another system; `customer` is an id here, or `external_id` the customer's id there."""

    queue: Annotated[str, Field(max_length=40)]
    channel: Annotated[str, Field(min_length=1, max_length=10)]
    opened_at: datetime
    customer: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    external_id: Annotated[str, Field(max_length=80)] = ""
    subject: Annotated[str, Field(max_length=400)] = ""
    type: Annotated[str, Field(max_length=40)] = ""
    assignee: Annotated[str, Field(max_length=64)] = ""
    state: Annotated[str, Field(max_length=8)] = CaseState.CLOSED.value
    priority: int = Priority.NORMAL.value
    closed_at: datetime | None = None
    messages: Annotated[list[ImportedMessage], Field(max_length=500)] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of the item at a place: the id of its case, or why it was not taken."""

    index: int
    case_id: int | None
    problem: str = ""


class TooManyItems(Invalid):
    code = "too_many_items"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the items' names stand for here."""

    customers: dict[int | str, int]
    queues: dict[str, int]
    types: dict[str, int]
    people: dict[str, int]


def import_cases(items: Sequence[ImportedCase], *, actor: Actor, now: datetime) -> list[ImportResult]:
    """Writes the good items and says for each what became of it. Raises `TooManyItems` above 1,000."""
    if len(items) > MOST_ITEMS:
        raise TooManyItems(_("Send at most %(most)s cases at a time.") % {"most": MOST_ITEMS})
    known = _known(items)
    problems = [_problem(item, known=known, now=now) for item in items]
    good = [item for item, problem in zip(items, problems, strict=True) if not problem]
    ids = iter(_write(good, known=known, actor=actor, now=now) if good else [])
    return [
        ImportResult(index, None, problem) if problem else ImportResult(index, next(ids))
        for index, problem in enumerate(problems)
    ]


def _known(items: Sequence[ImportedCase]) -> _Known:
    ids = {item.customer for item in items if item.customer is not None}
    there = {item.external_id for item in items if item.external_id}
    customers: dict[int | str, int] = {pk: pk for pk in Customer.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    customers |= {key: pk for key, pk in Customer.objects.filter(external_id__in=there).values_list("external_id", "pk") if key}
    names = {item.assignee for item in items} | {said.author for item in items for said in item.messages}
    people = Account.objects.filter(login__in=[name for name in names if name])
    return _Known(
        customers,
        dict(Queue.objects.values_list("key", "pk")),
        dict(CaseType.objects.values_list("key", "pk")),
        dict(people.values_list("login", "pk")),
    )


def _problem(item: ImportedCase, *, known: _Known, now: datetime) -> str:
    """Why an item cannot be taken, or nothing."""
    if (item.customer if item.customer is not None else item.external_id) not in known.customers:
        return _("There is no such customer.")
    if item.queue not in known.queues:
        return _("There is no queue “%(key)s”.") % {"key": item.queue[:40]}
    if item.type and item.type not in known.types:
        return _("There is no case type “%(key)s”.") % {"key": item.type[:40]}
    if item.assignee and item.assignee not in known.people:
        return _("Nobody signs in as “%(name)s”.") % {"name": item.assignee[:40]}
    if item.state not in (CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED):
        return _("The state is open, waiting or closed.")
    if item.priority not in _PRIORITIES:
        return _("The priority is a number from 1 to 4.")
    if item.opened_at > now or (item.closed_at and item.closed_at < item.opened_at):
        return _("The moments do not follow one another.")
    return _message_problem(item.messages, known=known, now=now)


def _message_problem(messages: Iterable[ImportedMessage], *, known: _Known, now: datetime) -> str:
    for said in messages:
        if said.kind not in _KINDS:
            return _("A message is of kind customer, agent, bot or note.")
        if not said.text.strip("\x00 \n\r\t") or len(said.text) > LONGEST_TEXT:
            return _("A message has 1 to %(most)s characters.") % {"most": LONGEST_TEXT}
        if said.author and said.author not in known.people:
            return _("Nobody signs in as “%(name)s”.") % {"name": said.author[:40]}
        if said.said_at > now:
            return _("The moments do not follow one another.")
    return ""


@transaction.atomic
def _write(items: Sequence[ImportedCase], *, known: _Known, actor: Actor, now: datetime) -> list[int]:
    case_ids, talk_ids = new_ids("desk_case", count=len(items)), new_ids("desk_conversation", count=len(items))
    together = list(zip(items, case_ids, talk_ids, strict=True))
    copy_rows("desk_case", _CASE_COLUMNS, (_case_row(item, known=known, case_id=pk, now=now) for item, pk, _talk in together))
    copy_rows("desk_conversation", _TALK_COLUMNS, (_talk_row(item, case_id=pk, talk_id=talk) for item, pk, talk in together))
    copy_rows(
        "desk_message",
        _MESSAGE_COLUMNS,
        (
            _message_row(said, known=known, case_id=pk, talk_id=talk)
            for item, pk, talk in together
            for said in sorted(item.messages, key=lambda each: each.said_at)
        ),
    )
    record(CasesImported(case_id=case_ids[0], last_id=case_ids[-1], count=len(items)), actor=actor, now=now)
    return case_ids


_CASE_COLUMNS = (
    "id", "customer_id", "queue_id", "type_id", "assignee_id", "subject", "channel", "state", "priority", "preview",
    "preview_kind", "opened_at", "active_at", "waiting_since_at", "due_at", "snoozed_until_at", "closed_at",
    "closed_by_id", "unread_count", "merged_into_id", "parent_id", "is_demo",
)  # fmt: skip
_TALK_COLUMNS = ("id", "case_id", "channel", "started_at", "ended_at", "ended_by")
_MESSAGE_COLUMNS = ("conversation_id", "case_id", "kind", "author_id", "text", "created_at", "delivered_at", "read_at", "vector")


def _case_row(item: ImportedCase, *, known: _Known, case_id: int, now: datetime) -> tuple[Any, ...]:
    spoken = [said for said in item.messages if said.kind != MessageKind.NOTE]
    last = max(spoken, key=lambda said: said.said_at, default=None)
    is_closed = item.state == CaseState.CLOSED
    closed_at = (item.closed_at or (last.said_at if last else item.opened_at)) if is_closed else None
    active_at = max(item.opened_at, *(said.said_at for said in item.messages), closed_at or item.opened_at)
    customer = known.customers[item.customer if item.customer is not None else item.external_id]
    waits = last is not None and last.kind == MessageKind.CUSTOMER and item.state == CaseState.OPEN
    return (
        case_id, customer, known.queues[item.queue], known.types.get(item.type), known.people.get(item.assignee),
        _plain(item.subject)[:200], item.channel[:10], item.state, item.priority,
        preview_of(_plain(last.text)) if last else "", last.kind if last else "", item.opened_at, active_at,
        last.said_at if waits and last else None, None, None, closed_at, None, 0, None, None, False,
    )  # fmt: skip


def _talk_row(item: ImportedCase, *, case_id: int, talk_id: int) -> tuple[Any, ...]:
    ended_at = max((said.said_at for said in item.messages), default=item.opened_at)
    return talk_id, case_id, item.channel[:10], item.opened_at, ended_at, "import"


def _message_row(said: ImportedMessage, *, known: _Known, case_id: int, talk_id: int) -> tuple[Any, ...]:
    text = _plain(said.text)
    moment = said.said_at.isoformat()  # once for three columns
    return talk_id, case_id, said.kind, known.people.get(said.author), text, moment, moment, moment, vector(text)


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()
