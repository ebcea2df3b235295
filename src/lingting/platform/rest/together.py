"""Requests that arrive together are done together: a native road beside the ordinary one, for a hot endpoint.

In one-port mode the event loop reads the request itself and hands it to a thread, which takes whatever has arrived
meanwhile and does it in one transaction with one commit. A request that comes alone is done at once; while many come,
each round begins two milliseconds after its first request, so that fewer and larger commits carry them.

This road knows only the good case. Whatever is not plain and right (other headers, a bad body, a refusal, a failure of
the database) goes down the ordinary road as if it had come there at once, which answers it as always. Also the headers
of an answer are learned there: the first request of a kind takes it, later ones repeat its headers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import re
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import close_old_connections, connections
from django.utils.datastructures import CaseInsensitiveMapping

from lingting.platform.audit.middleware import request_id_of

MOST_AT_ONCE = 64
GATHERING_SECONDS = 0.002
LONGEST_BODY_BYTES = 64 * 1024
MOST_LEARNED = 256

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_NEEDED = (b"authorization", b"content-type", b"content-length", b"host")
_FOR_THE_ORDINARY_ROAD = frozenset({b"idempotency-key", b"cookie", b"transfer-encoding", b"expect", b"upgrade", b"content-encoding"})
_OF_ONE_ANSWER = frozenset({b"content-length", b"x-request-id", b"date", b"server", b"connection", b"transfer-encoding"})
_JSON = (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")

_log = logging.getLogger(__name__)


class Call:
    """A request as it came over the wire; as much of Django's request as counting and parsing ask for.

    `values` are the groups of the path, `auth` the caller, once known.
    """

    def __init__(self, headers: Mapping[bytes, bytes], *, values: Sequence[str], body: bytes, peer: str) -> None:
        self.raw_headers = headers
        self.values = values
        self.body = body
        self.META = {"REMOTE_ADDR": peer}
        self.auth: Any = None
        self.request_id = ""

    @cached_property
    def headers(self) -> CaseInsensitiveMapping[str]:
        return CaseInsensitiveMapping({name.decode("latin-1"): value.decode("latin-1") for name, value in self.raw_headers.items()})


@dataclass(frozen=True, slots=True)
class Done:
    """A call that succeeded: what to answer, as JSON bytes."""

    status: int
    body: bytes


AnswerMany = Callable[[Sequence[Call]], Sequence["Done | None"]]
_roads: list[tuple[re.Pattern[str], AnswerMany]] = []


def answers_together(path: str, *, answer: AnswerMany) -> None:
    """Lets POSTs to a path (a regular expression for all of it) be answered together; called in `AppConfig.ready()`.

    `answer(calls)` runs in a thread of its own, with a database connection. It gives for each call what to answer, or
    None if nothing of it was done and the ordinary road should have it. If it raises, nothing of any may have been done.
    """
    _roads.append((re.compile(path), answer))


class TogetherApplication:
    """The whole site: registered paths by the native road, everything else by the ordinary one."""

    def __init__(self, ordinary: Application) -> None:
        self._ordinary = ordinary
        self._roads = [(path, _Gathering(answer)) for path, answer in _roads]
        self._learned: dict[tuple[Any, ...], Headers] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._road(scope)
        if found is None:
            return await self._ordinary(scope, receive, send)
        gathering, headers, values = found
        body = await _body(receive, length=int(headers[b"content-length"]))
        if body is None:
            return None
        kind = (id(gathering), *(headers.get(name, b"") for name in (b"host", b"accept-language", b"x-forwarded-proto")))
        learned = self._learned.get(kind)
        if learned is not None:
            call = Call(headers, values=values, body=body, peer=(scope.get("client") or ("",))[0])
            call.request_id = request_id_of(headers.get(b"x-request-id", b"").decode("latin-1"))
            done = await gathering.ask(call)
            if done is not None:
                return await _answer(send, done=done, learned=learned, request_id=call.request_id)
        return await self._ordinary(scope, _again(body, receive), self._learning(kind, send))

    def _road(self, scope: Scope) -> tuple[_Gathering, dict[bytes, bytes], tuple[str, ...]] | None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"]:
            return None
        for path, gathering in self._roads:
            match = path.fullmatch(scope["path"])
            if match:
                headers: dict[bytes, bytes] = dict(scope["headers"])
                return (gathering, headers, match.groups()) if _is_plain(scope, headers) else None
        return None

    def _learning(self, kind: tuple[Any, ...], send: Send) -> Send:
        """Passes an ordinary answer on and remembers the headers of a good one."""

        async def passing(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 201) and not _sets_cookie(message["headers"]):
                if len(self._learned) >= MOST_LEARNED:
                    self._learned.clear()
                self._learned[kind] = [pair for pair in message["headers"] if pair[0].lower() not in _OF_ONE_ANSWER]
            await send(message)

        return passing


@dataclass
class _Gathering:
    """A thread that takes what has gathered and answers it as one."""

    answer: AnswerMany
    _waiting: queue.SimpleQueue[tuple[Call, asyncio.Future[Done | None]]] = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None
    _is_busy: bool = False

    async def ask(self, call: Call) -> Done | None:
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, args=(loop,), name="together", daemon=True)
            self._thread.start()
        future: asyncio.Future[Done | None] = loop.create_future()
        self._waiting.put((call, future))
        return await future

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while not loop.is_closed():
            asked = self._gathered()
            done = self._done([call for call, _future in asked])
            try:
                loop.call_soon_threadsafe(_tell, [future for _call, future in asked], done)
            except RuntimeError:  # the loop has ended, and with it everyone who waited
                break
        connections.close_all()

    def _gathered(self) -> list[tuple[Call, asyncio.Future[Done | None]]]:
        found = [self._waiting.get()]
        if self._is_busy:
            time.sleep(GATHERING_SECONDS)
        with contextlib.suppress(queue.Empty):
            while len(found) < MOST_AT_ONCE:
                found.append(self._waiting.get_nowait())
        self._is_busy = len(found) > 1
        return found

    def _done(self, calls: list[Call]) -> Sequence[Done | None]:
        close_old_connections()
        try:
            return self.answer(calls)
        except Exception:  # noqa: BLE001  an entry point: the ordinary road finds out whose fault it is
            _log.warning("%d calls could not be answered together; each goes its own way.", len(calls), exc_info=True)
            return [None] * len(calls)
        finally:
            close_old_connections()


def _tell(futures: Sequence[asyncio.Future[Done | None]], done: Sequence[Done | None]) -> None:
    for future, one in zip(futures, done, strict=True):
        if not future.done():
            future.set_result(one)


def _sets_cookie(headers: Headers) -> bool:
    return any(name.lower() == b"set-cookie" for name, _value in headers)


def _is_plain(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether nothing about the request needs a closer look: each header once, a small JSON body of known length."""
    if len(headers) != len(scope["headers"]) or not all(name in headers for name in _NEEDED):
        return False
    if not _FOR_THE_ORDINARY_ROAD.isdisjoint(headers):
        return False
    length = headers[b"content-length"]
    return length.isdigit() and 0 < int(length) <= LONGEST_BODY_BYTES and headers[b"content-type"].lower() in _JSON


async def _body(receive: Receive, *, length: int) -> bytes | None:
    """The whole body; None when the client left before it was sent."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that first tells the body which was read already."""
    told = False

    async def tell() -> dict[str, Any]:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return tell


async def _answer(send: Send, *, done: Done, learned: Headers, request_id: str) -> None:
    headers = [*learned, (b"content-length", str(len(done.body)).encode()), (b"x-request-id", request_id.encode("latin-1"))]
    await send({"type": "http.response.start", "status": done.status, "headers": headers})
    await send({"type": "http.response.body", "body": done.body, "more_body": False})
