"""Running Django's ORM beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class OrmThreads:
    """A few threads in which code of the event loop may use Django's database connections."""

    def __init__(self, *, count: int, name: str) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work()`, run in a thread with fresh or healthy connections."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _with_connections, work)

    def submit(self, work: Callable[[], object]) -> None:
        """Run `work()` when there is time; nobody waits for it."""
        self._pool.submit(_quietly, work)

    def close(self) -> None:
        """Take no more work; what was submitted is still done, then the connections are closed."""
        together = threading.Barrier(self._count)
        for _thread in range(self._count):
            self._pool.submit(_close_connections, together)
        self._pool.shutdown(wait=False)


def _close_connections(together: threading.Barrier) -> None:
    """Each thread closes its own; the barrier sees to it that no thread takes two turns."""
    with contextlib.suppress(threading.BrokenBarrierError):
        together.wait(timeout=2)
    connections.close_all()


def _with_connections(work: Callable[[], Result]) -> Result:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


def _quietly(work: Callable[[], object]) -> None:
    try:
        _with_connections(work)
    except DatabaseError as error:
        _log.warning("Work left for later could not be done: %s", error)
