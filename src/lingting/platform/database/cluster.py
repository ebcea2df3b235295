"""A cluster's folder: made whole or not at all, checked before use, configured at every start."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .binaries import Binaries
from .configuration import ACCESS_RULES, ServerSettings, configuration_text
from .failures import explained
from .placement import Placement, account_folder, write_private
from .refusals import DataMissing, DiskFull, WrongOwner, WrongVersion
from .unprivileged import Account, can_enter, run_as
from .wording import gettext as _

SUPERUSER = "postgres"
_INCLUDE = "include 'lingting.conf'\n"
_NEW = "cluster.new-"
_ROOM_MEGABYTES = 150
_REMOVAL_ATTEMPTS = 50
_REMOVAL_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Passwords:
    """Of the role that owns everything and of the role the application uses."""

    superuser: str
    application: str


def passwords_of(office: Path) -> Passwords | None:
    """The passwords of this home, or None before the first start.

    Raises WrongOwner where we may not read them.
    """
    try:
        stored = json.loads((office / "passwords.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    except PermissionError:
        raise WrongOwner(
            _("The passwords in %(folder)s belong to another account: use the one that runs `lingting up`.") % {"folder": office}
        ) from None
    except ValueError:
        return None
    return Passwords(superuser=stored["superuser"], application=stored["application"])


def new_passwords(office: Path) -> Passwords:
    made = Passwords(superuser=secrets.token_hex(24), application=secrets.token_hex(24))
    write_private(
        office / "passwords.json",
        text=json.dumps({"superuser": made.superuser, "application": made.application}),
    )
    return made


def create_cluster(placement: Placement, *, account: Account, binaries: Binaries, passwords: Passwords) -> None:
    """Make the data folder in a workshop beside it, put it on disk, then rename it: a crash leaves only a
    workshop.
    """
    for leftover in placement.place.glob(f"{_NEW}*"):
        _remove(leftover)
    free = shutil.disk_usage(placement.place).free // 1_000_000
    if free < _ROOM_MEGABYTES:
        raise DiskFull(
            _("There are only %(free)d MB free in %(folder)s and the database needs at least %(room)d MB: make room there.")
            % {"free": free, "folder": placement.place, "room": _ROOM_MEGABYTES}
        )
    workshop = Path(tempfile.mkdtemp(prefix=_NEW, dir=placement.place))
    try:
        account_folder(workshop, account=account)
        key = workshop / "password"
        _write_for(account, file=key, text=passwords.superuser)
        data = workshop / "data"
        _initialise(data, account=account, binaries=binaries, key=key)
        data.rename(placement.cluster)
        _put_on_disk(placement.place)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def check_cluster(placement: Placement, *, account: Account, binaries: Binaries) -> None:
    """Raises DataMissing, WrongVersion or WrongOwner where PostgreSQL could not work with what is there."""
    version_file = placement.cluster / "PG_VERSION"
    try:
        written_by = version_file.read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        raise DataMissing(
            _("%(folder)s is not a PostgreSQL data folder: move it away, or restore it from a backup.")
            % {"folder": placement.cluster}
        ) from None
    if written_by != str(binaries.major):
        raise WrongVersion(
            _(
                "The data in %(folder)s were written by PostgreSQL %(old)s and this Lingting brings %(new)d: "
                "dump them with the Lingting that wrote them (pg_dump), move the folder away and restore the dump."
            )
            % {"folder": placement.cluster, "old": written_by, "new": binaries.major}
        )
    if not can_enter(account, folder=placement.cluster):
        raise WrongOwner(
            _(
                "PostgreSQL runs as the account %(name)s, which cannot reach %(folder)s any more: "
                "move LINGTING_HOME to a place that it can enter."
            )
            % {"name": account.name, "folder": placement.cluster}
        )


def configure_cluster(placement: Placement, *, account: Account, settings: ServerSettings) -> None:
    """Write our settings and access rules; a person's `local.conf` and ALTER SYSTEM stay."""
    account_folder(placement.logs, account=account)
    _write_for(
        account,
        file=placement.cluster / "lingting.conf",
        text=configuration_text(settings, log_folder=placement.logs),
    )
    _write_for(account, file=placement.cluster / "pg_hba.conf", text=ACCESS_RULES)
    main = placement.cluster / "postgresql.conf"
    text = main.read_text("utf-8")
    if not text.endswith(_INCLUDE):
        _write_for(account, file=main, text=f"{text.rstrip()}\n{_INCLUDE}")


def reset_passwords(placement: Placement, *, account: Account, binaries: Binaries) -> Passwords:
    """New passwords for a cluster whose file of them was lost. Only while no server works in it."""
    made = new_passwords(placement.office)
    command: list[str | Path] = [binaries.program("postgres"), "--single", "-D", placement.cluster, "postgres"]
    answer = run_as(account, command=command, words=f"ALTER ROLE {SUPERUSER} PASSWORD '{made.superuser}'\n")
    if answer.returncode != 0 or "ERROR" in answer.stdout:
        (placement.office / "passwords.json").unlink(missing_ok=True)
        raise explained(answer.stdout, folder=placement.cluster)
    return made


def _remove(workshop: Path) -> None:
    """Delete what an interrupted creation left; its initdb, killed with its parent, may need a moment to end."""
    for _attempt in range(_REMOVAL_ATTEMPTS):
        shutil.rmtree(workshop, ignore_errors=True)
        if not workshop.exists():
            return
        time.sleep(_REMOVAL_PAUSE_SECONDS)


def _initialise(data: Path, *, account: Account, binaries: Binaries, key: Path) -> None:
    base: list[str | Path] = [binaries.program("initdb"), "-D", data]
    arguments: list[str | Path] = [
        "--username",
        SUPERUSER,
        "--pwfile",
        key,
        "--auth",
        "scram-sha-256",
        "--encoding",
        "UTF8",
        "--no-sync",
        "--no-instructions",
        "--locale-provider",
        "builtin",
        "--builtin-locale",
        "C.UTF-8",
        "--lc-collate",
        "C",
        "--text-search-config",
        "simple",
    ]
    answer = run_as(account, command=[*base, *arguments, "--lc-ctype", "C.UTF-8"])
    if answer.returncode != 0 and "invalid locale name" in answer.stdout:
        # A system without C.UTF-8: the builtin provider does the work, the C library's part is only for
        # old code.
        answer = run_as(account, command=[*base, *arguments, "--lc-ctype", "C"])
    if answer.returncode == 0:
        answer = run_as(account, command=[*base, "--sync-only"])
    if answer.returncode != 0:
        raise explained(answer.stdout, folder=data.parent.parent)


def _write_for(account: Account, *, file: Path, text: str) -> None:
    """A file of the account's. Made aside and renamed: a link that stands there is replaced, never
    followed.
    """
    handle, name = tempfile.mkstemp(prefix=".new-", dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as new:
        new.write(text)
        if not account.is_ourselves:
            os.fchown(new.fileno(), account.uid, account.gid)
    Path(name).replace(file)


def _put_on_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
