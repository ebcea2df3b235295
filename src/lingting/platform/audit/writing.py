"""Tells PostgreSQL who acts, once per transaction and only when a watched table is about to be written."""

from __future__ import annotations

import re
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.sql import SQL

from lingting.platform.audit.acting import Act, acting_now
from lingting.platform.database.postgresql.savepoints import send_with_next
from lingting.platform.database.standing import standing
from lingting.platform.database.statements import written_table

TRIGGER = "lingting_audit"
_HIDDEN_WRITE = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")

_watched: dict[str, frozenset[str]] = {}


def watch_connection(sender: type[BaseDatabaseWrapper], connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Puts the wrapper around a new connection's statements."""
    if connection.vendor == "postgresql" and _name_actor not in connection.execute_wrappers:
        connection.execute_wrappers.append(_name_actor)


def watched_tables(using: str = "default") -> frozenset[str]:
    """The tables that carry the audit trigger; asked once per process."""
    known = _watched.get(using)
    if known is None:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = %s", [TRIGGER])
            known = frozenset(row[0] for row in cursor.fetchall())
        _watched[using] = known
    return known


def forget_watched_tables() -> None:
    """After triggers were added or removed."""
    _watched.clear()


def _name_actor(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    act = acting_now()
    if act is None or not isinstance(sql, str) or sql.lstrip().startswith(_READS):
        return execute(sql, params, many, context)
    connection: BaseDatabaseWrapper = context["connection"]
    if not _writes_watched(sql, using=connection.alias):
        return execute(sql, params, many, context)
    if connection.in_atomic_block:
        _announce(connection, act=act)
        return execute(sql, params, many, context)
    with transaction.atomic(using=connection.alias):
        _announce(connection, act=act)
        return execute(sql, params, many, context)


def _writes_watched(sql: str, *, using: str) -> bool:
    table = written_table(sql)
    if table is not None:
        return table in watched_tables(using)
    if not _HIDDEN_WRITE.search(sql):
        return False
    return any(table in sql for table in watched_tables(using))


class _Announced:
    """While it stands, PostgreSQL's local setting does: both go with the transaction or with the savepoint they were made under."""

    def __init__(self, payload: str) -> None:
        self.payload = payload

    def __call__(self) -> None:
        """Nothing to do on commit."""


def _announce(connection: BaseDatabaseWrapper, *, act: Act) -> None:
    payload = act.payload
    latest = next(standing(_Announced, using=connection.alias), None)
    if latest is not None and latest.payload == payload:
        return
    send_with_next(connection, SQL("SELECT set_config('lingting.actor', {}, true)").format(payload))
    transaction.on_commit(_Announced(payload), using=connection.alias)
