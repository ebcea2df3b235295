"""Lists in pages: a cursor says where the last page ended, so depth costs nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from lingting.platform.refusals import Invalid

Row = TypeVar("Row")
MOST_PER_PAGE = 200
_MAC_BYTES = 12


class BadCursor(Invalid):
    """The cursor is not one of this list."""

    code = "bad_cursor"


class PageQuery(Schema):
    """What a caller says about the page wanted."""

    cursor: str | None = Field(None, max_length=2000, description="`next` of the page before; leave out for the first page")
    limit: int = Field(50, ge=1, le=MOST_PER_PAGE, description="how many items at most")


class Page(Schema, Generic[Row]):
    """A page of a list; `next` is null on the last one."""

    items: list[Row]
    next: str | None = None


def page(queryset: QuerySet[Any], *, query: PageQuery, order: Sequence[str]) -> dict[str, Any]:
    """One page of a queryset (of objects or `.values()`), as a `Page` takes it.

    `order` names fields, `-` for descending, none nullable, the last one unique; fields in one direction make one
    index comparison. Raises `BadCursor`.
    """
    rows = queryset.order_by(*order)
    if query.cursor:
        rows = rows.filter(_beyond(queryset, values=_read(query.cursor, queryset=queryset, order=order), order=order))
    found = list(rows[: query.limit + 1])
    more = len(found) > query.limit
    found = found[: query.limit]
    return {"items": found, "next": _write(found[-1], queryset=queryset, order=order) if more else None}


def _beyond(queryset: QuerySet[Any], *, values: Sequence[Any], order: Sequence[str]) -> Any:
    names = [name.lstrip("-") for name in order]
    descending = [name.startswith("-") for name in order]
    if len(names) > 1 and len(set(descending)) == 1:
        compare = TupleLessThan if descending[0] else TupleGreaterThan
        return compare(tuple(F(name) for name in names), tuple(values))
    condition = Q()
    for index, name in enumerate(names):
        equal = {names[before]: values[before] for before in range(index)}
        condition |= Q(**equal, **{f"{name}__{'lt' if descending[index] else 'gt'}": values[index]})
    return condition & Q(**{f"{names[0]}__{'lte' if descending[0] else 'gte'}": values[0]})


def _write(row: Any, *, queryset: QuerySet[Any], order: Sequence[str]) -> str:
    names = [name.lstrip("-") for name in order]
    values = [row[name] if isinstance(row, Mapping) else _attribute(row, name) for name in names]
    body = orjson.dumps(values, default=str)
    return base64.urlsafe_b64encode(_mac(body, queryset=queryset, order=order) + body).decode().rstrip("=")


def _read(cursor: str, *, queryset: QuerySet[Any], order: Sequence[str]) -> list[Any]:
    refusal = BadCursor(_("This cursor does not belong to this list. Start again with the first page."))
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error):
        raise refusal from None
    mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(body, queryset=queryset, order=order)):
        raise refusal
    try:
        return [
            _field(queryset, name.lstrip("-")).to_python(value) for name, value in zip(order, orjson.loads(body), strict=True)
        ]
    except (ValueError, ValidationError):
        raise refusal from None


def _mac(body: bytes, *, queryset: QuerySet[Any], order: Sequence[str]) -> bytes:
    label = f"{queryset.model._meta.label} {' '.join(order)} "
    return hmac.digest(settings.SECRET_KEY.encode(), b"cursor " + label.encode() + body, hashlib.sha256)[:_MAC_BYTES]


def _field(queryset: QuerySet[Any], name: str) -> Any:
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    options = queryset.model._meta
    *path, last = name.split("__")
    for step in path:
        options = options.get_field(step).related_model._meta
    return options.pk if last == "pk" else options.get_field(last)


def _attribute(row: Any, name: str) -> Any:
    for step in name.split("__"):
        row = getattr(row, step)
    return row
