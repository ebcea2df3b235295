"""The case as a kind of thing: its name and page, who has it in hand, who sees it, what rules and branches may ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lingting.kernel.timeline.registry import Field, register_subject
from lingting.service.crm.models import Tier
from lingting.service.desk.models import Case, CaseState, CaseType, Conversation, Priority, Queue, Tag
from lingting.service.desk.selectors.channels import channel_choices
from lingting.service.desk.selectors.sight import visible_case_ids

SUBJECT = "desk.case"


def _named(rows: Iterable[Any]) -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in rows]


def _people() -> list[tuple[str, str]]:
    from lingting.service.desk.selectors import colleagues

    return [("0", str(_("Nobody"))), *((str(one.pk), one.display_name) for one in colleagues(most=500))]


def _tags() -> list[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:300]]


QUEUE = Field(key="queue", label=_("queue"), kind="choice", choices=lambda: _named(Queue.objects.filter(is_active=True)))
TYPE = Field(key="type", label=_("case type"), kind="choice", choices=lambda: _named(CaseType.objects.filter(is_active=True)))
PRIORITY = Field(key="priority", label=_("priority"), kind="choice", choices=lambda: [(str(k), v) for k, v in Priority.choices])
PERSON = Field(key="assignee", label=_("owner"), kind="choice", choices=_people)
TAG = Field(key="tag", label=_("tag"), kind="choice", choices=_tags)

FIELDS = (
    Field(key="channel", label=_("channel"), kind="choice", choices=channel_choices),
    TYPE,
    QUEUE,
    PRIORITY,
    Field(key="state", label=_("state"), kind="choice", choices=lambda: CaseState.choices),
    PERSON,
    Field(key="tier_rank", label=_("rank of the customer's tier"), kind="number"),
    Field(key="tier", label=_("customer's tier"), kind="choice", choices=lambda: _named(Tier.objects.all())),
    TAG,
    Field(key="subject", label=_("subject"), kind="text"),
    Field(key="preview", label=_("latest words"), kind="text"),
    Field(key="earlier_cases", label=_("the customer's other cases of the last 30 days"), kind="number"),
)


def read(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The fields of cases: three queries for all of them."""
    rows = Case.objects.filter(pk__in=ids).values(
        "id", "channel", "type_id", "queue_id", "priority", "state", "assignee_id", "customer__tier_id",
        "customer__tier__rank", "customer_id", "subject", "preview", "opened_at",
    )  # fmt: skip
    tags: dict[int, list[str]] = {}
    for pk, name in Case.tags.through.objects.filter(case_id__in=ids).values_list("case_id", "tag__name"):
        tags.setdefault(pk, []).append(name)
    found = list(rows)
    others = _others(found)
    return {
        row["id"]: {
            "channel": row["channel"], "type": row["type_id"], "queue": row["queue_id"], "priority": row["priority"],
            "state": row["state"], "assignee": row["assignee_id"] or 0, "tier": row["customer__tier_id"],
            "tier_rank": row["customer__tier__rank"] or 0,
            "tag": tags.get(row["id"], []), "subject": row["subject"], "preview": row["preview"],
            "earlier_cases": others[row["id"]],
        }
        for row in found
    }  # fmt: skip


def _others(rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """How many other cases each case's customer opened within the 30 days before it."""
    customers = {row["customer_id"] for row in rows}
    opened: dict[int, list[tuple[int, datetime]]] = {}
    known = Case.objects.filter(customer_id__in=customers).values_list("customer_id", "id", "opened_at")
    for customer_id, pk, at in known:
        opened.setdefault(customer_id, []).append((pk, at))
    month = timedelta(days=30)
    return {
        row["id"]: sum(
            1
            for pk, at in opened.get(row["customer_id"], ())
            if pk != row["id"] and row["opened_at"] - month <= at <= row["opened_at"]
        )
        for row in rows
    }


def connect() -> None:
    """Called once when the apps are ready."""
    register_subject(
        SUBJECT,
        label=_("Case"),
        name=_name,
        names=_names,
        url=lambda case_id: reverse("desk:case", args=[case_id]),
        topics=lambda case_id: (f"case:{case_id}", "desk"),
        owner=lambda case_id: Case.objects.values_list("assignee_id", flat=True).get(pk=case_id),
        may_see=lambda account, case_id: case_id in visible_case_ids(account, [case_id]),
        fields=FIELDS,
        read=read,
    )
    register_subject(
        "desk.conversation", label=_("Conversation"), name=lambda pk: _names_of_talks([pk]).get(pk, f"#{pk}"),
        names=_names_of_talks, url=_page_of_talk,
    )  # fmt: skip


def _name(case_id: int) -> str:
    return _names([case_id]).get(case_id, f"#{case_id}")


def _names(ids: Sequence[int]) -> dict[int, str]:
    rows = Case.objects.filter(pk__in=ids).values_list("pk", "subject")
    return {pk: f"#{pk} {subject}".strip() for pk, subject in rows}


def _names_of_talks(ids: Sequence[int]) -> dict[int, str]:
    rows = Conversation.objects.filter(pk__in=ids).values_list("pk", "case_id", "case__subject")
    return {pk: f"#{case_id} {subject}".strip() for pk, case_id, subject in rows}


def _page_of_talk(conversation_id: int) -> str:
    case_id = Conversation.objects.filter(pk=conversation_id).values_list("case_id", flat=True).first()
    return reverse("desk:case", args=[case_id]) if case_id else ""
