"""A connection that is not asked whether it lives when its silence already says so, and that may prepare statements.

Django loads the module `base` below what `ENGINE` names: hence the name.

Django asks `SELECT 1` before the first statement of each request. Here a connection used within the last seconds is
asked only when its socket has something to say: PostgreSQL that was stopped or killed closes it, and a closed socket
is readable. After a longer pause, when a dead network may have gone unnoticed, the question is asked as always.
"""

from __future__ import annotations

import os
import select
import time
from typing import Any

from lingting.platform.database.postgresql.savepoints import KeptSavepoints
from lingting.platform.database.remembering import notice_writes

FRESH_SECONDS = 10.0
PREPARE_AFTER = 2


class DatabaseWrapper(KeptSavepoints):
    """Statements run by `binding.bound_cursor` are prepared from their third run on, all others never.

    `PREPARED_STATEMENTS=0` in the environment turns that off, for poolers that cannot follow prepared statements
    (PgBouncer in transaction mode before 1.21, or with `max_prepared_statements = 0`).
    """

    health_check_enabled: bool
    health_check_done: bool

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._lived_at = float("-inf")

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        if params["prepare_threshold"] is None and os.environ.get("PREPARED_STATEMENTS", "1") != "0":
            params["prepare_threshold"] = PREPARE_AFTER
        return params

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self._plan_once()
        self._lived_at = time.monotonic()
        if notice_writes not in self.execute_wrappers:
            self.execute_wrappers.append(notice_writes)

    def _plan_once(self) -> None:
        """A prepared statement gets its plan once, for any values: PostgreSQL would plan its first five runs anew, which
        costs more than the runs themselves where statements are many and connections are several.
        """
        if self.connection.prepare_threshold is None:
            return
        with self.connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
        if not self.get_autocommit():
            self.connection.commit()

    def close_if_health_check_failed(self) -> None:
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        if self._is_surely_alive():
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        self._lived_at = time.monotonic()

    def close_if_unusable_or_obsolete(self) -> None:
        if self.connection is not None and self.health_check_done and not self.errors_occurred:
            self._lived_at = time.monotonic()
        super().close_if_unusable_or_obsolete()

    def _is_surely_alive(self) -> bool:
        """Whether it answered a moment ago and nothing has come over its socket since, the end included."""
        if time.monotonic() - self._lived_at > FRESH_SECONDS:
            return False
        handle = self.connection.pgconn
        if self.connection.closed or handle.status != 0:
            return False
        try:
            waiting = select.poll()
            waiting.register(handle.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
            return not waiting.poll(0)
        except (OSError, ValueError):
            return False
