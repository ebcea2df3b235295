"""What a PostgreSQL that was killed leaves behind: processes without a parent, pid files, a socket."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .unprivileged import Account

_CLOSING_LIMIT_SECONDS = 30.0
_LEAVING_LIMIT_SECONDS = 3.0
_QUIT_LIMIT_SECONDS = 5.0


@dataclass(frozen=True)
class _Process:
    """A process and the moment it began, which tells it from a later one with the same number."""

    pid: int
    began: str


def clear_leftovers(cluster: Path, *, account: Account, title: str, socket: Path) -> None:
    """End every PostgreSQL process of this cluster and remove its pid and socket files.

    Call only under the home's lock. PostgreSQL itself trusts any living process with the number in the pid
    file (after a reboot, or in a container, often somebody else's); we look at what the process is.
    """
    for sign, limit in (
        (signal.SIGINT, _CLOSING_LIMIT_SECONDS),
        (signal.SIGQUIT, _QUIT_LIMIT_SECONDS),
        (signal.SIGKILL, _QUIT_LIMIT_SECONDS),
    ):
        left = list(_processes(cluster, account=account, title=title))
        if not left:
            break
        postmaster = next((process for process in left if process.pid == _recorded_pid(cluster)), None)
        if sign == signal.SIGINT and postmaster is None:
            # Without a postmaster nobody closes in order. The idle leave alone; the log's writer must be left to:
            # a signal that meets it as it begins would cost the words that tell why the postmaster ended.
            _wait_for_end(cluster, account=account, title=title, limit=_LEAVING_LIMIT_SECONDS)
            continue
        for process in [postmaster] if sign == signal.SIGINT and postmaster else left:
            _signal(process, sign=sign)
        _wait_for_end(cluster, account=account, title=title, limit=limit)
    for file in (cluster / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
        file.unlink(missing_ok=True)


def _processes(cluster: Path, *, account: Account, title: str) -> Iterator[_Process]:
    """By title and owner: what /proc tells everybody, where a process's folders are hidden even from a
    container's root.
    """
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and _belongs(entry.path, cluster=cluster, account=account, title=title):
            began = _began(entry.path)
            if began is not None:
                yield _Process(pid=int(entry.name), began=began)


def _belongs(process: str, *, cluster: Path, account: Account, title: str) -> bool:
    try:
        words = Path(process, "cmdline").read_bytes()
        if not words or _owner(process) != account.uid:
            return False
    except OSError:
        return False
    arguments = words.split(b"\0")
    is_backend = words.startswith(f"postgres: {title}: ".encode())
    is_postmaster = arguments[0].endswith(b"/postgres") and arguments[1:3] == [b"-D", os.fsencode(cluster)]
    return is_backend or is_postmaster


def _owner(process: str) -> int:
    """The real user of the process; the owner of its folder in /proc is root wherever its memory may not
    be read.
    """
    status = Path(process, "status").read_text("utf-8", "replace")
    return int(status.partition("\nUid:")[2].split(maxsplit=1)[0])


def _began(process: str) -> str | None:
    """The start time, or None for a process that is gone or a zombie."""
    try:
        fields = Path(process, "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in ("Z", "X") else fields[19]


def _signal(process: _Process, *, sign: signal.Signals) -> None:
    try:
        handle = os.pidfd_open(process.pid)
    except OSError:
        return
    try:
        # The handle holds this very process: if its start time still agrees, the number was not reused in
        # between.
        if _began(f"/proc/{process.pid}") == process.began:
            signal.pidfd_send_signal(handle, sign)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def _wait_for_end(cluster: Path, *, account: Account, title: str, limit: float) -> None:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline and any(_processes(cluster, account=account, title=title)):
        time.sleep(0.05)


def _recorded_pid(cluster: Path) -> int | None:
    try:
        return int((cluster / "postmaster.pid").read_text("utf-8", "replace").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
