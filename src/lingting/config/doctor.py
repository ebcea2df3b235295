"""`lingting doctor`: asks everything that can be wrong with an installation and says in words what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from lingting.config import environment
from lingting.config.up import PortTaken, check_address
from lingting.platform.database.check import Check, database_checks, home_checks, supervisor_of
from lingting.platform.refusals import Refusal

_MARKS = {True: "ok  ", False: "BAD "}


def examine() -> int:
    """Prints one line per check, the advice below what is bad; exit code 1 when anything is."""
    bad = 0
    for check in _all_checks():
        print(f"{_MARKS[check.is_ok]} {check.name}: {check.sentence}")
        if not check.is_ok:
            bad += 1
            print(f"       → {check.advice}")
    print("\nEverything is well." if not bad else f"\n{bad} of the checks need your attention.")
    return 1 if bad else 0


def _all_checks() -> Iterator[Check]:
    home = environment.home()
    yield _python()
    yield from _guarded("home", lambda: home_checks(home))
    yield _port(home)
    yield from _database(home)
    yield _assets()
    yield _words()


def _guarded(name: str, ask: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """A check that itself refuses is a finding, not a crash."""
    try:
        yield from ask()
    except Refusal as refusal:
        yield Check(name, False, str(refusal), "Correct this first, then ask the doctor again.")


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    is_ok = sys.version_info >= (3, 11)
    return Check("Python", is_ok, f"version {version}", "Install Python 3.11 or newer and run `make setup`.")


def _port(home: Path) -> Check:
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    try:
        check_address(host, port)
    except PortTaken as taken:
        if supervisor_of(home) is not None:
            return Check("Port", True, f"{host}:{port} is in use; Lingting runs with this data folder", "")
        return Check("Port", False, str(taken), "Stop the other program or set PORT.")
    return Check("Port", True, f"{host}:{port} is free", "")


def _database(home: Path) -> Iterator[Check]:
    url = os.environ.get("DATABASE_URL")
    if url:
        yield from _guarded("Database", lambda: _ask_database(url))
        return
    from lingting.platform.database.server import EmbeddedServer

    if not (home / "database").exists() and supervisor_of(home) is None:
        yield Check("Database", True, "none yet; the first `lingting up` makes it", "")
        return

    def ask() -> Iterator[Check]:
        with EmbeddedServer(home).available(lambda sentence: None) as address:
            yield from _ask_database(address.url)

    yield from _guarded("Database", ask)


def _ask_database(url: str) -> Iterator[Check]:
    checks = list(database_checks(url, clock=lambda: datetime.now(UTC)))
    yield from checks
    if all(check.is_ok for check in checks):
        migrations = _migrations(url)
        yield migrations
        if migrations.is_ok:
            yield _site_address()
            yield from _mailboxes()


def _migrations(url: str) -> Check:
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return Check(
        "Tables", not waiting, f"{waiting} changes wait" if waiting else "as this version wants them",
        "Run `lingting migrate` (or `make run`, which does it).",
    )  # fmt: skip


def _site_address() -> Check:
    """Where links in letters lead; without it they are left out."""
    from lingting.kernel.organisation.selectors import public_address
    from lingting.kernel.organisation.services import trouble_with_address

    address = public_address()
    trouble = trouble_with_address(address)
    sentence = address or "not said yet: letters to customers and departments have no links (Settings, The centre)"
    return Check(
        "Site address", not trouble, f"{address}: {trouble}" if trouble else sentence, "Correct it under Settings, The centre."
    )


def _mailboxes() -> Iterator[Check]:
    """Every mailbox in use, tried as its settings page tries it: sign-in, folder, IDLE, sending, SPF; in the terminal's language."""
    from lingting.service.channels.email.services.health import mailbox_health

    terminal = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    for health in mailbox_health(language="zh-hans" if terminal.startswith("zh") else "en"):
        yield Check(f"Mailbox {health.name}", health.is_ok, health.words, health.advice)


def _assets() -> Check:
    vendor = Path(__file__).resolve().parent.parent / "platform" / "ui" / "static" / "vendor"
    is_there = vendor.is_dir()
    return Check("Front end", is_there, f"packages are {'in place' if is_there else 'missing'}", "Run `make assets`.")


def _words() -> Check:
    from lingting.config.messages import SOURCE

    stale = [
        po for po in SOURCE.rglob("locale/*/LC_MESSAGES/django.po")
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]  # fmt: skip
    sentence = f"{len(stale)} catalogues are not compiled" if stale else "compiled"
    return Check("Translations", not stale, sentence, "Run `lingting messages`.")
