"""A centre of a benchmark's own: a data folder, an embedded PostgreSQL with production settings, the processes.

Everything ends with the benchmark, however it ends: children die with us, the folder is removed on every orderly exit.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from harness.measuring import descendants, name_of, parent_of
from lingting.platform.database.server import EmbeddedServer

READY_SECONDS = 60.0
TREE, SEPARATE, BOTH = "tree", "separate", "both"
_OURS = "lingting "
_IN_THE_TREE = {"web": "one-port", "router": "tree-router"}
_SIGTERM_ON_PARENTS_DEATH = (1, signal.SIGTERM)


@dataclass(frozen=True)
class Ticket:
    """Somebody of the staff who is signed in: the id, the session's key, a CSRF secret."""

    id: int
    session: str
    csrf: str


@dataclass
class Process:
    """A process of the centre that the benchmark started itself, and how to start it again."""

    name: str
    command: list[str]
    handle: subprocess.Popen[bytes] | None = None


class Centre:
    """`with Centre("tree", agents=300) as centre:` runs a prepared centre at `centre.address`.

    `tree` is what `lingting up` starts (pages and hub on one port, worker, router, under their parent) with the
    database kept by us; `separate` is web (granian), stream, worker and router; `both` adds web, stream and a second
    router to the tree. `address` serves pages and the API, `live_address` the hub.
    """

    def __init__(
        self, shape: str = TREE, *, agents: int = 0, capacity: int = 10, history_days: int = 0,
        environment: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._shape = shape
        self._wanted = ["--agents", str(agents), "--capacity", str(capacity), "--history-days", str(history_days)]
        self._environment = environment or {}
        self._sessions: set[int] = set()
        self.processes: dict[str, Process] = {}
        self.agents: list[Ticket] = []
        self.people: dict[str, Ticket] = {}
        self.token = ""

    def __enter__(self) -> Centre:
        self._signals = [(number, signal.signal(number, _leave)) for number in (signal.SIGTERM, signal.SIGHUP)]
        self.home = Path(tempfile.mkdtemp(prefix="lingting-bench-"))
        self.home.chmod(0o711)
        try:
            self._open()
        except BaseException:
            print(self.last_words(), file=sys.stderr)
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
            print(self.last_words(), file=sys.stderr)
        self.close()
        for number, before in self._signals:
            signal.signal(number, before)

    def _open(self) -> None:
        self.server = EmbeddedServer(self.home, state_root=self.home / "state")
        self.database_url = self.server.ensure(lambda sentence: None).url
        self.environment = {
            **os.environ,
            "LINGTING_HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "lingting.config.settings",
            "DEMO": "1",
            "DEBUG": "0",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
            **self._environment,
        }
        self._prepare()
        one_port, web, stream = free_ports(3)
        if self._shape in (TREE, BOTH):
            self.start("tree", [sys.executable, "-m", "lingting.config.processes", "127.0.0.1", str(one_port)])
        if self._shape in (SEPARATE, BOTH):
            self.start_command("web", "--port", str(web))
            self.start_command("stream", "--port", str(stream))
            self.start_command("router")
        if self._shape == SEPARATE:
            self.start_command("worker")
        self.port = one_port if self._shape in (TREE, BOTH) else web
        self.live_port = one_port if self._shape in (TREE, BOTH) else stream
        self.web_port, self.stream_port = web, stream
        self.address = f"http://127.0.0.1:{self.port}"
        self._await_ready()

    def _prepare(self) -> None:
        script = Path(__file__).with_name("prepare.py")
        done = subprocess.run(
            [sys.executable, str(script), *self._wanted],
            env=self.environment, stdout=subprocess.PIPE, check=True, timeout=600, preexec_fn=_die_with_us,
        )  # fmt: skip
        made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        self.agents = [Ticket(**each) for each in made["agents"]]
        self.people = {name: Ticket(**each) for name, each in made["people"].items()}
        self.token = made["token"]

    def start_command(self, *words: str, name: str = "") -> Process:
        """Starts `lingting <words>`, kept under the name (the first word unless given)."""
        return self.start(name or words[0], [sys.executable, "-m", "lingting.config.command", *words])

    def start(self, name: str, command: Sequence[str]) -> Process:
        process = self.processes.setdefault(name, Process(name, list(command)))
        with (self.home / f"{name}.log").open("ab") as log:
            process.handle = subprocess.Popen(
                process.command, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=_die_with_us,
            )  # fmt: skip
        self._sessions.add(process.handle.pid)
        return process

    def pid(self, name: str) -> int:
        handle = self.processes[name].handle
        assert handle is not None
        return handle.pid

    def application_pids(self) -> list[int]:
        """Every process of the application as it is now."""
        living = [each.handle for each in self.processes.values() if each.handle and each.handle.poll() is None]
        return [pid for handle in living for pid in descendants(handle.pid)]

    def database_pids(self) -> list[int]:
        """The database's processes, all of them, whoever is connected."""
        return descendants(self.server.pid) if self.server.pid else []

    def duties(self) -> dict[str, list[int]]:
        """The application's processes by what they do, as they are now; what died and is not back yet is missing."""
        found = {name: descendants(self.pid(name)) for name in self.processes if name != "tree" and self._lives(name)}
        if "tree" in self.processes and self._lives("tree"):
            found |= self._tree_duties()
        return found

    def _tree_duties(self) -> dict[str, list[int]]:
        """Children of the tree's parent, by the names they give themselves; several may answer on the one port."""
        parent = self.pid("tree")
        found: dict[str, list[int]] = {}
        for pid in descendants(parent):
            name = name_of(pid).removeprefix(_OURS)
            if parent_of(pid) == parent and name != name_of(pid):
                duty = name.split()[0]
                found.setdefault(_IN_THE_TREE.get(duty, duty), []).append(pid)
        return found

    def _lives(self, name: str) -> bool:
        handle = self.processes[name].handle
        return handle is not None and handle.poll() is None

    def revive(self) -> list[str]:
        """Starts processes of ours that have ended again, as a service manager would; returns which."""
        ended = [each for each in self.processes.values() if not self._lives(each.name)]
        for process in ended:
            self.start(process.name, process.command)
        return [process.name for process in ended]

    def leader_pid(self) -> int:
        """The process that says it leads the routing; 0 when nobody ever did."""
        with self.connect() as connection:
            row = connection.execute("SELECT process FROM routing_routerlease ORDER BY beat_at DESC LIMIT 1").fetchone()
        return int(str(row[0]).rpartition(":")[2]) if row else 0

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            for process in self.processes.values():
                if process.handle is not None and process.handle.poll() is not None:
                    raise RuntimeError(f"{process.name} ended with code {process.handle.returncode}")
            answer = self._readiness()
            if answer.get("status") == "ready":
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"the centre is not ready after {READY_SECONDS:.0f} s: {answer}")
            time.sleep(0.2)

    def _readiness(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refusal:
            with contextlib.suppress(ValueError):
                return dict(json.load(refusal))
            return {"status": str(refusal.code)}
        except OSError as error:
            return {"status": str(error)}

    def connect(self) -> psycopg.Connection[Any]:
        """A connection as the application's role, to look at what was stored."""
        return psycopg.connect(self.database_url, autocommit=True, connect_timeout=5)

    def last_words(self) -> str:
        """The ends of all logs, for when something went wrong."""
        logs = [(log.name, log.read_text(errors="replace").splitlines()[-15:]) for log in sorted(self.home.glob("*.log"))]
        return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in logs)

    def close(self) -> None:
        """Ends the processes, the database, and removes the folder. Any number of times."""
        handles = [each.handle for each in self.processes.values() if each.handle is not None]
        for handle in handles:
            if handle.poll() is None:
                handle.terminate()
        for handle in handles:
            _bury(handle)
        for session in self._sessions:
            # Also what outlived a parent that was killed: a session is of our making and nobody else's.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(session, signal.SIGKILL)
        if hasattr(self, "server"):
            self.server.stop(limit_seconds=10)
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class Ports:
    """Ports already given to somebody in this run."""

    given: set[int] = field(default_factory=set)


_ports = Ports()


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses, below the range the kernel hands to outgoing connections."""
    found: list[int] = []
    chance = random.Random(os.getpid())
    for _attempt in range(2000):
        port = chance.randrange(20_000, 32_000)
        if port in _ports.given or not _is_free(port):
            continue
        _ports.given.add(port)
        found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports between 20000 and 32000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _bury(handle: subprocess.Popen[bytes]) -> None:
    """Waits for a process that was asked to end, and ends it by force after a while."""
    try:
        handle.wait(12)
    except subprocess.TimeoutExpired:
        handle.kill()
        handle.wait(5)


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(*_SIGTERM_ON_PARENTS_DEATH)


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)
