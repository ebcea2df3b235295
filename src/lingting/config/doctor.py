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
from lingting.platform.terminal import gettext as _
from lingting.platform.terminal import ngettext, terminal_language


def examine() -> int:
    """Prints one line per check in the terminal's language, the advice below what is bad; exit code 1 when anything is."""
    marks = {True: _("ok  "), False: _("BAD ")}
    bad = 0
    for check in _all_checks():
        print(marks[check.is_ok] + " " + _("%(name)s: %(sentence)s") % {"name": check.name, "sentence": check.sentence})
        if not check.is_ok:
            bad += 1
            print(f"       → {check.advice}")
    if bad:
        words = ngettext("%(n)d of the checks needs your attention.", "%(n)d of the checks need your attention.", bad)
        print(f"\n{words % {'n': bad}}")
    else:
        print("\n" + _("Everything is well."))
    return 1 if bad else 0


def _all_checks() -> Iterator[Check]:
    home = environment.home()
    yield _python()
    yield from _guarded(_("Data folder"), lambda: home_checks(home))
    yield _port(home)
    yield from _database(home)
    yield _assets()
    yield _words()


def _guarded(name: str, ask: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """A check that itself refuses is a finding, not a crash."""
    try:
        yield from ask()
    except Refusal as refusal:
        yield Check(name, False, str(refusal), _("Correct this first, then ask the doctor again."))


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    is_ok = sys.version_info >= (3, 11)
    sentence = _("version %(version)s") % {"version": version}
    return Check("Python", is_ok, sentence, _("Install Python 3.11 or newer and run `make setup`."))


def _port(home: Path) -> Check:
    host, named = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT") or "8000"
    port = int(named) if named.isdecimal() else 0
    where = {"address": f"{host}:{named}"}
    try:
        check_address(host, port)
    except PortTaken as taken:
        if supervisor_of(home) is not None:
            return Check(_("Port"), True, _("%(address)s is in use; Lingting runs with this data folder") % where)
        if _is_lingting(host, port):
            return Check(_("Port"), True, _("%(address)s is in use; Lingting answers there") % where)
        return Check(_("Port"), False, str(taken), _("Stop the other program or set PORT."))
    return Check(_("Port"), True, _("%(address)s is free") % where)


def _is_lingting(host: str, port: int) -> bool:
    """Whether who holds the port answers as we do; with a database elsewhere the data folder does not tell."""
    import json
    from urllib.request import urlopen

    shown = f"[{host}]" if ":" in host else host
    try:
        with urlopen(f"http://{shown}:{port}/healthz", timeout=3) as answer:
            return bool(json.load(answer) == {"status": "ok"})
    except (OSError, ValueError):
        return False


def _database(home: Path) -> Iterator[Check]:
    url = os.environ.get("DATABASE_URL")
    if url:
        yield from _guarded(_("Database"), lambda: _ask_database(url))
        return
    from lingting.platform.database.server import EmbeddedServer

    if not (home / "database").exists() and supervisor_of(home) is None:
        yield Check(_("Database"), True, _("none yet; the first `lingting up` makes it"))
        return

    def ask() -> Iterator[Check]:
        with EmbeddedServer(home).available(lambda sentence: None) as address:
            yield from _ask_database(address.url)

    yield from _guarded(_("Database"), ask)


def _ask_database(url: str) -> Iterator[Check]:
    checks = list(database_checks(url, clock=lambda: datetime.now(UTC)))
    yield from checks
    if all(check.is_ok for check in checks):
        migrations = _migrations(url)
        yield migrations
        if migrations.is_ok:
            yield _files()
            yield _site_address()
            yield _letters()
            yield from _mailboxes()


def _migrations(url: str) -> Check:
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()
    from django.utils import translation

    # A command of its own: from here on Django speaks as the terminal does.
    translation.activate(terminal_language())
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    sentence = ngettext("%(n)d change waits", "%(n)d changes wait", waiting) % {"n": waiting}
    return Check(
        _("Tables"), not waiting, sentence if waiting else _("as this version wants them"),
        _("Run `lingting migrate` (or `make run`, which does it)."),
    )  # fmt: skip


def _files() -> Check:
    """Whether what people send can be kept: a few bytes are stored and taken away again."""
    import tempfile

    from django.conf import settings

    from lingting.platform.files.stores import current_store, incoming_folder

    place = f"S3 {settings.FILES_S3_BUCKET}" if settings.FILES_S3_BUCKET else str(settings.FILES_ROOT)
    key = f"00/00/doctor-{os.getpid()}"
    try:
        with tempfile.NamedTemporaryFile(dir=incoming_folder(), delete=False) as probe:
            probe.write(b"lingting")
        store = current_store()
        store.put(key, Path(probe.name))
        store.delete(key)
        Path(probe.name).unlink(missing_ok=True)
    except Exception as error:  # noqa: BLE001  (a finding, whatever the store says)
        words = _("%(place)s does not take files: %(error)s") % {"place": place, "error": error}
        return Check(_("Files"), False, words, _("Correct the folder's owner or the FILES_S3_… variables."))
    return Check(_("Files"), True, _("%(place)s takes files") % {"place": place})


def _letters() -> Check:
    """Whether letters that belong to no mailbox, such as the portal's sign-in codes, find a server."""
    from django.conf import settings
    from django.core.mail import get_connection

    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with get_connection(timeout=5):
            return Check(_("Sign-in codes by mail"), True, _("%(place)s takes letters") % {"place": place})
    except OSError as error:
        if "EMAIL_HOST" not in os.environ:
            return Check(_("Sign-in codes by mail"), True, _("no server named: the portal sends none (EMAIL_HOST)"))
        words = _("%(place)s does not take letters: %(error)s") % {"place": place, "error": error}
        return Check(_("Sign-in codes by mail"), False, words, _("Correct EMAIL_HOST, EMAIL_PORT and the sign-in there."))


def _site_address() -> Check:
    """Where links in letters lead; without it they are left out."""
    from lingting.kernel.organisation.selectors import public_address
    from lingting.kernel.organisation.services import trouble_with_address

    address = public_address()
    trouble = trouble_with_address(address)
    sentence = address or _("not said yet: letters to customers and departments have no links (Settings, The centre)")
    return Check(
        _("Site address"), not trouble, f"{address}: {trouble}" if trouble else sentence,
        _("Correct it under Settings, The centre."),
    )  # fmt: skip


def _mailboxes() -> Iterator[Check]:
    """Every mailbox in use, tried as its settings page tries it: sign-in, folder, IDLE, sending, SPF."""
    from lingting.service.channels.email.services.health import mailbox_health

    for health in mailbox_health(language=terminal_language()):
        yield Check(_("Mailbox %(name)s") % {"name": health.name}, health.is_ok, health.words, health.advice)


def _assets() -> Check:
    vendor = Path(__file__).resolve().parent.parent / "platform" / "ui" / "static" / "vendor"
    is_there = vendor.is_dir()
    sentence = _("packages are in place") if is_there else _("packages are missing")
    return Check(_("Front end"), is_there, sentence, _("Run `make assets`."))


def _words() -> Check:
    from lingting.config.messages import SOURCE

    stale = [
        po for po in SOURCE.rglob("locale/*/LC_MESSAGES/django.po")
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]  # fmt: skip
    sentence = ngettext("%(n)d catalogue is not compiled", "%(n)d catalogues are not compiled", len(stale)) % {"n": len(stale)}
    return Check(_("Translations"), not stale, sentence if stale else _("compiled"), _("Run `lingting messages`."))
