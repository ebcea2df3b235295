"""Whether the database can be worked with, asked before anything depends on it."""

from __future__ import annotations

from datetime import UTC, datetime

from lingting.platform.database.check import database_checks
from lingting.platform.refusals import Refusal


class DatabaseNotUsable(Refusal):
    """The database does not answer, is too old, or lacks what Lingting needs."""

    code = "database_not_usable"
    status = 503


def require_database(url: str) -> None:
    """Raises `DatabaseNotUsable` with the first thing that is wrong and what to do about it."""
    for check in database_checks(url, clock=lambda: datetime.now(UTC)):
        if not check.is_ok:
            raise DatabaseNotUsable(f"{check.sentence} {check.advice}")
