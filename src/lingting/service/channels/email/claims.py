"""Who has a row in hand: an advisory lock per process, so that what a dead process held is known at once."""

from __future__ import annotations

import secrets

from django.db import connection

CLASS = 0x4C54_4D4C  # "LTML"

# Keys of the processes alive now, as a subquery.
ALIVE = f"""
    SELECT objid::bigint::integer FROM pg_locks
    WHERE locktype = 'advisory' AND classid = {CLASS} AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Claimant:
    """This thread's mark on rows. The lock lives in the very connection that does the work: both end together."""

    def __init__(self) -> None:
        self.key = 0
        self._backend: object = None

    def ensure(self) -> int:
        """The key, with its lock held on the current connection (taken again after a lost one)."""
        connection.ensure_connection()
        if self._backend is not connection.connection:
            self.key = secrets.randbelow(2**31 - 2) + 1
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [CLASS, self.key])
            self._backend = connection.connection
        return self.key

    def release(self) -> None:
        """Gives the key up."""
        if self._backend is not None and self._backend is connection.connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [CLASS, self.key])
        self._backend = None
