"""Where live entries come from: a protocol, and the table that implements it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lingting.platform.realtime.cursors import Cursor, Look, Snapshot


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """One committed fact on its way to the screens; `live` is the client payload as JSON text."""

    cursor: Cursor
    at: datetime
    kind: str
    topics: tuple[str, ...]
    live: str


class LiveSource(Protocol):
    """Committed entries, readable exactly once between two snapshots."""

    channel: str

    async def look(self, *, since: datetime | None) -> Look:
        """What is visible now; rows that occurred before `since` need not count.

        Raises `ConnectionError` while the database cannot be asked.
        """
        ...

    async def look_and_read(
        self, seen: Snapshot, *, since: datetime | None, limit: int
    ) -> tuple[Look, list[LiveEntry]]:
        """`look`, and the first `limit` entries by cursor that are visible in it and not in `seen`, in one trip."""
        ...

    async def read_between(
        self, seen: Snapshot, *, target: Snapshot, after: Cursor | None, since: datetime | None, limit: int
    ) -> list[LiveEntry]:
        """Entries visible in `target` and not in `seen`, by cursor, from above `after`.

        `since` bounds `occurred_at` so that old partitions need not be opened. At most `limit`
        entries; fewer means there are no more. Raises `ConnectionError`.
        """
        ...

    async def lineage(self) -> str:
        """Names the database's history; a change means positions may be void (fail-over, restore)."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...
