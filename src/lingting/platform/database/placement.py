"""Which folders a home's database uses, and the record of it.

LINGTING_HOME/database/          ours: the lock, the passwords, the record, PostgreSQL's first words
LINGTING_HOME/database/cluster   the data, PostgreSQL's own ... or, when we are root and the database account
LINGTING_HOME/database/log       cannot reach the home, both in /var/lib/lingting/<hash>, told by `place.json`
.../database/run                 the socket, or a short folder elsewhere where that path is too long for one
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .refusals import DataMissing, WrongOwner
from .unprivileged import Account, can_enter
from .wording import gettext as _

STATE_ROOT = Path("/var/lib/lingting")
RUNTIME_ROOT = Path("/run/lingting")
_TEMPORARY = Path("/tmp")  # not what TMPDIR says, which may be as long as the home
_SOCKET_PATH_BYTES = 107
_LONGEST_SOCKET_NAME = ".s.PGSQL.65535"


@dataclass(frozen=True)
class Placement:
    """`office` holds what is ours, `place` what PostgreSQL may touch; mostly they are the same folder."""

    office: Path
    place: Path

    @property
    def cluster(self) -> Path:
        return self.place / "cluster"

    @property
    def logs(self) -> Path:
        return self.place / "log"

    @property
    def is_elsewhere(self) -> bool:
        return self.place != self.office


def office_of(home: Path) -> Path:
    return home / "database"


def recorded_placement(home: Path) -> Placement | None:
    """Where this home's data are, or None before the first start.

    Raises DataMissing where the record points at nothing.
    """
    office = office_of(home)
    record = office / "place.json"
    try:
        place = Path(json.loads(record.read_text("utf-8"))["folder"])
    except FileNotFoundError:
        placement = Placement(office=office, place=office)
        return placement if os.path.lexists(placement.cluster) else None
    except (ValueError, KeyError, TypeError) as error:
        raise DataMissing(_("%(record)s cannot be read: restore it from a backup.") % {"record": record}) from error
    placement = Placement(office=office, place=place)
    if not (placement.cluster / "PG_VERSION").exists():
        raise DataMissing(
            _(
                "%(record)s says that the data are in %(folder)s, where there are none: restore that folder, "
                "or delete %(record)s to begin with an empty database."
            )
            % {"record": record, "folder": place}
        )
    return placement


def new_placement(home: Path, *, account: Account, state_root: Path) -> Placement:
    """Where a new cluster goes: into the home if the account can get there, else below `state_root`.

    No parent's mode changes.
    """
    office = office_of(home)
    if can_enter(account, folder=office):
        return Placement(office=office, place=office)
    place = state_root / _short_hash(home)
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not can_enter(account, folder=place):
        raise WrongOwner(
            _(
                "PostgreSQL runs as the account %(name)s, which can reach neither %(home)s nor %(place)s: "
                "choose a LINGTING_HOME that it can enter."
            )
            % {"name": account.name, "home": home, "place": place}
        )
    return Placement(office=office, place=place)


def record_placement(placement: Placement) -> None:
    """Remember a place outside the home, once its cluster is whole."""
    if placement.is_elsewhere:
        write_private(placement.office / "place.json", text=json.dumps({"folder": str(placement.place)}))


def set_aside(cluster: Path) -> Path:
    """Move a cluster nobody asks for out of the way, never deleting it; return where it went."""
    names = (cluster.with_name(f"{cluster.name}.old-{number}") for number in itertools.count(1))
    free = next(name for name in names if not os.path.lexists(name))
    cluster.rename(free)
    return free


def account_folder(folder: Path, *, account: Account) -> Path:
    """The folder, made if need be, closed to all but the account.

    Raises WrongOwner where it is somebody else's.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        owner = os.fstat(handle).st_uid
        if owner not in (os.geteuid(), account.uid):
            raise WrongOwner(_("%(folder)s belongs to another account: move it away.") % {"folder": folder})
        if owner != account.uid:
            os.fchown(handle, account.uid, account.gid)
        os.fchmod(handle, 0o700)
    finally:
        os.close(handle)
    return folder


def socket_folder(placement: Placement, *, account: Account) -> Path:
    """A private folder whose path fits a socket address (107 bytes), and which the account can reach."""
    if _fits(placement.place / "run"):
        folder = account_folder(placement.place / "run", account=account)
        if _takes_sockets(folder):
            return folder
    for root in _runtime_roots():
        folder = root / f"lingting-{_short_hash(placement.cluster)}"
        try:
            root.mkdir(mode=0o755, exist_ok=True)
            if _fits(folder) and can_enter(account, folder=root):
                return account_folder(folder, account=account)
        except (OSError, WrongOwner):
            continue
    folder = Path(tempfile.mkdtemp(prefix="lingting-", dir=_TEMPORARY))
    return account_folder(folder, account=account)


def write_private(file: Path, *, text: str) -> None:
    """Write a file only we can read, wholly or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink()
        raise


def cluster_title(cluster: Path) -> str:
    """The name PostgreSQL shows in its processes' titles, the same for the same folder, told apart from
    all others.
    """
    return f"lingting-{_short_hash(cluster)}"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:12]


def _runtime_roots() -> list[Path]:
    if os.geteuid() == 0:
        return [RUNTIME_ROOT, _TEMPORARY]
    session = os.environ.get("XDG_RUNTIME_DIR")
    return [Path(session), _TEMPORARY] if session else [_TEMPORARY]


def _fits(folder: Path) -> bool:
    """A comma or a quote would end the path in libpq's list of hosts; bytes that are not UTF-8 have no
    place in a URL.
    """
    try:
        length = len(str(folder / _LONGEST_SOCKET_NAME).encode())
    except UnicodeEncodeError:
        return False
    return length <= _SOCKET_PATH_BYTES and not set(str(folder)) & set(",\"'\n")


def _takes_sockets(folder: Path) -> bool:
    """Folders shared from another operating system often do not."""
    probe = folder / f".probe-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.bind(os.fspath(probe))
        except OSError:
            return False
        finally:
            probe.unlink(missing_ok=True)
    return True
