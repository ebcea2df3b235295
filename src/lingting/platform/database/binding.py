"""Statements for the hot paths: values are bound by PostgreSQL, the statement is prepared once per connection."""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg.pq import Format


def bound_cursor(connection: Any, *, is_binary: bool = False) -> CursorWrapper:
    """A cursor of Django's connection that sends statement and values apart.

    For a statement that runs many times a second with the same text: parsed and planned once. All else is as with
    `connection.cursor()`: wrappers, query counts and the transaction. A value whose type does not follow from its
    place needs a cast (`%s::json`), and a statement holds one command. `is_binary` has the results sent in PostgreSQL's own
    form: moments come at a third of the cost, `jsonb` as Python values instead of Django's text.
    """
    return connection.bound_cursor(Format.BINARY if is_binary else Format.TEXT)  # type: ignore[no-any-return]
