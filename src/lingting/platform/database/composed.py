"""Questions that are asked all the time: Django composes the statement once, afterwards only the values change.

    @composed
    def _open_session(conversation_id: int) -> QuerySet[ChatSession]:
        return ChatSession.objects.select_related("visitor").filter(conversation_id=conversation_id, ended_at=None)

    session = one(_open_session(conversation.pk))

Composing costs Django more than all the rest of a small question, and PostgreSQL plans each new text anew; here the
text stays, is prepared once per connection, and rows become what the queryset says: models with their relations,
values, annotations. The function runs once, with a place for each of its values: it may hand them to lookups, as they
are and for as many rows as the lookup takes (`among` for a list), and to nothing else. A value is never None.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from django.db.models import Field, ForeignObject, Lookup, Model, QuerySet, Value

from lingting.platform.database.binding import bound_cursor

Given = ParamSpec("Given")
Row = TypeVar("Row")
Kind = TypeVar("Kind", bound=Model)


def composed(ask: Callable[Given, QuerySet[Kind, Row]]) -> Callable[Given, list[Row]]:
    """Makes a function that returns a queryset into one that returns its rows, composed at its first call."""
    names = list(inspect.signature(ask).parameters)
    question: _Question | None = None

    @functools.wraps(ask)
    def answer(*given: Given.args, **named: Given.kwargs) -> list[Row]:
        nonlocal question
        if question is None:
            question = _Question(ask, count=len(names))
        return question.rows([*given, *(named[name] for name in names[len(given) :])])

    return answer


def one(rows: Sequence[Row]) -> Row | None:
    """The first of them; None when there is none."""
    return rows[0] if rows else None


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):  # type: ignore[type-arg]
    """`field__among=values`: as `in`, with all the values in one place, so that their number does not change the text."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", (*left_values, *right_values)


class _Place:
    """Stands for a value while the statement is composed."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Question:
    """A statement with its places, and how Django makes its rows into what the queryset yields."""

    def __init__(self, ask: Callable[..., QuerySet[Any, Any]], *, count: int) -> None:
        self._chosen = ask(*(Value(_Place(number)) for number in range(count)))
        self._compiler: Any = self._chosen.query.get_compiler(using=self._chosen.db)
        self._text, self._values = self._compiler.as_sql()
        self._converters: Any = None
        if missing := set(range(count)) - {each.number for each in self._values if isinstance(each, _Place)}:
            raise TypeError(f"{ask.__qualname__}: argument {min(missing) + 1} does not stand in the statement")

    def rows(self, given: Sequence[Any]) -> list[Any]:
        connection = connections[self._chosen.db]
        values = [given[each.number] if isinstance(each, _Place) else each for each in self._values]
        compiler = copy.copy(self._compiler)
        compiler.connection = connection

        def execute_sql(*_how: Any, **_more: Any) -> list[list[Any]]:
            with bound_cursor(connection) as cursor:
                cursor.execute(self._text, values)
                return [cursor.fetchall()]

        compiler.execute_sql = execute_sql
        compiler.get_converters = self._converters_of
        chosen = _twin(self._chosen)
        chosen._query = _twin(self._chosen.query)
        chosen._query.get_compiler = lambda *_which, **_more: compiler
        return list(chosen)

    def _converters_of(self, columns: Any) -> Any:
        """How values become what the columns hold: the same for every row that this question will ever bring."""
        if self._converters is None:
            self._converters = self._compiler.get_converters(columns)
        return self._converters


def _twin(original: Any) -> Any:
    """The same thing again, sharing what it holds."""
    twin = object.__new__(type(original))
    twin.__dict__.update(original.__dict__)
    return twin
