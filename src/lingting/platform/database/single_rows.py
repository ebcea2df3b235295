"""A row or a handful written, one row changed, by a statement that is composed once for its model and columns.

As `save(force_insert=True)` and `save(update_fields=…)`, for the calls that run many times a second: no signals, and
the values are those of the columns, never expressions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson
from django.db import DatabaseError, connection, models, router
from django.utils.functional import Promise

from lingting.platform.database.binding import bound_cursor


def insert_row(row: models.Model) -> None:
    """Writes a new row and gives it its id. Raises `IntegrityError`; wrap it in a savepoint where that is expected."""
    insert_few([row])


def insert_few(rows: Sequence[models.Model]) -> None:
    """The same for a handful of one model, in their order; all or none have an id.

    The rows travel as one JSON value: the statement's text is the same for any number of them, so that neither psycopg
    nor PostgreSQL reads it anew.
    """
    if not rows:
        return
    names_itself = rows[0].pk is not None
    written = _insert(type(rows[0]), names_itself)
    with bound_cursor(connection) as cursor:
        cursor.execute(written.text, [written.as_json(rows)])
        if not names_itself:
            for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = pk
    for row in rows:
        row._state.adding, row._state.db = False, router.db_for_write(type(row))


def update_row(row: models.Model, *names: str) -> None:
    """Writes the named fields of a row. Raises `DatabaseError` when the row is gone."""
    text, fields = _update(type(row), names)
    with bound_cursor(connection) as cursor:
        cursor.execute(text, [*(_value(row, field, is_new=False) for field in fields), row.pk])
        if not cursor.rowcount:
            raise DatabaseError(f"{type(row).__name__} {row.pk} does not exist any more")


class _Insert:
    """The statement that writes rows of a model, and how their values become JSON."""

    def __init__(self, model: type[models.Model], *, names_itself: bool) -> None:
        meta = model._meta
        fields = [field for field in meta.concrete_fields if not field.generated and (names_itself or not field.primary_key)]
        names = ", ".join(f'"{field.column}"' for field in fields)
        text = f'INSERT INTO "{meta.db_table}" ({names}) SELECT {names} FROM json_populate_recordset(NULL::"{meta.db_table}", %s::json)'
        self.text = text if names_itself else f'{text} RETURNING "{meta.pk.column}"'
        self._columns = [str(field.column) for field in fields]
        self._read: Callable[[models.Model], tuple[Any, ...]] = attrgetter(*(field.attname for field in fields))
        self._set_on_writing = [field for field in fields if type(field).pre_save is not models.Field.pre_save]

    def as_json(self, rows: Sequence[models.Model]) -> str:
        for row in rows:
            for field in self._set_on_writing:
                field.pre_save(row, True)
        return orjson.dumps([dict(zip(self._columns, self._read(row), strict=True)) for row in rows], default=_as_text).decode()


@functools.cache
def _insert(model: type[models.Model], names_itself: bool) -> _Insert:
    return _Insert(model, names_itself=names_itself)


def _as_text(value: object) -> str:
    """Values that JSON does not know, as PostgreSQL reads them."""
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, timedelta):
        return str(value).replace(",", "")
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(f"{type(value).__name__} is no value of a column")


@functools.cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, Sequence[models.Field[Any, Any]]]:
    meta = model._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s', fields


def _value(row: models.Model, field: models.Field[Any, Any], *, is_new: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, is_new), connection)
