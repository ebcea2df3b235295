"""The filtered list of customers as rows of a table, read in portions: memory does not grow with the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingting.service.crm.selectors import CustomerFilter, filtered_customers, with_details

PORTION_ROWS = 500
_FIELDS = (
    "id", "external_id", "name", "tier__name_zh", "tier__name_en", "company", "city", "address", "language", "remarks",
    "created_at", "updated_at",
)  # fmt: skip


def export_header() -> list[str]:
    """The names of the columns, in the reader's language; an import knows them again."""
    return [
        _("Id in your own system"), _("Full name"), _("Phone"), _("E-mail address"), _("WeChat"), _("Tier"), _("Tags"), _("Company"),
        _("City"),
        _("Address"), _("Language"), _("Remarks"), _("Created"), _("Last changed"),
    ]  # fmt: skip


def export_rows(wanted: CustomerFilter, *, now: datetime) -> Iterator[list[str]]:
    """The header, then a row per customer, by id; each portion is one keyset query and two for details.

    The language is that of the call, not of the moment a row is fetched.
    """
    return chain([export_header()], _rows(wanted, is_chinese=(get_language() or "").startswith("zh"), now=now))


def _rows(wanted: CustomerFilter, *, is_chinese: bool, now: datetime) -> Iterator[list[str]]:
    last = 0
    while True:
        rows = filtered_customers(wanted, now=now).filter(pk__gt=last).order_by("pk").values(*_FIELDS)[:PORTION_ROWS]
        portion = with_details(rows)
        if not portion:
            return
        last = portion[-1]["id"]
        for row in portion:
            yield _cells(row, is_chinese=is_chinese)


def _cells(row: dict[str, Any], *, is_chinese: bool) -> list[str]:
    def points(kind: str) -> str:
        return "; ".join(point["value"] for point in row["points"] if point["kind"] == kind)

    tier = row["tier__name_zh"] if is_chinese else (row["tier__name_en"] or row["tier__name_zh"])
    return [
        row["external_id"] or "", row["name"], points("phone"), points("email"), points("wechat"), tier or "",
        "; ".join(tag.name_zh for tag in row["tags"]), row["company"], row["city"], row["address"], row["language"], row["remarks"],
        _when(row["created_at"]), _when(row["updated_at"]),
    ]  # fmt: skip


def _when(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
