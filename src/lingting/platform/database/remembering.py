"""What changes rarely and is asked all the time: settings read into memory and kept there for a moment.

    @remembered(Policy, Policy.types.through)
    def rules_in_use() -> tuple[Rule, ...]: ...

A write of this process to one of the tables is seen at once, that of another process after `SECONDS` at the latest. A
transaction that has written to one of them itself reads anew, and keeps nothing, until it ends: what may yet be rolled
back is never remembered. Results are shared: return what nobody changes.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction

from lingting.platform.database.standing import standing
from lingting.platform.database.statements import empties_tables, written_table

SECONDS = 2.0

Given = ParamSpec("Given")
Result = TypeVar("Result")

_watched: set[str] = set()
_memories: list[dict[Hashable, tuple[float, Any]]] = []


def remembered(*tables: type[models.Model]) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Keeps a function's results for `SECONDS`, by its (hashable) arguments; `tables` are what it reads."""

    def decorate(read: Callable[Given, Result]) -> Callable[Given, Result]:
        memory: dict[Hashable, tuple[float, Any]] = {}
        _memories.append(memory)
        _watched.update(table._meta.db_table for table in tables)

        @functools.wraps(read)
        def recall(*given: Given.args, **named: Given.kwargs) -> Result:
            if _writes_unsettled():
                return read(*given, **named)
            key = (given, tuple(sorted(named.items())))
            held = memory.get(key)
            if held is not None and time.monotonic() - held[0] < SECONDS:
                found: Result = held[1]
                return found
            asked_at = time.monotonic()
            found = read(*given, **named)
            memory[key] = (asked_at, found)
            return found

        return recall

    return decorate


def forget() -> None:
    """Drops everything that is remembered in this process."""
    for memory in _memories:
        memory.clear()


def notice_writes(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Around every statement of a connection: a write to what somebody remembers makes all of it forgotten."""
    written = written_table(sql) if isinstance(sql, str) else None
    if written is None or (written not in _watched and not empties_tables(sql)):
        return execute(sql, params, many, context)
    connection = context["connection"]
    done = execute(sql, params, many, context)
    forget()
    if connection.in_atomic_block:
        transaction.on_commit(_Unsettled(), using=connection.alias)
    return done


class _Unsettled:
    """While it stands, the write beside it may yet be undone."""

    def __call__(self) -> None:
        forget()


def _writes_unsettled() -> bool:
    return next(standing(_Unsettled), None) is not None
