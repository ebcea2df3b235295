"""The hub as an ASGI application: `GET /live/` and `GET /live/health`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from django.db import Error as DatabaseFailure
from django.utils import translation
from django.utils.translation import gettext as _

from lingting.platform.realtime.admission import (
    Asked,
    HubNotReady,
    TooManyConnections,
    admit,
    check_origin,
    check_topics,
    problem,
)
from lingting.platform.realtime.cursors import Cursor
from lingting.platform.realtime.frames import reconnect_frame, reload_frame
from lingting.platform.realtime.hub import Hub, NotReady, TooFarBehind
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.listener import listen_forever
from lingting.platform.realtime.sources import LiveSource
from lingting.platform.realtime.subscribers import Subscriber
from lingting.platform.realtime.tending import report_people_forever, tend_forever
from lingting.platform.realtime.threads import OrmThreads
from lingting.platform.realtime.visitors import LiveRequest, Visitor
from lingting.platform.refusals import Refusal

PREFIX = "/live/"
FIRST_READ_SECONDS = 3.0

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_ANY_ORIGIN: Headers = [(b"access-control-allow-origin", b"*")]
_PREFLIGHT: Headers = [
    *_ANY_ORIGIN,
    (b"access-control-allow-methods", b"GET"),
    (b"access-control-allow-headers", b"authorization, last-event-id"),
    (b"access-control-max-age", b"86400"),
]

_log = logging.getLogger(__name__)


class LiveApplication:
    """The live road of one process. `config` mounts it at `/live/`; `serving` runs it.

    It begins with the lifespan protocol's startup and ends with `say_goodbye` and shutdown.
    """

    def __init__(self, source: LiveSource, *, conninfo: str, limits: LiveLimits | None = None) -> None:
        self.limits = limits or LiveLimits()
        self.hub = Hub(source, limits=self.limits)
        self._conninfo = conninfo
        self._doors = OrmThreads(count=4, name="live-admission")
        self._people = OrmThreads(count=1, name="live-presence")
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            raise ValueError(f"the live hub does not speak {scope['type']}")

    async def start(self) -> None:
        """Begin to read, listen and tend. Never fails for want of a database: it keeps trying."""
        parts: list[Callable[[], Awaitable[None]]] = [
            self.hub.read_forever,
            partial(listen_forever, self.hub, conninfo=self._conninfo),
            partial(tend_forever, self.hub, admit=self._admit),
            partial(report_people_forever, self.hub, threads=self._people),
        ]
        self._tasks = [asyncio.create_task(_keep_going(part)) for part in parts]
        await self.hub.first_read(seconds=FIRST_READ_SECONDS)

    async def say_goodbye(self) -> None:
        """Ask every client to come back, each after a wait of its own, and end all streams."""
        self.hub.is_leaving = True
        spread = self.limits.reconnect_spread_seconds
        for subscriber in tuple(self.hub.subscribers):
            subscriber.close(reconnect_frame(wait_seconds=random.uniform(0.2, max(0.2, spread))))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.5):
                while self.hub.subscribers:
                    await asyncio.sleep(0.05)
        for subscriber in tuple(self.hub.subscribers):
            subscriber.drop()

    async def stop(self) -> None:
        """End everything. Streams that are still open are cut."""
        for subscriber in tuple(self.hub.subscribers):
            subscriber.drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.source.close()
        self._doors.close()
        self._people.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path == PREFIX + "health":
            await self._health(send)
        elif path != PREFIX:
            await _respond(send, status=404, body=b'{"type":"about:blank","title":"Not found","status":404}')
        elif method == "OPTIONS":
            await _respond(send, status=204, headers=_PREFLIGHT)
        elif method != "GET":
            await _respond(send, status=405, headers=[(b"allow", b"GET, OPTIONS")])
        else:
            await self._open(scope, receive, send)

    async def _health(self, send: Send) -> None:
        lag = self.hub.lag_seconds(now=datetime.now(UTC))
        is_ready = lag is not None and lag < 10 and not self.hub.is_leaving
        body = {
            "status": "ok" if is_ready else "behind",
            "hub_lag_seconds": None if lag is None else round(lag, 3),
            "connections": len(self.hub.subscribers),
            "accounts": len(self.hub.accounts()),
        }
        await _respond(send, status=200 if is_ready else 503, body=orjson.dumps(body), kind=b"application/json")

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked.read(scope)
        headers = _ANY_ORIGIN if asked.credentials.has_token else []
        with translation.override(asked.credentials.language):
            try:
                visitor = await self._welcome(asked)
                after = await self._position(asked)
            except TooFarBehind:
                await _respond(send, status=200, body=reload_frame(), headers=[*_STREAM_HEADERS, *headers], kind=b"")
                return
            except Refusal as refusal:
                await _refuse(send, refusal=refusal, headers=headers)
                return
        await self._stream(asked, visitor=visitor, after=after, receive=receive, send=send)

    async def _welcome(self, asked: Asked) -> Visitor:
        """The visitor, if everything is in order. Raises a `LiveRefusal`."""
        check_origin(asked)
        check_topics(asked.topics, limit=self.limits.topics)
        if self.hub.is_leaving or len(self.hub.subscribers) >= self.limits.connections:
            raise _not_ready()
        try:
            visitor = await self._admit(asked.credentials, asked.topics)
        except DatabaseFailure as error:
            _log.warning("Nobody can be recognised now: %s", error)
            raise _not_ready() from error
        if self.hub.connections_of(visitor) >= self.limits.connections_per_visitor:
            raise TooManyConnections(_("Lingting is open in too many windows. Close some of them."))
        return visitor

    async def _position(self, asked: Asked) -> Cursor | None:
        """Where to begin; `None` for now. Raises `TooFarBehind` or `HubNotReady`."""
        if not asked.after:
            return None
        after = Cursor.parse(asked.after)
        if after is None:
            raise TooFarBehind
        try:
            await self.hub.prepare_replay(after)
        except NotReady:
            raise _not_ready() from None
        return after

    async def _admit(self, credentials: LiveRequest, topics: frozenset[str]) -> Visitor:
        return await self._doors.run(lambda: admit(credentials, topics=topics))

    async def _stream(self, asked: Asked, *, visitor: Visitor, after: Cursor | None, receive: Receive, send: Send) -> None:
        """Keep a listener until it leaves. Nothing runs here while it is idle."""
        headers = _STREAM_HEADERS + (_ANY_ORIGIN if asked.credentials.has_token else [])
        if self.hub.low_water is None:
            await _refuse(send, refusal=_not_ready())
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        subscriber = Subscriber(visitor, topics=asked.topics, request=asked.credentials, send=send, limits=self.limits)
        self.hub.subscribe(subscriber, after=after)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not subscriber.is_dropped:
                raise
        finally:
            self.hub.unsubscribe(subscriber)


def _not_ready() -> HubNotReady:
    return HubNotReady(_("Live updates are not available at the moment. They come back by themselves."))


async def _refuse(send: Send, *, refusal: Refusal, headers: Headers | None = None) -> None:
    extra = list(headers or ())
    if refusal.status in {429, 503}:
        extra.append((b"retry-after", b"3"))
    await _respond(send, status=refusal.status, body=problem(refusal), headers=extra, kind=b"application/problem+json")


async def _respond(
    send: Send,
    *,
    status: int,
    body: bytes = b"",
    headers: Headers | None = None,
    kind: bytes = b"application/problem+json",
) -> None:
    """A whole response at once; `kind` is its content type, empty when the headers name it."""
    named = [(b"content-type", kind)] if kind and body else []
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    fixed: Headers = [(b"cache-control", b"no-store"), *length, *named]
    given = {name for name, _value in headers or ()}
    start = [*(headers or ()), *(pair for pair in fixed if pair[0] not in given)]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _keep_going(part: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the hub and begin it again if it fails in a way nobody foresaw."""
    while True:
        try:
            await part()
        except Exception:  # noqa: BLE001 - an entry point: the hub outlives its mistakes
            _log.exception("A part of the live hub failed and begins again.")
            await asyncio.sleep(1)
        else:
            return
