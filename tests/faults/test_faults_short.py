"""The faults script in its short form: everything is killed once under load, and nothing acknowledged is lost or stays unheard."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The script makes a centre and a database of its own: nothing of the test run's may reach it.
_NOT_FOR_IT = ("DATABASE_URL", "LINGTING_HOME", "LINGTING_TEST_HOME", "LINGTING_TEST_DATABASE_URL", "SECRET_KEY")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whoever_is_killed_no_acknowledged_message_is_lost_doubled_or_unheard_and_nobody_has_two_owners() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT}
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "faults.py"), "--short"],
        env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    told = f"{done.stdout}\n{done.stderr[-4000:]}"
    assert done.stdout.splitlines()[-1].startswith("faults ratio="), told
    assert "not held:" not in done.stdout, told
