"""`lingting up`: the database and everything else on one port, as one process tree.

This process keeps PostgreSQL and the application's parent (`config.processes`); each dies with the other.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from lingting.config import environment
from lingting.platform.refusals import Refusal
from lingting.platform.terminal import gettext as _

LEAST_FREE_BYTES = 200 * 1024 * 1024
LEAST_FREE_FOR_DEMO_BYTES = 1000 * 1024 * 1024
STOP_LIMIT_SECONDS = 15.0


class PortTaken(Refusal):
    """Something else answers at the address."""


class DiskFull(Refusal):
    """There is no room to work in."""


class DemoNotLocal(Refusal):
    """Demo accounts have known passwords: they may not be reachable from elsewhere."""


def run_everything(*, host: str, port: int) -> int:
    """Starts the tree, waits until it ends or a signal comes, stops it in order; returns the exit code."""
    home = environment.home()
    check_address(host, port)
    check_home(home)
    if environment.flag("DEMO", default=True) and not is_loopback(host):
        raise DemoNotLocal(
            _(
                "The demo centre's passwords are public, so it answers on this machine only, not on %(host)s. "
                "Start with DEMO=0 for a real centre, or with HOST=127.0.0.1."
            )
            % {"host": host}
        )
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, frame: stopping.append(received))
    server = None
    if not os.environ.get("DATABASE_URL"):
        from lingting.platform.database.server import EmbeddedServer

        server = EmbeddedServer(home)
        os.environ["DATABASE_URL"] = server.ensure(say).url
        server.watch(say)
    try:
        return _run_application(host, port, stopping)
    finally:
        if server is not None:
            say(_("Closing the database …"))
            server.stop()


def say(sentence: str) -> None:
    print(sentence, flush=True)


def _run_application(host: str, port: int, stopping: list[int]) -> int:
    if stopping:
        return 0
    command = [sys.executable, "-m", "lingting.config.processes", host, str(port)]
    # A session of its own, so that Ctrl-C reaches the tree through us and once only.
    child = subprocess.Popen(command, start_new_session=True)
    asked_at: float | None = None
    while child.poll() is None:
        if stopping and asked_at is None:
            say(_("Stopping …"))
            child.send_signal(signal.SIGTERM)
            asked_at = time.monotonic()
        if asked_at is not None and time.monotonic() - asked_at > STOP_LIMIT_SECONDS:
            child.kill()
        time.sleep(0.1)
    return 0 if stopping else child.returncode or 0


def check_address(host: str, port: int) -> None:
    """Refuses a port that is taken, forbidden or no port at all."""
    if not 0 < port < 65536:
        raise PortTaken(_("%(port)d is not a port: choose one from 1024 to 32767, for example PORT=8010.") % {"port": port})
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                _(
                    "Port %(port)d is taken by another program (perhaps another Lingting): stop it, or choose another port, "
                    "for example PORT=%(other)d."
                )
                % {"port": port, "other": port + 10}
            ) from error
        if error.errno == errno.EACCES:
            raise PortTaken(
                _("Port %(port)d needs more rights than this account has: choose one above 1023.") % {"port": port}
            ) from error
        raise PortTaken(_("%(host)s is not an address of this machine: set HOST to one that is.") % {"host": host}) from error


def check_home(home: Path) -> None:
    """Makes the data folder; refuses when it cannot be written or the disk is nearly full."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".write-probe"
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise DiskFull(
            _(
                "The data folder %(home)s cannot be written (%(reason)s): free some space, correct its owner, "
                "or name another with LINGTING_HOME."
            )
            % {"home": home, "reason": reason}
        ) from error
    free, least = shutil.disk_usage(home).free, _least_free_bytes(home)
    if free < least:
        raise DiskFull(
            _(
                "Only %(free)d MB are free at %(home)s; Lingting needs at least %(least)d MB. "
                "Free some space, or name another folder with LINGTING_HOME."
            )
            % {"free": free // 1024 // 1024, "home": home, "least": least // 1024 // 1024}
        )


def _least_free_bytes(home: Path) -> int:
    """What a start needs; one that makes the demo centre writes its whole history first."""
    makes_demo = environment.flag("DEMO", default=True) and not (home / "database").exists() and not os.environ.get("DATABASE_URL")
    return LEAST_FREE_FOR_DEMO_BYTES if makes_demo else LEAST_FREE_BYTES


def is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
