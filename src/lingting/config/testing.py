"""A pytest plugin loaded before Django's (`-p lingting.config.testing`): one PostgreSQL per run, a data folder of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from lingting.platform.database.testing import start_for_tests


def _prepare() -> None:
    """Sets the environment that settings read; xdist's workers inherit all of it."""
    if "LINGTING_TEST_HOME" not in os.environ:
        home = tempfile.mkdtemp(prefix="lingting-test-home-")
        os.environ["LINGTING_TEST_HOME"] = home
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["LINGTING_HOME"] = str(Path(os.environ["LINGTING_TEST_HOME"]))
    os.environ["SECRET_KEY"] = "for tests only, never for a real centre"
    os.environ["DATABASE_URL"] = start_for_tests()
    os.environ["DESK_COUNTS_SECONDS"] = "0"
    os.environ.setdefault("OMP_NUM_THREADS", "1")


_prepare()
