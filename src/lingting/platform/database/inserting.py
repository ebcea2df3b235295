"""Many new rows at once: by COPY, the cheapest way PostgreSQL takes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models, router
from django.db.models.base import ModelState
from psycopg.adapt import PyFormat, Transformer

from lingting.platform.database.single_rows import insert_few

CHUNK = 128
FEW = 12
Row = TypeVar("Row", bound=models.Model)


def insert_many(rows: Sequence[models.Model]) -> None:
    """Writes new rows of one model in their order and gives ids to those without; a handful of new ones by `insert_few`.

    For hot paths: no signals, no conversion beyond what the columns need, so fields must hold values of their own type.
    Raises `IntegrityError`; wrap it in a savepoint where that is expected.
    """
    if len(rows) <= FEW and (len(rows) < 2 or all(row.pk is None for row in rows)):
        insert_few(rows)
    else:
        _copy(rows)


def _copy(rows: Sequence[models.Model]) -> None:
    meta = rows[0]._meta
    nameless = [row for row in rows if row.pk is None]
    for row, pk in zip(nameless, new_ids(meta.db_table, count=len(nameless)), strict=True):
        row.pk = pk
    fields = [field for field in meta.concrete_fields if not field.generated]
    copy_rows(meta.db_table, [str(field.column) for field in fields], _values(rows, fields))
    for row in rows:
        row._state.adding, row._state.db = False, router.db_for_write(type(row))


def new_row(model: type[Row], values: Mapping[str, Any]) -> Row:
    """A row for `insert_many`, at a fifth of what the model's own constructor takes, which counts where there are many.

    `values` by attribute of the column (`case_id`, not `case`); what is not named has its default. No signals. Raises
    `TypeError` for a name that is none.
    """
    given, made = _defaults(model)
    row = model.__new__(model)
    row.__dict__.update(given)
    row.__dict__.update(values)
    for name, make in made:
        if name not in values:
            row.__dict__[name] = make()
    if len(row.__dict__) != len(given) + len(made):
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - given.keys() - dict(made).keys()))}")
    row._state = ModelState()
    return row


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """By column attribute: defaults that are the same for every row, and those that are made for each."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made = [(field.attname, field.get_default) for field in fields if callable(field.default)]
    return {field.attname: field.get_default() for field in fields if not callable(field.default)}, made


# The sequence's name is looked up once, not for each number: `OFFSET 0` keeps it where it stands.
_NEXT = """
    SELECT nextval(named.sequence)
    FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) AS named, generate_series(1, %s)"""


def new_ids(table: str, *, count: int) -> list[int]:
    """The next ids of a table, for rows about to be written."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [table, count])
        return [row[0] for row in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes rows into the named columns of a table.

    The usual kinds of values are written as COPY's text form here, in a third of the time that psycopg's adapters take.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    copying = f'COPY "{table}" ({names}) FROM STDIN'
    lines: list[str] = []
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copying) as copy:
        for row in rows:
            lines.append("\t".join([_WAYS[type(value)](value) for value in row]))
            if len(lines) == CHUNK:
                _write_lines(copy, lines)
        _write_lines(copy, lines)


def _write_lines(copy: Any, lines: list[str]) -> None:
    if lines:
        lines.append("")
        copy.write("\n".join(lines))
        lines.clear()


def _text(value: str) -> str:
    return value if _NEEDS_ESCAPE(value) is None else value.translate(_ESCAPED)


_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]").search
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _list(value: list[Any]) -> str:
    """An array; of texts or numbers here, of anything else by the adapters."""
    if value and all(type(each) is Decimal or type(each) is int for each in value):
        return "{" + ",".join(map(str, value)) + "}"
    if not all(type(each) is str for each in value):
        return _adapted(value)
    return _text("{" + ",".join(['"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in value]) + "}")


class _Ways(dict[type, Callable[[Any], str]]):
    """How a value of a type is written; a type that is not named here goes through psycopg's adapters."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = _adapted
        return _adapted


def _adapted(value: Any) -> str:
    written = Transformer().get_dumper(value, PyFormat.TEXT).dump(value)
    return "\\N" if written is None else _text(bytes(written).decode())


_WAYS = _Ways({
    type(None): lambda _nothing: "\\N", bool: lambda value: "t" if value else "f", int: int.__repr__, float: float.__repr__,
    str: _text, list: _list, datetime: datetime.isoformat, date: date.isoformat, Decimal: str, UUID: str,
    timedelta: lambda value: str(value).replace(",", ""),
})  # fmt: skip


def _values(rows: Sequence[models.Model], fields: Sequence[models.Field[Any, Any]]) -> Iterator[Sequence[Any]]:
    """What goes into the columns: the fields' values as they are, but JSON as such and unread search vectors as empty."""
    read = attrgetter(*(field.attname for field in fields))
    written = {place: way for place, field in enumerate(fields) if (way := _way(field))}
    for row in rows:
        values = list(read(row))
        for place, way in written.items():
            if values[place] is not None:
                values[place] = way(values[place])
        yield values


def _way(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a field's value becomes its column's; None: as it is."""
    if isinstance(field, models.JSONField):
        return _json
    return str if field.get_internal_type() == "VectorField" or field.choices else None


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
