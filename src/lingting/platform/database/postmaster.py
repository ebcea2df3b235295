"""One PostgreSQL server process: started so that it dies with us, restarted when it dies alone."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .binaries import Binaries
from .failures import explained
from .leftovers import clear_leftovers
from .placement import Placement, cluster_title
from .refusals import DatabaseRefusal, DidNotStart
from .unprivileged import Account, clean_environment, death_pact
from .wording import gettext as _

logger = logging.getLogger("lingting.database")

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 30.0
_CALM_SECONDS = 30.0
_IMMEDIATE_LIMIT_SECONDS = 5.0


@dataclass(frozen=True)
class Launch:
    """Everything that is needed to start the server, again and again."""

    placement: Placement
    account: Account
    binaries: Binaries
    socket_folder: Path
    port: int

    @property
    def first_words(self) -> Path:
        """What the server says before its own log begins."""
        return self.placement.office / "startup.log"


def clear_before(launch: Launch) -> None:
    """Nothing of an earlier server of this cluster is left afterwards. Only under the home's lock."""
    cluster = launch.placement.cluster
    socket = launch.socket_folder / f".s.PGSQL.{launch.port}"
    clear_leftovers(cluster, account=launch.account, title=cluster_title(cluster), socket=socket)


class Postmaster:
    """The server process and the thread that keeps it.

    The kernel sends the death signal when the *thread* that started the child ends, so one thread of ours
    does all the starting and lives as long as the server is wanted.
    """

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._report: Callable[[str], None] = logger.warning
        self._stopping = threading.Event()
        self._state = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: DatabaseRefusal | None = None
        self._has_been_ready = False
        self._thread = threading.Thread(target=self._keep, name="postgresql-keeper", daemon=True)

    def start(self, *, progress: Callable[[str], None]) -> None:
        """Start the server and return when it accepts connections.

        Raises a DatabaseRefusal when it ends before that.
        """
        self._thread.start()
        told_at = time.monotonic()
        while not self.is_ready():
            with self._state:
                self._state.wait(0.02)
                if self._failure:
                    raise self._failure
            if time.monotonic() - told_at > 5:
                told_at = time.monotonic()
                progress(_("PostgreSQL is still starting; after a crash it first repairs its data …"))
        self._has_been_ready = True

    def watch(self, report: Callable[[str], None]) -> None:
        """From now on say what happens to the server through `report` instead of the log."""
        self._report = report

    def is_ready(self) -> bool:
        """Whether the server that runs now has written "ready" into its own pid file."""
        process = self._process
        if process is None or process.returncode is not None:
            return False
        try:
            lines = (self._launch.placement.cluster / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process else None

    def stop(self, *, limit_seconds: float) -> None:
        """Fast shutdown; after the limit the immediate one; then kill.

        Returns when nothing of the server is left.
        """
        self._stopping.set()
        for sign, limit in (
            (signal.SIGINT, limit_seconds),
            (signal.SIGQUIT, _IMMEDIATE_LIMIT_SECONDS),
            (signal.SIGKILL, None),
        ):
            process = self._process
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(sign)
            self._thread.join(limit)
            if not self._thread.is_alive():
                break
        clear_before(self._launch)
        if self._launch.socket_folder.parent != self._launch.placement.place:
            with contextlib.suppress(OSError):
                self._launch.socket_folder.rmdir()

    def _keep(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            started_at = time.monotonic()
            try:
                failure = self._run_once()
            except Exception as error:  # the keeper's entry point: an error here must not end the watch
                logger.exception("PostgreSQL's keeper")
                failure = explained(str(error), folder=self._launch.placement.place)
            if self._stopping.is_set():
                return
            if not self._has_been_ready:
                with self._state:
                    self._failure = failure
                    self._state.notify_all()
                return
            if time.monotonic() - started_at > _CALM_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            self._report(_("PostgreSQL ended unexpectedly and is started again: %(reason)s") % {"reason": failure})
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _run_once(self) -> DatabaseRefusal:
        """Start the server, wait for its end, and return why it ended."""
        clear_before(self._launch)
        started_at = time.time()
        with self._launch.first_words.open("wb") as words:
            process = _spawn(self._launch, words=words)
        self._process = process
        if self._stopping.is_set():
            process.send_signal(signal.SIGINT)
        if self._has_been_ready:
            while process.poll() is None and not self.is_ready():
                time.sleep(0.02)
            if process.returncode is None:
                self._report(_("PostgreSQL runs again."))
        process.wait()
        clear_before(self._launch)  # its logger ends a little later, when the last words are in the file
        if process.returncode < 0:
            ended = _("it was ended by signal %(number)d") % {"number": -process.returncode}
            return DidNotStart(f"{ended} ({signal.Signals(-process.returncode).name})")
        return explained(self._words_since(started_at), folder=self._launch.placement.place)

    def _words_since(self, started_at: float) -> str:
        words = _tail(self._launch.first_words)
        for log in self._launch.placement.logs.glob("*.log"):
            if log.stat().st_mtime >= started_at - 1:
                words += _tail(log)
        return words


def _spawn(launch: Launch, *, words: IO[bytes]) -> subprocess.Popen[bytes]:
    """Run the server in a session of its own (Ctrl-C is for us), with a signal from the kernel when we die."""
    other = None if launch.account.is_ourselves else launch.account
    quoted = str(launch.socket_folder).replace('"', '""')
    title = cluster_title(launch.placement.cluster)
    return subprocess.Popen(
        [
            launch.binaries.program("postgres"),
            "-D",
            launch.placement.cluster,
            "-p",
            str(launch.port),
            "-c",
            f'unix_socket_directories="{quoted}"',
            "-c",
            f"cluster_name={title}",
        ],
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
        env=clean_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
        preexec_fn=death_pact(os.getpid(), sign=signal.SIGINT),
    )


def _tail(file: Path, *, size: int = 8_000) -> str:
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - size))
            return log.read().decode("utf-8", "replace")
    except OSError:
        return ""
