"""A row or a handful written, one row changed, by a statement that is composed once for its model and columns.

As `save(force_insert=True)` and `save(update_fields=…)`, for the calls that run many times a second: no signals, and
the values are those of the columns, never expressions.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connection, models, router

from lingting.platform.database.binding import bound_cursor


def insert_row(row: models.Model) -> None:
    """Writes a new row and gives it its id. Raises `IntegrityError`; wrap it in a savepoint where that is expected."""
    insert_few([row])


def insert_few(rows: Sequence[models.Model]) -> None:
    """The same for a handful of one model, by one statement that stays for each number of them; all or none have an id."""
    if not rows:
        return
    names_itself = rows[0].pk is not None
    text, fields = _insert(type(rows[0]), names_itself, len(rows))
    with bound_cursor(connection) as cursor:
        cursor.execute(text, [_value(row, field, is_new=True) for row in rows for field in fields])
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


@functools.cache
def _insert(model: type[models.Model], names_itself: bool, count: int) -> tuple[str, Sequence[models.Field[Any, Any]]]:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.generated and (names_itself or not field.primary_key)]
    columns, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    text = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ' + ", ".join([f"({places})"] * count)
    return text if names_itself else f'{text} RETURNING "{meta.pk.column}"', fields


@functools.cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, Sequence[models.Field[Any, Any]]]:
    meta = model._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s', fields


def _value(row: models.Model, field: models.Field[Any, Any], *, is_new: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, is_new), connection)
