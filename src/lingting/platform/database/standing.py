"""What holds for the rest of a transaction and no longer: hooks on commit that are asked for while it runs.

Django lists what is to be done on commit, and drops an entry exactly when PostgreSQL forgets what was said beside it: at
the end of the transaction, and when a savepoint that was open when it was listed is rolled back. So whoever lists a
hook of a class of its own may ask later whether it still holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

Hook = TypeVar("Hook")


def standing(kind: type[Hook], *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Hook]:
    """The hooks of this class that this transaction has listed, latest first."""
    return (hook for _under, hook in standing_under(kind, using=using))


def standing_under(kind: type[Hook], *, using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[frozenset[str], Hook]]:
    """The same, each with those of the savepoints open now that it was listed under: it goes with any of them."""
    connection = connections[using]
    here = frozenset(connection.savepoint_ids)
    return ((here & entry[0], entry[1]) for entry in reversed(connection.run_on_commit) if isinstance(entry[1], kind))
