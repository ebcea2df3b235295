"""How to reach a database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class DatabaseAddress:
    """A `postgresql://` URL that psycopg, libpq's programs and `external.django_database` all accept."""

    url: str
    shown: str
    """The same without the password, for people and logs."""


def socket_address(*, folder: Path, port: int, database: str, user: str, password: str) -> DatabaseAddress:
    """The address of a server that listens on a Unix socket in `folder`; any character may occur in the
    path.
    """
    query = f"host={quote(str(folder), safe='')}&port={port}"
    return DatabaseAddress(
        url=f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}?{query}",
        shown=f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{query}",
    )
