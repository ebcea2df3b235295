"""Positions in the stream of committed entries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

_CURSOR = re.compile(r"(\d{1,19})-(\d{1,19})", re.ASCII)


class Cursor(NamedTuple):
    """A position `xid-id`: everything at or below it is known to the holder.

    A cursor given to a client is always a low-water mark: no transaction that could still
    commit has a row at or below it.
    """

    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `"xid-id"`; `None` when it is not one."""
        match = _CURSOR.fullmatch(text)
        return cls(int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A PostgreSQL snapshot: which transactions were visible at one moment.

    Transactions below `xmin` are finished; those from `xmax` on had not begun; those in
    `running` were under way. Text form: `xmin:xmax:running,…` as PostgreSQL writes it.
    """

    xmin: int
    xmax: int
    running: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, self.running))}"

    @classmethod
    def parse(cls, text: str) -> Self:
        xmin, xmax, running = text.split(":")
        return cls(int(xmin), int(xmax), tuple(int(xid) for xid in running.split(",") if xid))

    @classmethod
    def below(cls, cursor: Cursor) -> Self:
        """A snapshot that has seen every transaction below the cursor's and none other."""
        return cls(cursor.xid, cursor.xid)

    @property
    def low_water(self) -> Cursor:
        """The highest position below which nothing can appear any more."""
        return Cursor(self.xmin, 0)

    def proven(self, newest: int) -> Snapshot:
        """The same snapshot as far as a row that is visible in it proves it; `newest` is the highest such row's number.

        PostgreSQL that crashes gives out anew the numbers of transactions that left no row and whose end had not been
        written yet: those rolled back, and every NOTIFY. Above the newest visible row no number is therefore taken for
        seen; since no row is visible there, nothing is read twice.
        """
        above = newest + 1
        return Snapshot(min(self.xmin, above), min(self.xmax, above), tuple(xid for xid in self.running if xid < above))


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the table saw: the snapshot, and the highest transaction number of a visible row (0: none)."""

    snapshot: Snapshot
    newest: int

    @property
    def proven(self) -> Snapshot:
        return self.snapshot.proven(self.newest)
