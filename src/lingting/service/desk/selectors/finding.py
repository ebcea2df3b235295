"""Finding a case: by its number, by its customer, by words somebody said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lingting.platform.search import newest_matching
from lingting.service.desk.models import Case, Message
from lingting.service.desk.selectors.inbox import Desk, InboxPage, Listing, rows_among

MOST_FOUND = 50
_NUMBER = re.compile(r"#?(\d{1,15})")


def find_cases(desk: Desk, *, words: str, now: datetime, most: int = MOST_FOUND) -> InboxPage:
    """Cases of a person's sight that fit what was typed: number first, then subject and customer, then words said.

    Rows carry `found_text`, the message that was met. A message is findable in the commit that stored it.
    """
    asked = words.strip()
    if not asked:
        return InboxPage([])
    met: dict[int, str] = {}
    number = _NUMBER.fullmatch(asked)
    if number:
        met[int(number[1])] = ""
    for case_id in _of_customers(asked, most=most):
        met.setdefault(case_id, "")
    for row in _said(asked, desk=desk, most=most * 2):
        met.setdefault(row["case_id"], row["text"])
    listing = Listing(desk, "all")
    rows = {row["id"]: row for row in rows_among(listing, list(met), now=now)}
    return InboxPage([{**rows[case_id], "found_text": text} for case_id, text in met.items() if case_id in rows][:most])


def _said(words: str, *, desk: Desk, most: int) -> list[Mapping[str, Any]]:
    rows = Message.objects.exclude(kind="system")
    if not desk.sight.sees_all:
        from django.db.models import Q

        unowned = Q(case__assignee=None, case__queue_id__in=desk.sight.queues)
        rows = rows.filter(Q(case__assignee_id__in=desk.sight.people) | unowned)
    return newest_matching(rows.values("id", "case_id", "text"), column="vector", text=words, limit=most)


def _of_customers(words: str, *, most: int) -> list[int]:
    from lingting.platform.search import search_matching
    from lingting.service.crm.models import Customer

    people = search_matching(Customer.objects.filter(merged_into=None), column="vector", text=words)
    ids = list(people.values_list("id", flat=True)[:20])
    if not ids:
        return []
    return list(Case.objects.filter(customer_id__in=ids).order_by("-active_at", "-id").values_list("id", flat=True)[:most])
