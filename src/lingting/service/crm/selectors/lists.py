"""Lists of customers: filtered, searched by part of a name, number or address, with what a row shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value

from lingting.platform.search import search_matching
from lingting.service.crm.models import ContactPoint, Customer, CustomerTag

FILTER_FIELDS = ("q", "tier", "tag", "language", "kind")
KINDS = ("guests", "unreachable", "new")
ROW = (
    "id", "name", "is_guest", "company", "city", "language", "updated_at", "created_at", "tier_id", "tier__name_zh",
    "tier__name_en", "tier__rank", "tier__key",
)  # fmt: skip
NEW_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class CustomerFilter:
    """What to list. `kind`: "" (customers), guests (not yet known), unreachable (no number or address), new (7 days)."""

    words: str = ""
    tier_id: int | None = None
    tag_id: int | None = None
    language: str = ""
    kind: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> CustomerFilter:
        """From an address; what makes no sense is left out."""
        kind = query.get("kind", "")
        language = query.get("language", "")
        return cls(
            words=query.get("q", "").replace("\x00", "").strip()[:200],
            tier_id=_number(query.get("tier", "")),
            tag_id=_number(query.get("tag", "")),
            language=language if language in ("zh-hans", "en") else "",
            kind=kind if kind in KINDS else "",
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def filtered_customers(wanted: CustomerFilter, *, now: datetime) -> QuerySet[Customer]:
    """The customers of a filter, unordered. A search goes through guests as well."""
    rows = Customer.objects.current()
    if wanted.kind == "guests":
        rows = rows.filter(is_guest=True)
    elif not wanted.words:
        rows = rows.filter(is_guest=False)
    if wanted.kind == "unreachable":
        rows = rows.filter(~Exists(ContactPoint.objects.filter(customer=OuterRef("pk"))))
    if wanted.kind == "new":
        rows = rows.filter(created_at__gte=now - timedelta(days=NEW_DAYS))
    if wanted.tier_id is not None:
        rows = rows.filter(tier_id=wanted.tier_id)
    if wanted.tag_id is not None:
        rows = rows.tagged(wanted.tag_id)
    if wanted.language:
        rows = rows.filter(language=wanted.language)
    if wanted.words:
        return search_matching(rows, column="vector", text=wanted.words)
    return rows


def customer_rows(wanted: CustomerFilter, *, now: datetime) -> tuple[QuerySet[Any], tuple[str, ...]]:
    """Rows of a list (dicts of `ROW`) and the order to page them by: the last touched first.

    A search is ordered by an expression that no index offers, so that the planner starts from the words.
    """
    rows = filtered_customers(wanted, now=now)
    if wanted.words:
        return rows.annotate(place=F("id") + Value(0)).values(*ROW, "place"), ("-place",)
    return rows.values(*ROW), ("-updated_at", "-id")


def with_details(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adds to each row `points` (numbers and addresses, preferred first) and `tags`: two queries however many rows."""
    found = list(rows)
    ids = [row["id"] for row in found]
    points: dict[int, list[dict[str, Any]]] = defaultdict(list)
    order = ContactPoint.objects.filter(customer_id__in=ids).order_by("-is_preferred", "kind", "id")
    for point in order.values("customer_id", "kind", "value"):
        points[point["customer_id"]].append(dict(point))
    tags: dict[int, list[CustomerTag]] = defaultdict(list)
    links = Customer.tags.through.objects.filter(customer_id__in=ids).select_related("customertag").order_by("customertag_id")
    for link in links:
        tags[link.customer_id].append(link.customertag)
    for row in found:
        row["points"], row["tags"] = points[row["id"]], tags[row["id"]]
    return found


def find_customers(words: str, *, limit: int = 8, excluding: int | None = None) -> list[dict[str, Any]]:
    """The newest customers that hold the words, with `points`: for the palette and for choosing one."""
    rows = search_matching(Customer.objects.current(), column="vector", text=words[:200])
    if excluding is not None:
        rows = rows.exclude(pk=excluding)
    ordered = rows.order_by((F("id") + Value(0)).desc())
    return with_details(ordered.values(*ROW)[:limit])
