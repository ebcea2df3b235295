"""The PostgreSQL that belongs to one LINGTING_HOME."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from .address import DatabaseAddress, socket_address
from .binaries import Binaries, usable_binaries
from .cluster import (
    SUPERUSER,
    Passwords,
    check_cluster,
    configure_cluster,
    create_cluster,
    new_passwords,
    passwords_of,
    reset_passwords,
)
from .configuration import PRODUCTION, ServerSettings
from .failures import explained_os_error
from .placement import (
    STATE_ROOT,
    Placement,
    new_placement,
    office_of,
    record_placement,
    recorded_placement,
    set_aside,
    socket_folder,
    write_private,
)
from .postmaster import Launch, Postmaster, clear_before
from .refusals import AlreadyRunning, DidNotStart, WrongOwner
from .unprivileged import Account, account_for
from .wording import gettext as _

DATABASE = "lingting"
ROLE = "lingting"
STOP_LIMIT_SECONDS = 20.0
_ANSWER_LIMIT_SECONDS = 3
_AWAIT_LIMIT_SECONDS = 30.0
_LOCK_ATTEMPTS = 10
_LOCK_PAUSE_SECONDS = 0.02


class EmbeddedServer:
    """One home's PostgreSQL: `ensure` it, `watch` it, `stop` it; from other processes ask for its `address`.

    The process that called `ensure` is the supervisor: the server lives no longer than it does.
    """

    def __init__(self, home: Path, *, settings: ServerSettings = PRODUCTION, state_root: Path = STATE_ROOT) -> None:
        self._home = home.absolute()
        self._office = office_of(self._home)
        self._settings = settings
        self._state_root = state_root
        self._locks: list[int] = []
        self._postmaster: Postmaster | None = None

    def ensure(self, progress: Callable[[str], None]) -> DatabaseAddress:
        """Make the cluster if there is none, start it, and return its address once it answers.

        Raises a DatabaseRefusal with one sentence to act on; AlreadyRunning names the process that
        supervises this home.
        """
        if self._postmaster is not None:
            return self._running_address()
        try:
            self._office.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._lock(self._office)
            (self._office / "running.json").unlink(missing_ok=True)
            return self._start(progress)
        except OSError as error:
            self.stop()
            raise explained_os_error(error, folder=self._office) from error
        except BaseException:
            self.stop()
            raise

    def watch(self, report: Callable[[str], None]) -> None:
        """Hear, in sentences, when the server died and was started again (it is restarted in any case)."""
        if self._postmaster is None:
            raise RuntimeError("watch() before ensure()")
        self._postmaster.watch(report)

    def address(self) -> DatabaseAddress | None:
        """The address of this home's server if a living supervisor keeps it and it answers now, else None.

        Raises WrongOwner where another account's server runs and its password is not ours to read.
        """
        if not _is_held(self._office):
            return None
        try:
            running = json.loads((self._office / "running.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        except PermissionError:
            raise WrongOwner(
                _("The database in %(folder)s belongs to another account: use the one that runs `lingting up`.")
                % {"folder": self._office}
            ) from None
        passwords = passwords_of(self._office)
        if passwords is None:
            return None
        address = _application_address(Path(running["socket_folder"]), port=running["port"], passwords=passwords)
        return address if _answers(address) else None

    def superuser_address(self) -> DatabaseAddress | None:
        """The same for the role that owns everything: backups, benchmarks, repairs.

        Never for the application.
        """
        address, passwords = self.address(), passwords_of(self._office)
        if address is None or passwords is None:
            return None
        running = json.loads((self._office / "running.json").read_text("utf-8"))
        return socket_address(
            folder=Path(running["socket_folder"]),
            port=running["port"],
            database=DATABASE,
            user=SUPERUSER,
            password=passwords.superuser,
        )

    def stop(self, *, limit_seconds: float = STOP_LIMIT_SECONDS) -> None:
        """Close the database in order, by force after the limit, and give the home free.

        Harmless when nothing runs.
        """
        if self._postmaster is not None:
            self._postmaster.stop(limit_seconds=limit_seconds)
            self._postmaster = None
            (self._office / "running.json").unlink(missing_ok=True)
        while self._locks:
            os.close(self._locks.pop())

    @contextmanager
    def available(self, progress: Callable[[str], None]) -> Iterator[DatabaseAddress]:
        """The address while the block runs: of the server another process keeps, or of one kept only for
        the block.

        For commands such as `migrate` and `doctor`, which work beside a running Lingting and without one.
        """
        address = self.address()
        if address is None:
            try:
                address = self.ensure(progress)
            except AlreadyRunning:
                address = self._awaited()
        try:
            yield address
        finally:
            self.stop()

    @property
    def pid(self) -> int | None:
        """The server process we keep, or None."""
        return self._postmaster.pid if self._postmaster else None

    def _start(self, progress: Callable[[str], None]) -> DatabaseAddress:
        placement = recorded_placement(self._home)
        account = account_for(placement.cluster if placement else self._office / "cluster")
        binaries = usable_binaries(account, copies=self._state_root / "programs")
        if placement is None or not os.path.lexists(placement.cluster):
            placement = self._create(progress, account=account, binaries=binaries)
        elif placement.is_elsewhere:
            self._lock(placement.place)
        check_cluster(placement, account=account, binaries=binaries)
        configure_cluster(placement, account=account, settings=self._settings)
        launch = Launch(
            placement=placement,
            account=account,
            binaries=binaries,
            port=self._settings.port,
            socket_folder=socket_folder(placement, account=account),
        )
        passwords = passwords_of(self._office)
        if passwords is None:
            clear_before(launch)
            passwords = reset_passwords(placement, account=account, binaries=binaries)
        progress(_("Starting PostgreSQL %(version)s …") % {"version": binaries.version})
        self._postmaster = Postmaster(launch)
        self._postmaster.start(progress=progress)
        try:
            _provision(launch, passwords=passwords)
        except psycopg.Error as error:
            raise DidNotStart(
                _(
                    "PostgreSQL runs but does not let us in (%(words)s). If %(folder)s/passwords.json was changed, "
                    "restore it, or delete it to have new ones made."
                )
                % {"folder": self._office, "words": " ".join(str(error).split())}
            ) from None
        self._announce(launch)
        return _application_address(launch.socket_folder, port=launch.port, passwords=passwords)

    def _create(self, progress: Callable[[str], None], *, account: Account, binaries: Binaries) -> Placement:
        placement = new_placement(self._home, account=account, state_root=self._state_root)
        if placement.is_elsewhere:
            self._lock(placement.place)
        passwords = passwords_of(self._office)
        if os.path.lexists(placement.cluster):
            # Only outside the home. With our passwords: we were killed before the record. Without: an
            # earlier home's.
            if passwords is None:
                aside = set_aside(placement.cluster)
                progress(_("Data of an earlier home at this path were moved to %(folder)s.") % {"folder": aside})
            else:
                record_placement(placement)
                return placement
        progress(_("Creating the database in %(folder)s …") % {"folder": placement.place})
        passwords = passwords or new_passwords(self._office)
        create_cluster(placement, account=account, binaries=binaries, passwords=passwords)
        record_placement(placement)
        return placement

    def _running_address(self) -> DatabaseAddress:
        address = self.address()
        if address is None:
            raise DidNotStart(_("PostgreSQL does not answer at the moment; it is being restarted. Try again shortly."))
        return address

    def _awaited(self) -> DatabaseAddress:
        """The address of a server another process is just starting.

        Raises AlreadyRunning when that takes too long.
        """
        deadline = time.monotonic() + _AWAIT_LIMIT_SECONDS
        while time.monotonic() < deadline:
            if address := self.address():
                return address
            time.sleep(0.1)
        raise AlreadyRunning(
            _("Another Lingting holds the database in %(folder)s, but it does not answer: stop that one first.")
            % {"folder": self._office}
        )

    def _announce(self, launch: Launch) -> None:
        """Tell other processes of this home where the server listens; the passwords stay where they are."""
        write_private(
            self._office / "running.json",
            text=json.dumps({"supervisor": os.getpid(), "socket_folder": str(launch.socket_folder), "port": launch.port}),
        )

    def _lock(self, folder: Path) -> None:
        handle = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if not _locked(handle):
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise AlreadyRunning(
                _(
                    "Lingting already runs with the database in %(folder)s (process %(pid)s): "
                    "stop it first, or choose another LINGTING_HOME."
                )
                % {"folder": folder, "pid": holder}
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._locks.append(handle)


def _locked(handle: int) -> bool:
    """Take the lock, trying again for a moment: another process may just be asking whether it is held."""
    for _attempt in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return True
    return False


def _is_held(office: Path) -> bool:
    """Whether a living process holds the home's lock: the kernel frees it with the process, so it cannot
    be stale.
    """
    try:
        handle = os.open(office / "supervisor.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except PermissionError:
        raise WrongOwner(
            _("The database in %(folder)s belongs to another account: use the one that runs `lingting up`.") % {"folder": office}
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _application_address(folder: Path, *, port: int, passwords: Passwords) -> DatabaseAddress:
    return socket_address(folder=folder, port=port, database=DATABASE, user=ROLE, password=passwords.application)


def _answers(address: DatabaseAddress) -> bool:
    try:
        with psycopg.connect(address.url, connect_timeout=_ANSWER_LIMIT_SECONDS) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def _provision(launch: Launch, *, passwords: Passwords) -> None:
    """The application's role and database, made if missing; the role's password always as our file says."""
    address = socket_address(
        folder=launch.socket_folder,
        port=launch.port,
        database="postgres",
        user=SUPERUSER,
        password=passwords.superuser,
    )
    with psycopg.connect(address.url, autocommit=True) as connection:
        # The server only ever sees the SCRAM verifier, so no log can hold the password.
        verifier = connection.pgconn.encrypt_password(passwords.application.encode(), ROLE.encode(), b"scram-sha-256").decode()
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
        verb = "ALTER" if known else "CREATE"
        connection.execute(
            sql.SQL(verb + " ROLE {} LOGIN CREATEDB PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(verifier))
        )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
            )
