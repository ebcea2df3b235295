"""Savepoints that cost no round trip: each is sent together with the next statement, and never when nothing comes under it.

Services call one another, each in an `atomic` of its own, so that a failure undoes one step and not the whole. Nearly
always nothing fails, and every step would pay two trips to the server for it. Here `SAVEPOINT` and `RELEASE` are kept
back and go out in front of the next statement, in the same message. What PostgreSQL sees at any statement is the
same as without; at the end of the transaction what is still kept back is dropped, since the end releases everything.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import sql
from psycopg.pq import Format, TransactionStatus

_Wrapper: Any = base.DatabaseWrapper
_Carrying: Any = base.Cursor
_Binding: Any = base.ServerBindingCursor


class Kept:
    """Savepoint commands of one connection that have not been sent yet, in order."""

    __slots__ = ("commands",)

    def __init__(self) -> None:
        self.commands: list[str] = []

    def send_on(self, connection: Any) -> None:
        """Sends them by themselves, for a statement that cannot carry them."""
        if self.commands:
            waiting, self.commands = self.commands, []
            connection.cursor(binary=False).execute("; ".join(waiting))


def send_with_next(connection: Any, command: sql.Composable) -> None:
    """Sends a command whose answer nobody reads in front of the next statement of this transaction."""
    connection.ensure_connection()
    connection.kept.commands.append(command.as_string(connection.connection))


class _Cursor:
    """What both kinds of cursor do with what was kept back."""

    connection: Any
    kept: Kept | None = None

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        self._send_kept()
        super().executemany(query, params_seq, **options)  # type: ignore[misc]

    def copy(self, *given: Any, **named: Any) -> Any:
        self._send_kept()
        return super().copy(*given, **named)  # type: ignore[misc]

    def stream(self, *given: Any, **named: Any) -> Any:
        self._send_kept()
        return super().stream(*given, **named)  # type: ignore[misc]

    def _send_kept(self) -> None:
        if self.kept is not None:
            self.kept.send_on(self.connection)


class CarryingCursor(_Cursor, _Carrying):  # type: ignore[misc]
    """Django's cursor, whose statement carries what was kept back in front of it."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        kept = self.kept
        if kept is None or not kept.commands:
            return super().execute(query, params, **options)
        if not isinstance(query, str):
            self._send_kept()
            return super().execute(query, params, **options)
        waiting, kept.commands = kept.commands, []
        try:
            super().execute("; ".join((*waiting, query)), params, **options)
        except Exception:
            if self.connection.info.transaction_status == TransactionStatus.INTRANS:
                kept.commands = waiting  # it failed before it was sent
            raise
        for _command in waiting:
            self.nextset()
        return self


class BoundCursor(_Cursor, _Binding):  # type: ignore[misc]
    """A cursor whose values PostgreSQL binds: one command a statement, so what was kept back goes in a message before it."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        self._send_kept()
        return super().execute(query, params, **options)


class KeptSavepoints(_Wrapper):  # type: ignore[misc]
    """The part of the connection that keeps savepoints back."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.kept = Kept()
        self.is_one_fate = False

    def _savepoint_allowed(self) -> bool:
        """None inside `one_fate`: Django then treats an inner `atomic` as part of the outer one."""
        return not self.is_one_fate and bool(super()._savepoint_allowed())

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if params.get("cursor_factory") is base.Cursor:
            params["cursor_factory"] = CarryingCursor
        return params

    def init_connection_state(self) -> None:
        self.kept.commands.clear()
        super().init_connection_state()

    def bound_cursor(self, form: Format) -> Any:
        """What `binding.bound_cursor` gives; here, since Django's `connection` looks itself up anew for each thing it is asked."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: Any = BoundCursor(self.connection)  # type: ignore[call-arg]
            cursor.format = form
        return self._prepare_cursor(cursor)

    def _prepare_cursor(self, cursor: Any) -> Any:
        if isinstance(cursor, _Cursor):
            cursor.kept = self.kept
        else:
            self.kept.send_on(self.connection)
        return super()._prepare_cursor(cursor)

    def _savepoint(self, sid: str) -> None:
        self.kept.commands.append(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        place = self._place_of(sid)
        if place is None:
            self.kept.commands.append(self.ops.savepoint_commit_sql(sid))
        else:
            del self.kept.commands[place:]

    def _savepoint_rollback(self, sid: str) -> None:
        place = self._place_of(sid)
        if place is None:
            self.kept.commands.clear()  # all of it was made under this savepoint and goes with it
            super()._savepoint_rollback(sid)
        else:
            del self.kept.commands[place + 1 :]

    def _commit(self) -> None:
        self.kept.commands.clear()
        super()._commit()

    def _rollback(self) -> None:
        self.kept.commands.clear()
        super()._rollback()

    def _close(self) -> None:
        self.kept.commands.clear()
        super()._close()

    def _place_of(self, sid: str) -> int | None:
        """Where the savepoint stands among what was kept back; None when the server has it."""
        created = self.ops.savepoint_create_sql(sid)
        return self.kept.commands.index(created) if created in self.kept.commands else None
