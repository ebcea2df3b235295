"""`lingting demo --remove` leaves the centre as it is on its first day without the demo: every table, every file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from lingting.platform.database.testing import ENVIRONMENT_NAME

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname
"""
_PREPARE = "from lingting.config.preparation import prepare; prepare()"
Run = Callable[..., str]


@pytest.fixture
def own_database() -> Iterator[str]:
    """A database of its own on the run's server; its address."""
    server = os.environ[ENVIRONMENT_NAME]
    name = f"removal_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    found = conninfo_to_dict(server)
    yield f"postgresql://{found['user']}:{found.get('password', '')}@/{name}?host={found['host']}&port={found.get('port', 5432)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def run(own_database: str, tmp_path: Path) -> Run:
    """Runs Python in a process of its own over that database, as `lingting` does; returns what it says."""
    environment = {name: value for name, value in os.environ.items() if name not in (ENVIRONMENT_NAME, "SECRET_KEY")} | {
        "DATABASE_URL": own_database, "LINGTING_HOME": str(tmp_path / "home"), "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "lingting.config.settings",
    }  # fmt: skip

    def do(*arguments: str) -> str:
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return do


def counts(address: str) -> dict[str, int]:
    """How many rows each table has; partitions count with their whole."""
    with psycopg.connect(address, autocommit=True) as connection:
        names = [name for (name,) in connection.execute(_TABLES).fetchall()]
        rows = [connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone() for name in names]
    return {name: row[0] for name, row in zip(names, rows, strict=True) if row}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_removed_demo_centre_leaves_no_trace(own_database: str, run: Run, tmp_path: Path) -> None:
    run("-c", _PREPARE)
    empty = counts(own_database)

    run("-m", "lingting.config.command", "demo", "--days", "1")
    full = counts(own_database)
    assert {name for name in ("accounts_account", "desk_message", "timeline_entry", "crm_customer") if not full[name]} == set()

    run("-m", "lingting.config.command", "demo", "--remove")
    assert {name: (empty[name], left) for name, left in counts(own_database).items() if left != empty[name]} == {}
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file() and "files" in path.parts] == []

    run("-m", "lingting.config.command", "demo", "--days", "0")
    assert counts(own_database)["accounts_account"] == full["accounts_account"], "a new demo centre can be laid in its place"
