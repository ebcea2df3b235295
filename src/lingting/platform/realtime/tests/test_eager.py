"""Work that is begun at once and becomes a task only when it has to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from lingting.platform.realtime.eager import start_eagerly

Story = Callable[[], Awaitable[None]]


def told(story: Story) -> None:
    async def run() -> None:
        await story()

    asyncio.run(run())


def test_what_never_waits_is_done_at_once() -> None:
    async def story() -> None:
        done: list[int] = []

        async def work() -> None:
            done.append(1)

        assert start_eagerly(work()) is None
        assert done == [1]

    told(story)


def test_what_waits_goes_on_where_it_stood() -> None:
    async def story() -> None:
        done: list[str] = []
        first, second = asyncio.Event(), asyncio.get_running_loop().create_future()

        async def work() -> None:
            done.append("begun")
            await first.wait()
            done.append(await second)

        task = start_eagerly(work())
        assert task is not None
        await asyncio.sleep(0)
        assert done == ["begun"]
        first.set()
        second.set_result("ended")
        await task
        assert done == ["begun", "ended"]

    told(story)


def test_a_task_that_is_cancelled_leaves_its_work_in_order() -> None:
    async def story() -> None:
        left: list[str] = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                left.append("tidy")

        task = start_eagerly(work())
        assert task is not None
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert left == ["tidy"]

    told(story)


def test_what_fails_fails_where_it_is_asked_for() -> None:
    async def story() -> None:
        held = asyncio.get_running_loop().create_future()

        async def work() -> None:
            await held

        task = start_eagerly(work())
        assert task is not None
        held.set_exception(OSError("gone"))
        with pytest.raises(OSError, match="gone"):
            await task

    told(story)
