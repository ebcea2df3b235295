"""Finding a case: by its number, by its customer, by words somebody said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value

from lingting.platform.search import query, rarest_first_order, search_matching
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Message
from lingting.service.desk.selectors.inbox import Desk, InboxPage, Listing, rows_among
from lingting.service.desk.selectors.lanes import FEW_PEOPLE, lanes, order_of, parameters

MOST_FOUND = 50
ENOUGH = 25
STRETCHES = (5_000, 100_000, 0)
NEARBY_CASES = 1_500
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
    for row in _said_to(desk, words=asked, now=now, most=most * 2):
        met.setdefault(row["case_id"], row["text"])
    listing = Listing(desk, "all", with_orders=True)
    rows = {row["id"]: row for row in rows_among(listing, list(met), now=now)}
    return InboxPage([{**rows[case_id], "found_text": text} for case_id, text in met.items() if case_id in rows][:most])


def found_ids(desk: Desk, *, words: str, now: datetime, most: int) -> list[int]:
    """Every case of a person's sight that fits what was typed, by number, customer or words said; at most so many."""
    asked = words.strip()
    if not asked:
        return []
    number = _NUMBER.fullmatch(asked)
    met = ([int(number[1])] if number else []) + _of_customers(asked, most=most)
    literal = query(asked)
    if literal is not None:
        said = _sighted(desk).filter(vector__matches=literal).order_by().values_list("case_id", flat=True).distinct()
        met += list(said[:most])
    listing = Listing(desk, "all", with_orders=True)
    ids = sorted(set(met))
    found = [row["id"] for first in range(0, len(ids), 1_000) for row in rows_among(listing, ids[first : first + 1_000], now=now)]
    return sorted(found)[:most]


def _said_to(desk: Desk, *, words: str, now: datetime, most: int) -> list[Mapping[str, Any]]:
    """The latest messages that hold the words, for somebody who sees far or only their own.

    Who sees few people's cases gets them from those cases that moved last: there a common word fills the page, while
    the word index would bring everybody's messages. What is not found there is rare enough for the index.
    """
    if desk.sight.sees_all or len(desk.sight.people) > FEW_PEOPLE:
        return _said(words, desk=desk, most=most)
    near = _said_nearby(words, desk=desk, now=now, most=most)
    return near if len(near) >= ENOUGH else [*near, *_said(words, desk=desk, most=most, stretches=(0,))]


_NEARBY = """
    WITH near AS MATERIALIZED (SELECT lane.id FROM ({lanes}) AS lane ORDER BY {order} LIMIT {size})
    SELECT said.case_id, said.text FROM near, LATERAL (
        SELECT message.case_id, message.text FROM desk_message message
        WHERE message.case_id = near.id AND message.kind <> 'system' AND ts_match_vq(message.vector, %(asked)s::tsquery)
        ORDER BY message.id DESC LIMIT 1
    ) AS said LIMIT %(most)s"""


def _said_nearby(words: str, *, desk: Desk, now: datetime, most: int) -> list[Mapping[str, Any]]:
    """A message of each of the latest cases of one's sight that holds the words; so many cases are looked through."""
    asked = query(words)
    if asked is None:
        return []
    scope = Listing(desk, "all", with_orders=True).scope
    sql = _NEARBY.format(lanes=lanes(scope, after=False, size=NEARBY_CASES), order=order_of(scope).of("lane"), size=NEARBY_CASES)
    given = {**parameters(scope, now=now), "asked": asked, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [{"case_id": case_id, "text": text} for case_id, text in cursor.fetchall()]


def _said(words: str, *, desk: Desk, most: int, stretches: tuple[int, ...] = STRETCHES) -> list[Mapping[str, Any]]:
    """The latest messages that hold the words, within a person's sight.

    The newest stretch is read backwards, where a common word fills the page; then the word index is asked, one
    growing stretch of older messages after another, so that a common word in somebody's narrow sight
    does not fetch every message that holds it. Stops when a page is full.
    """
    asked = query(words)
    if asked is None:
        return []
    rows = _sighted(desk).values("id", "case_id", "text")
    newest = Message.objects.order_by("-id").values_list("id", flat=True).first() or 0
    found: list[Mapping[str, Any]] = []
    above = newest + 1
    for stretch in stretches:
        below = newest - stretch if stretch else 0
        is_newest = above > newest and stretch > 0
        lookup = "vector__holds" if is_newest else "vector__matches"
        part = rows.filter(**{lookup: asked}, id__gte=below, id__lt=above)
        order = F("id").desc() if is_newest else (F("id") + Value(0)).desc()
        found += part.order_by(order)[: most - len(found)]
        above = below
        if len(found) >= min(most, ENOUGH) or above <= 0:
            break
    return found


def _sighted(desk: Desk) -> QuerySet[Message]:
    rows = Message.objects.exclude(kind="system")
    if desk.sight.sees_all:
        return rows
    unowned = Q(case__assignee=None, case__queue_id__in=desk.sight.queues)
    return rows.filter(Q(case__assignee_id__in=desk.sight.people) | unowned)


def _of_customers(words: str, *, most: int) -> list[int]:
    people = search_matching(Customer.objects.filter(merged_into=None), column="vector", text=words)
    ids = list(rarest_first_order(people).values_list("id", flat=True)[:20])
    if not ids:
        return []
    return list(Case.objects.filter(customer_id__in=ids).order_by("-active_at", "-id").values_list("id", flat=True)[:most])
