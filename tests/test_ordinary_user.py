"""The whole house as an ordinary user: where the tests run as root, somebody else is made for it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # Tests are no package; the tree's own tests stand beside.

from test_process_tree import alive, answer, free_port, members_of, wait_until_gone, wait_until_ready

_NOT_THEIRS = {"DATABASE_URL", "LINGTING_TEST_DATABASE_URL", "SECRET_KEY", "LINGTING_HOME", "HOME", "USER", "LOGNAME"}


@dataclass(frozen=True)
class OrdinaryUser:
    """Somebody without rights; `command` is what a command of theirs begins with."""

    uid: int
    gid: int
    command: tuple[str, ...]


@pytest.fixture(scope="module")
def user() -> Iterator[OrdinaryUser]:
    if os.geteuid() != 0:
        yield OrdinaryUser(os.geteuid(), os.getegid(), ())
        return
    missing = [name for name in ("useradd", "userdel", "setpriv") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"the tests run as root and no other user can be made: {', '.join(missing)} is not installed")
    name = f"lingting-t{os.getpid()}"
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"the tests run as root and no other user can be made: {made.stderr.strip()}")
    found = pwd.getpwnam(name)
    command = ["setpriv", f"--reuid={found.pw_uid}", f"--regid={found.pw_gid}", "--clear-groups", *_may_read(found.pw_uid)]
    yield OrdinaryUser(found.pw_uid, found.pw_gid, tuple(command))
    subprocess.run(["userdel", name], capture_output=True, check=False)


def _may_read(uid: int) -> list[str]:
    """An interpreter inside root's own folder is shown to the user: reading, never writing, is let through."""
    plain = ["setpriv", f"--reuid={uid}", "--clear-groups", sys.executable, "-c", "import sys, lingting; print(sys.version)"]
    if subprocess.run(plain, capture_output=True, text=True, check=False).stdout.strip() == sys.version.strip():
        return []
    return ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


@pytest.fixture
def home(user: OrdinaryUser) -> Iterator[Path]:
    """A data folder of theirs."""
    folder = Path(tempfile.mkdtemp(prefix="lingting-ordinary-"))
    os.chown(folder, user.uid, user.gid)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_an_ordinary_user_runs_the_whole_house_and_nothing_of_it_is_roots(user: OrdinaryUser, home: Path) -> None:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_THEIRS}
    tree = subprocess.Popen(
        [*user.command, sys.executable, "-m", "lingting.config.command", "up"],
        env={**environment, "LINGTING_HOME": str(home / "centre"), "HOME": str(home), "PORT": str(port), "DEMO": "0"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        ready = wait_until_ready(tree, port)
        assert set(ready["checks"]) == {"database", "migrations", "router", "hub"}
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
            assert page.status == 200 and b"first-administrator" in page.geturl().encode()
        everyone = [tree.pid, *members_of(tree.pid)]
        assert len(everyone) >= 5
        assert {_owner(pid) for pid in everyone if alive(pid)} <= {user.uid, None}
        assert {path.stat().st_uid for path in home.rglob("*")} == {user.uid}
        assert answer(port, "/healthz")[0] == 200
    finally:
        everyone = members_of(tree.pid)
        tree.send_signal(signal.SIGTERM)
        output, _nothing = tree.communicate(timeout=60)
        print(output)  # pytest shows it when something above failed.
    assert tree.returncode == 0, output
    assert wait_until_gone(everyone, seconds=10) == []


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None
