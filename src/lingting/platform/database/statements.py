"""What a statement does, told from its first words."""

from __future__ import annotations

import re

_WRITE = re.compile(
    r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?(?:"?\w+"?\.)?"?(\w+)', re.IGNORECASE
)
_TRUNCATE = re.compile(r"\s*TRUNCATE\b", re.IGNORECASE)


def written_table(sql: str) -> str | None:
    """The table that a plain INSERT, UPDATE, DELETE or TRUNCATE names first; None for everything else.

    A statement that begins with WITH, or calls a function, may write without saying so here.
    """
    found = _WRITE.match(sql)
    return found.group(1) if found else None


def empties_tables(sql: str) -> bool:
    """Whether it is a TRUNCATE, which may name, and by CASCADE reach, any number of tables."""
    return _TRUNCATE.match(sql) is not None
