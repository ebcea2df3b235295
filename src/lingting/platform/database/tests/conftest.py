"""Homes for embedded servers.

The cluster is made once per session and copied, which is faster than making it again.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from lingting.platform.database.configuration import FORGETFUL
from lingting.platform.database.server import EmbeddedServer
from lingting.platform.database.testing import fast_folder


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are compared in the language they are written in."""
    with translation.override("en"):
        yield


def quiet(sentence: str) -> None:
    """Progress nobody listens to."""


@pytest.fixture(scope="session")
def made_home() -> Iterator[Path]:
    """A home whose cluster exists and does not run. Copy it, do not start it."""
    folder = Path(tempfile.mkdtemp(prefix="lingting-made-", dir=fast_folder()))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "home", settings=FORGETFUL, state_root=folder / "state")
    server.ensure(quiet)
    server.stop()
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the database account can pass through, as pytest's own cannot be when we are
    root.
    """
    made = Path(tempfile.mkdtemp(prefix="lingting-test-", dir=fast_folder()))
    made.chmod(0o711)
    yield made
    while made.exists():  # a server whose supervisor was killed may still be putting its files away
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def home(folder: Path, made_home: Path) -> Path:
    """A home of the test's own whose cluster exists and does not run."""
    copy_home(made_home, to=folder / "home")
    return folder / "home"


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedServer]:
    """The server of that home, not yet started."""
    server = EmbeddedServer(home, settings=FORGETFUL, state_root=home.parent / "state")
    yield server
    server.stop(limit_seconds=5)


def copy_home(home: Path, *, to: Path) -> None:
    """With owners and modes, which PostgreSQL is strict about."""
    subprocess.run(["cp", "-a", home, to], check=True)
