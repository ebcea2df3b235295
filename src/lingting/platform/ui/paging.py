"""Keyset paging: a page starts after a row, not at a number, so depth costs nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

PAGE_SIZE = 25


@dataclass(frozen=True, kw_only=True)
class Page:
    """The rows of a page and the cursors to its neighbours (None at an end)."""

    items: list[Any]
    older: str | None = None
    newer: str | None = None
    shown: str = ""

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def keyset_page(
    rows: QuerySet[Any],
    *,
    order: Sequence[str],
    query: Mapping[str, str],
    size: int = PAGE_SIZE,
) -> Page:
    """One page of `rows`, a queryset of models or `.values()`, in one query.

    `order` names fields, "-" for descending, the last one unique, none of them nullable and
    all in one direction (so that one index serves it). `query` is `request.GET`: `after`
    continues towards the end, `before` back towards the start. A cursor that makes no sense
    is treated as none.
    """
    names = [name.lstrip("-") for name in order]
    descending = order[0].startswith("-")
    backwards = bool(query.get("before"))
    bound = read_cursor(query.get("before") or query.get("after") or "", count=len(names))
    if bound is None:
        backwards = False
    else:
        rows = rows.filter(beyond(names, bound, smaller=descending != backwards))
    rows = rows.order_by(*[_direction(name, descending=descending != backwards) for name in names])
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_newer = more if backwards else bound is not None
    has_older = bool(found) if backwards else more
    return Page(
        items=found,
        older=cursor(found[-1], names) if found and has_older else None,
        newer=cursor(found[0], names) if found and has_newer else None,
    )


def _direction(name: str, *, descending: bool) -> str:
    return f"-{name}" if descending else name


def beyond(names: Sequence[str], values: Sequence[Any], *, smaller: bool) -> Q:
    """The condition for rows after a row; the first field stands alone so that its index is used."""
    side = "lt" if smaller else "gt"
    condition = Q()
    for depth in range(len(names)):
        same = {names[i]: values[i] for i in range(depth)}
        condition |= Q(**same, **{f"{names[depth]}__{side}": values[depth]})
    return Q(**{f"{names[0]}__{side}e": values[0]}) & condition


def cursor(row: Any, names: Sequence[str]) -> str:
    """The place of a row as text that fits an address."""
    values = [row[name] if isinstance(row, Mapping) else getattr(row, name) for name in names]
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode().rstrip("=")


def read_cursor(text: str, *, count: int) -> list[Any] | None:
    """The values of a cursor; None when it is none of ours."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != count:
        return None
    return [_value(value) for value in values]


def _value(value: Any) -> datetime | date | Any:
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-" and "T" in value:
        return parse_datetime(value) or value
    return value
