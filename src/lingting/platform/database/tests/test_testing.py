"""The server of a test run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from lingting.platform.database.testing import ENVIRONMENT_NAME, start_for_tests

PROGRAM = """
import os, subprocess, sys
from lingting.platform.database.testing import start_for_tests
print(start_for_tests())
print(start_for_tests())
# As xdist's workers are started: another process, the same environment.
worker = "from lingting.platform.database.testing import start_for_tests; print(start_for_tests())"
print(subprocess.run([sys.executable, "-c", worker], capture_output=True, text=True, check=True).stdout.strip())
"""


def test_one_server_serves_the_whole_run_and_nothing_of_it_stays() -> None:
    environment = {name: value for name, value in os.environ.items() if name != ENVIRONMENT_NAME}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))

    answer = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)

    (url,) = set(answer.stdout.split())
    socket_folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    assert socket_folder.name == "run"
    assert not socket_folder.parents[1].exists()


def test_somebody_elses_server_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_NAME, "postgresql://ling@db.example/test")

    assert start_for_tests() == "postgresql://ling@db.example/test"
