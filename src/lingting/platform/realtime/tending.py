"""What a hub does by the clock: heartbeats, rights, slow listeners, and who is here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import Error as DatabaseFailure

from lingting.platform.realtime import models
from lingting.platform.realtime.admission import LiveRefusal
from lingting.platform.realtime.frames import heartbeat_frame, refused_frame
from lingting.platform.realtime.hub import Hub
from lingting.platform.realtime.presence import PresenceReport, announce
from lingting.platform.realtime.subscribers import Subscriber
from lingting.platform.realtime.threads import OrmThreads
from lingting.platform.realtime.visitors import LiveRequest, Visitor

TICK_SECONDS = 1.0
DEBOUNCE_SECONDS = 0.25

Admit = Callable[[LiveRequest, frozenset[str]], Awaitable[Visitor]]

_log = logging.getLogger(__name__)


async def tend_forever(hub: Hub, *, admit: Admit) -> None:
    """Every second: drop the stalled, give a heartbeat to the quiet, ask again about rights."""
    checks: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    tick = min(TICK_SECONDS, hub.limits.heartbeat_seconds / 2, hub.limits.recheck_seconds / 2)
    while True:
        await asyncio.sleep(tick)
        now = loop.time()
        cursor = hub.low_water
        frame = heartbeat_frame(cursor=cursor) if cursor else None
        for subscriber in tuple(hub.subscribers):
            if subscriber.is_stalled(now):
                subscriber.drop()
                continue
            if frame and now - subscriber.sent_at >= hub.limits.heartbeat_seconds:
                subscriber.sent_at = now
                subscriber.offer(frame, may_skip=True)
                subscriber.flush()
            if now >= subscriber.recheck_at:
                subscriber.recheck_at = now + hub.limits.recheck_seconds
                check = loop.create_task(_check_rights(subscriber, admit=admit))
                checks.add(check)
                check.add_done_callback(checks.discard)


async def _check_rights(subscriber: Subscriber, *, admit: Admit) -> None:
    """Close the stream of somebody whose rights have ended; a silent database ends no rights."""
    try:
        visitor = await admit(subscriber.request, subscriber.topics)
    except LiveRefusal:
        subscriber.close(refused_frame())
    except DatabaseFailure as error:
        _log.warning("Rights could not be checked again: %s", error)
    except Exception:  # noqa: BLE001 - another app's code, run by ours
        _log.exception("An authenticator or a topic check failed.")
    else:
        if visitor != subscriber.visitor:
            subscriber.close(refused_frame())


async def report_people_forever(hub: Hub, *, threads: OrmThreads) -> None:
    """Write this hub's row and tell the callbacks, every few seconds and when somebody comes or goes.

    A hub that is leaving leaves its last list in place: its people are on their way to
    another hub, and the list goes stale by itself.
    """
    row_id, started_at = uuid.uuid4(), datetime.now(UTC)
    before: frozenset[int] = frozenset()
    await _in_thread(threads, work=lambda: _forget_old(started_at))
    try:
        while not hub.is_leaving:
            now, accounts = datetime.now(UTC), hub.accounts()
            report = PresenceReport(str(row_id), now, accounts, accounts - before, before - accounts)
            row = _row(hub, row_id=row_id, started_at=started_at, report=report)
            await _in_thread(threads, work=partial(_write, row, report=report))
            before = accounts
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(hub.limits.presence_seconds):
                    await hub.people_changed.wait()
            await asyncio.sleep(DEBOUNCE_SECONDS)
            hub.people_changed.clear()
    finally:
        threads.submit(partial(_mark_stopped, row_id))


def _row(hub: Hub, *, row_id: uuid.UUID, started_at: datetime, report: PresenceReport) -> models.Hub:
    lag = hub.lag_seconds(now=report.at)
    return models.Hub(
        id=row_id,
        started_at=started_at,
        seen_at=report.at,
        lag_seconds=(report.at - started_at).total_seconds() if lag is None else lag,
        connections=len(hub.subscribers),
        accounts=sorted(report.accounts),
    )


def _write(row: models.Hub, *, report: PresenceReport) -> None:
    row.save()
    announce(report)


def _forget_old(now: datetime) -> None:
    models.Hub.objects.stale(since=now - timedelta(hours=1)).delete()


def _mark_stopped(row_id: uuid.UUID) -> None:
    models.Hub.objects.filter(pk=row_id).update(stopped_at=datetime.now(UTC))


async def _in_thread(threads: OrmThreads, *, work: Callable[[], None]) -> None:
    try:
        await threads.run(work)
    except DatabaseFailure as error:
        _log.warning("The hub could not report who is connected: %s", error)
