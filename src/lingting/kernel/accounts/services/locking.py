"""One lock for every change of who may do what, so that two changes cannot each remove "the other" administrator."""

from __future__ import annotations

from django.db import connection

_RIGHTS = 7_301_001


def lock_rights() -> None:
    """Held until the transaction ends; changes of rights are rare, waiting is milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RIGHTS])
