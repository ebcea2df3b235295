"""The one LISTEN connection of a hub process."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import orjson
import psycopg
from psycopg import sql

from lingting.platform.realtime.hub import LONGEST_BACKOFF_SECONDS, Hub
from lingting.platform.realtime.notify import SIGNAL_CHANNEL
from lingting.platform.realtime.table_source import CONNECTION_OPTIONS

PROBE_SECONDS = 10.0

_log = logging.getLogger(__name__)


async def listen_forever(hub: Hub, *, conninfo: str) -> None:
    """Wake the hub and pass signals on; come back with back-off after any loss of the database."""
    backoff = 0.1
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, **CONNECTION_OPTIONS)
            async with connection:
                for channel in (hub.source.channel, SIGNAL_CHANNEL):
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                backoff = 0.1
                hub.wake()
                await _hear(connection, hub=hub)
        except (psycopg.Error, TimeoutError, OSError) as error:
            _log.warning("The live hub cannot listen (%s); trying again in %.1f s.", error, backoff)
        await asyncio.sleep(backoff)
        backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)


async def _hear(connection: psycopg.AsyncConnection, *, hub: Hub) -> None:
    """Handle notifications until the connection fails; probe it now and then, for a dead peer is silent."""
    while True:
        async for notification in connection.notifies(timeout=PROBE_SECONDS):
            if notification.channel == SIGNAL_CHANNEL:
                _pass_on(notification.payload, hub=hub)
            else:
                hub.wake()
        async with asyncio.timeout(5):
            await connection.execute("SELECT 1")


def _pass_on(payload: str, *, hub: Hub) -> None:
    """Anybody with database access can notify: what is not a signal is logged and left."""
    try:
        signal = orjson.loads(payload)
        topics, kind, data = tuple(map(str, signal["topics"])), str(signal["kind"]), signal["data"]
    except (ValueError, KeyError, TypeError):
        _log.warning("A notification on %s is not a signal.", SIGNAL_CHANNEL)
        return
    hub.pass_on(topics=topics, kind=kind, data=data, at=datetime.now(UTC))
