"""`lingting up` as a person runs it: one tree, clear sentences, a clean end, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

READY_SECONDS = 240


def free_port() -> int:
    """A port below 32768 that nobody listens on."""
    for port in range(18_100, 18_400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no free port")


def start(home: Path, port: int, **environment: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "LINGTING_TEST_DATABASE_URL", "SECRET_KEY"}}
    return subprocess.Popen(
        [sys.executable, "-m", "lingting.config.command", "up"],
        env={**clean, "LINGTING_HOME": str(home), "PORT": str(port), "DEMO": "0", "LC_ALL": "C", **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def answer(port: int, path: str) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def wait_until_ready(tree: subprocess.Popen[str], port: int) -> dict:
    limit = time.monotonic() + READY_SECONDS
    found: dict = {}
    while time.monotonic() < limit and tree.poll() is None:
        status, found = answer(port, "/readyz")
        if status == 200:
            return found
        time.sleep(0.3)
    raise AssertionError(f"not ready: {found}, exit code {tree.poll()}")


def members_of(session: int) -> list[int]:
    """Living processes of the tree: the application's processes run in a session of their own below it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == session:
                found += [int(entry.name), *members_of(int(entry.name))]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int], *, seconds: float) -> list[int]:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and any(map(alive, pids)):
        time.sleep(0.1)
    return [pid for pid in pids if alive(pid)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a space and Chinese in its name."""
    yield tmp_path_factory.mktemp("data") / "数据 folder"


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_it_starts_answers_survives_a_dead_child_and_stops_cleanly(home: Path) -> None:
    port = free_port()
    tree = start(home, port, LC_ALL="C", WEB_PROCESSES="2")
    try:
        ready = wait_until_ready(tree, port)
        assert set(ready["checks"]) == {"database", "migrations", "router", "hub"}
        assert answer(port, "/healthz") == (200, {"status": "ok"})

        second = subprocess.run(
            [sys.executable, "-m", "lingting.config.command", "up"], capture_output=True, text=True,
            env={**os.environ, "LINGTING_HOME": str(home), "PORT": str(port), "DATABASE_URL": "", "LC_ALL": "zh_CN.UTF-8"}, timeout=60,
        )  # fmt: skip
        assert second.returncode == 1 and f"端口 {port} 已被其他程序占用" in second.stderr

        before = members_of(tree.pid)
        webs = [pid for pid in before if _calls_itself(pid).startswith("lingting web")]
        assert len(webs) == 2
        os.kill(webs[0], signal.SIGKILL)
        assert [answer(port, "/healthz")[0] for _attempt in range(10)] == [200] * 10
        os.kill(webs[1], signal.SIGKILL)
        wait_until_ready(tree, port)
    finally:
        everyone = members_of(tree.pid)
        tree.send_signal(signal.SIGTERM)
        output, _nothing = tree.communicate(timeout=60)
    assert tree.returncode == 0, output
    assert wait_until_gone(everyone, seconds=10) == []


def _calls_itself(pid: int) -> str:
    """The name that a process has given itself; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().rstrip("\n")
    except OSError:
        return ""


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_a_second_start_keeps_the_data_and_a_killed_parent_leaves_nothing(home: Path) -> None:
    port = free_port()
    tree = start(home, port)
    wait_until_ready(tree, port)
    everyone = members_of(tree.pid)
    assert len(everyone) >= 5
    tree.kill()
    tree.communicate(timeout=30)
    assert wait_until_gone(everyone, seconds=30) == []


@pytest.mark.parametrize("seconds", [0.0, 0.4, 0.8])
def test_workers_of_pages_that_still_load_go_with_their_killed_parent(tmp_path: Path, seconds: float) -> None:
    nowhere = {"LINGTING_HOME": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    pages = subprocess.Popen(
        [sys.executable, "-m", "lingting.config.command", "web", "--port", str(free_port())],
        env=os.environ | nowhere, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    limit = time.monotonic() + READY_SECONDS
    while not members_of(pages.pid) and time.monotonic() < limit:
        time.sleep(0.05)
    time.sleep(seconds)
    family = members_of(pages.pid)
    pages.kill()
    pages.wait(10)
    assert family
    assert wait_until_gone(family, seconds=60) == []


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "99999"}, "is not a port"),
        ({"PORT": "abc"}, "is not a port"),
        ({"HOST": "0.0.0.0", "DEMO": "1"}, "passwords are public"),
        ({"LINGTING_HOME": "/proc/nowhere"}, "cannot be written"),
        ({"DATABASE_URL": "mysql://x"}, "must start with postgresql://"),
        ({"DATABASE_URL": "postgresql://x:secret@127.0.0.1:1/none"}, "does not answer"),
        ({"HOST": "0.0.0.0", "DEMO": "1", "LC_ALL": "zh_CN.UTF-8"}, "密码是公开的"),
        ({"DATABASE_URL": "mysql://x", "LC_ALL": "zh_CN.UTF-8"}, "DATABASE_URL 必须以"),
        ({"DATABASE_URL": "postgresql://x:secret@127.0.0.1:1/none", "LC_ALL": "zh_CN.UTF-8"}, "没有响应"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_a_code(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    tree = start(tmp_path, free_port(), **environment)
    output, _nothing = tree.communicate(timeout=60)
    assert tree.returncode in (1, 2) and sentence in output and "Traceback" not in output and "secret" not in output


def test_a_database_that_fails_while_it_is_prepared_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from lingting.config import preparation

    def fail() -> int:
        raise OperationalError("could not extend file: No space left on device\nHINT:  Check free disk space.")

    monkeypatch.setattr(preparation, "_prepare", fail)
    with pytest.raises(preparation.DatabaseLost, match=r"No space left on device HINT: Check free disk space\)"):
        preparation.prepare()


def test_a_demo_centre_asks_for_room_before_it_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from lingting.config import up

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=500 * 1024 * 1024))
    monkeypatch.setenv("DEMO", "0")
    up.check_home(tmp_path)
    monkeypatch.setenv("DEMO", "1")
    with pytest.raises(up.DiskFull, match="500 MB"):
        up.check_home(tmp_path)
    (tmp_path / "database").mkdir()
    up.check_home(tmp_path)


def test_demo_on_loopback_and_addresses_are_told_apart() -> None:
    from lingting.config.up import is_loopback

    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("192.168.0.1")
