"""Work that seldom waits: begun where it is asked for, and a task only when it has to wait after all."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


def start_eagerly(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Runs a coroutine until it has to wait for something: the task that goes on with it, None when it never had to.

    A task for each of some hundred short writes costs more than the writes.
    """
    try:
        awaited = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_go_on(_Begun(work, awaited)))


class _Begun:
    """A coroutine that waits already; whoever awaits this waits for the same and goes on with it."""

    def __init__(self, work: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._work = work
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._awaited
        except BaseException as stop:
            self._work.throw(stop)
            raise
        yield from self._work.__await__()


async def _go_on(begun: _Begun) -> None:
    await begun
