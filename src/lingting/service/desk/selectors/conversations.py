"""Everything a case's page shows: messages, conversations, facts in order, neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.selectors import history_of
from lingting.service.desk.models import (
    Attachment,
    CannedReply,
    Case,
    CaseLink,
    CaseType,
    Conversation,
    Draft,
    Mention,
    Message,
    Priority,
    Queue,
    Tag,
)

MESSAGE_PAGE = 50
_FIELDS = (
    "id", "conversation_id", "kind", "author_id", "author__display_name", "text", "data",
    "created_at", "delivered_at", "read_at", "client_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages oldest first; `older_than` is where an earlier page continues (None: nothing earlier)."""

    messages: list[dict[str, Any]]
    older_than: int | None = None


def latest_messages(case_id: int, *, before_id: int | None = None, size: int = MESSAGE_PAGE) -> MessagePage:
    """The last messages of a case (before an id), with files and mentions: three queries."""
    rows = Message.objects.filter(case_id=case_id)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    found = list(rows.order_by("-id").values(*_FIELDS)[: size + 1])
    page = found[:size][::-1]
    _complete(page)
    return MessagePage(page, page[0]["id"] if len(found) > size else None)


def messages_after(case_id: int, *, after_id: int, most: int = 200) -> list[dict[str, Any]]:
    """What was said after a message, oldest first."""
    rows = Message.objects.filter(case_id=case_id, pk__gt=after_id)
    page = list(rows.order_by("id").values(*_FIELDS)[:most])
    _complete(page)
    return page


def _complete(messages: list[dict[str, Any]]) -> None:
    ids = [message["id"] for message in messages]
    files: dict[int, list[Any]] = defaultdict(list)
    if ids:
        for attachment in Attachment.objects.filter(message_id__in=ids).select_related("file").order_by("id"):
            files[attachment.message_id].append(attachment.file)
    notes = [message["id"] for message in messages if message["kind"] == "note"]
    named: dict[int, list[str]] = defaultdict(list)
    if notes:
        rows = Mention.objects.filter(message_id__in=notes).values_list("message_id", "account__display_name")
        for message_id, name in rows:
            named[message_id].append(name)
    for message in messages:
        message["files"] = files[message["id"]]
        message["mentions"] = named[message["id"]]


def conversations_of(case_id: int) -> list[Conversation]:
    """The exchanges of a case, oldest first."""
    return list(Conversation.objects.filter(case_id=case_id).order_by("id"))


def earlier_cases(case: Case, *, most: int = 30) -> list[dict[str, Any]]:
    """Other cases of the same customer, latest first."""
    return _cases(Case.objects.filter(customer_id=case.customer_id).exclude(pk=case.pk), most=most)


def cases_of_customer(customer_id: int, *, most: int = 30) -> list[dict[str, Any]]:
    """All cases of a customer, latest first."""
    return _cases(Case.objects.filter(customer_id=customer_id), most=most)


def _cases(rows: QuerySet[Case], *, most: int) -> list[dict[str, Any]]:
    found = rows.order_by("-active_at", "-id")
    return [
        dict(row)
        for row in found.values(
            "id", "subject", "preview", "state", "channel", "opened_at", "closed_at", "active_at",
            "assignee__display_name", "assignee_id", "queue_id",
        )[:most]
    ]  # fmt: skip


def linked_cases(case_id: int) -> list[dict[str, Any]]:
    """The cases linked with one, lowest number first."""
    pairs = CaseLink.objects.filter(Q(first_id=case_id) | Q(second_id=case_id)).values_list("first_id", "second_id")
    others = [second if first == case_id else first for first, second in pairs]
    return [dict(row) for row in Case.objects.filter(pk__in=others).order_by("id").values("id", "subject", "preview", "state")]


def facts_of(case_id: int, *, most: int = 60) -> list[dict[str, Any]]:
    """What happened to a case, latest first, without what was said and read (the conversation shows that)."""
    entries = history_of("desk.case", case_id, limit=most * 6)
    silent = {"MessageAdded", "MessagesRead"}
    return [entry for entry in entries if entry["kind"] not in silent][:most]


def drafts_of(case_id: int, *, account_id: int) -> dict[str, str]:
    """What a person is writing in a case: mode to text."""
    return dict(Draft.objects.filter(case_id=case_id, account_id=account_id).values_list("mode", "text"))


def canned_replies(account: Account) -> list[dict[str, Any]]:
    """The prepared texts a person may use: shared ones and their own."""
    rows = CannedReply.objects.filter(Q(owner=None) | Q(owner=account))
    found = rows.order_by("shortcut", "language", "id")
    return [dict(row) for row in found.values("id", "shortcut", "language", "title", "text", "owner_id")]


def open_queues() -> list[Queue]:
    return list(Queue.objects.filter(is_active=True))


def case_types() -> list[CaseType]:
    return list(CaseType.objects.filter(is_active=True))


def tag_names(*, most: int = 300) -> list[str]:
    return list(Tag.objects.order_by("name").values_list("name", flat=True)[:most])


def tag_choices(*, most: int = 300) -> list[tuple[int, str]]:
    return list(Tag.objects.order_by("name").values_list("id", "name")[:most])


def priorities() -> list[tuple[int, str]]:
    return [(value, str(label)) for value, label in Priority.choices]


def colleagues(*, words: str = "", most: int = 30, among: Sequence[int] | None = None) -> list[Account]:
    """People of the centre by a part of their name, for assigning and mentioning."""
    rows = Account.objects.filter(is_active=True, employee__isnull=False)
    if among is not None:
        rows = rows.filter(pk__in=among)
    if words.strip():
        rows = rows.filter(Q(display_name__icontains=words.strip()) | Q(login__istartswith=words.strip()))
    return list(rows.order_by("display_name", "id")[:most])
