"""A PostgreSQL for a test run: one for all processes of the run, forgetful and fast, gone at its end."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from .configuration import FORGETFUL
from .server import EmbeddedServer

_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 2_000_000_000
ENVIRONMENT_NAME = "LINGTING_TEST_DATABASE_URL"


def start_for_tests() -> str:
    """The URL of the run's database server, started by the first caller and stopped when that process ends.

    Call it in `pytest_configure`: xdist's controller does so before it starts its workers, which inherit
    the URL through the environment. A URL that already stands there (somebody's own server) is used as it
    is.
    """
    if url := os.environ.get(ENVIRONMENT_NAME):
        return url
    home = Path(tempfile.mkdtemp(prefix="lingting-tests-", dir=fast_folder()))
    # Our own new folder, which the database account has to pass through when we are root.
    home.chmod(0o711)
    server = EmbeddedServer(home, settings=FORGETFUL, state_root=home / "state")

    def clean_up() -> None:
        server.stop(limit_seconds=5)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop(ENVIRONMENT_NAME, None)

    atexit.register(clean_up)
    os.environ[ENVIRONMENT_NAME] = server.ensure(lambda sentence: None).url
    return os.environ[ENVIRONMENT_NAME]


def fast_folder() -> Path:
    """Where temporary clusters go: into memory where there is room (several times faster), else where such
    files go.
    """
    if os.access(_MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES:
        return _MEMORY
    return Path(tempfile.gettempdir())
