"""The worker process: takes jobs until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress

from procrastinate import App
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

logger = logging.getLogger(__name__)

GRACE_SECONDS = 25.0
POLL_SECONDS = 2.0  # new jobs are announced; only jobs whose time comes are found by asking
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0


def run_worker(*, concurrency: int = 4, queues: Sequence[str] | None = None, stop_event: threading.Event | None = None) -> None:
    """Runs jobs until SIGTERM, SIGINT or the event; then takes nothing new and waits for what is running.

    A job that does not end is left to whoever kills the process: the sweep hands it to another worker.

    `queues` None means all. When the database goes away the worker waits for it, from half a second to ten.
    Signals are only listened to in the main thread.
    """
    asyncio.run(_run(concurrency=concurrency, queues=queues, stop_event=stop_event or threading.Event()))


async def _run(*, concurrency: int, queues: Sequence[str] | None, stop_event: threading.Event) -> None:
    _listen_for_signals(stop_event)
    pause = FIRST_PAUSE_SECONDS
    while not stop_event.is_set():
        try:
            await _work(concurrency=concurrency, queues=queues, stop_event=stop_event)
            pause = FIRST_PAUSE_SECONDS
        except Exception:
            logger.exception("worker lost its database; trying again in %.1f s", pause)
            await _stopped_within(stop_event, seconds=pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)


async def _work(*, concurrency: int, queues: Sequence[str] | None, stop_event: threading.Event) -> None:
    app: App = procrastinate_app.with_connector(_connector(concurrency=concurrency))
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(
                queues=queues,  # type: ignore[arg-type]  # None means all
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE_SECONDS,
                delete_jobs="successful",
                fetch_job_polling_interval=POLL_SECONDS,
            )
        )
        stop = asyncio.create_task(_stopped_within(stop_event, seconds=None))
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not work.done():
            work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def _connector(*, concurrency: int) -> PsycopgConnector:
    return PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=concurrency + 2)


async def _stopped_within(stop_event: threading.Event, *, seconds: float | None) -> None:
    loop = asyncio.get_running_loop()
    end = None if seconds is None else loop.time() + seconds
    while not stop_event.is_set() and (end is None or loop.time() < end):
        await asyncio.sleep(0.2)


def _listen_for_signals(stop_event: threading.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_event.set)
