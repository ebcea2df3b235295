"""HTTP and server-sent events by bare asyncio and httptools: cheap enough to share two cores with what it measures."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httptools
import orjson
import uvloop

REQUEST_SECONDS = 30.0
Result = TypeVar("Result")


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Runs on uvloop with as many open files as the kernel allows."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def loopback_address(number: int) -> str:
    """The source address of a made-up customer: limits per address count in all of 127.0.0.0/8."""
    return f"127.{10 + number // 62_500 % 200}.{number // 250 % 250}.{1 + number % 250}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    raw_headers: list[tuple[bytes, bytes]]

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case names; made when asked for, since most answers are not."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.raw_headers}

    def json(self) -> Any:
        return orjson.loads(self.body)


class Lost(ConnectionError):
    """The connection ended before the answer: nobody knows whether the request was done."""


class Wire(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection; one request at a time, opened anew when it is gone."""

    def __init__(self, port: int, *, source: str = "127.0.0.1", patience_seconds: float = REQUEST_SECONDS) -> None:
        self.port = port
        self.patience_seconds = patience_seconds
        self._source = source
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._turn = asyncio.Lock()

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"",
        kind: str = "application/json",
    ) -> Answer:  # fmt: skip
        """The answer. Raises `Lost`, also when patience is over; `OSError` when nobody listens."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body or method == "POST":
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        message = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        async with self._turn:
            if self._transport is None or self._transport.is_closing():
                await self._open()
            assert self._transport is not None
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            patience = loop.call_later(self.patience_seconds, self._give_up)
            self._transport.write(message)
            try:
                return await self._waiting
            finally:
                patience.cancel()
                self._waiting = None

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", self.port, local_addr=(self._source, 0))

    def _give_up(self) -> None:
        self._fail("no answer in time")
        self.close()

    def _fail(self, why: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Lost(why))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._begin()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._fail("the connection ended")

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(str(error))
            self.close()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        answer = Answer(self._parser.get_status_code(), b"".join(self._body), self._headers)
        closes = not self._parser.should_keep_alive()
        self._headers, self._body = [], []
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)
        if closes:
            self.close()


class Wires:
    """A few connections shared by many; each request takes a free one."""

    def __init__(self, port: int, *, count: int, source_offset: int = 0) -> None:
        self._all = [Wire(port, source=loopback_address(source_offset + number)) for number in range(count)]
        self._free: asyncio.LifoQueue[Wire] = asyncio.LifoQueue()
        for wire in self._all:
            self._free.put_nowait(wire)

    async def request(self, method: str, path: str, **given: Any) -> Answer:
        wire = await self._free.get()
        try:
            return await wire.request(method, path, **given)
        finally:
            self._free.put_nowait(wire)

    def close(self) -> None:
        for wire in self._all:
            wire.close()


Event = dict[str, Any]
_BACKOFF_SECONDS = (0.3, 1.0, 2.0, 4.0, 8.0)


class Stream(asyncio.Protocol):
    """A live stream that behaves like the house's own script: comes back from its cursor, drops what it knows.

    `hear(event, at)` gets each durable event once by its id, and every passing signal; `at` is `perf_counter` of arrival.
    `known` are the ids heard; `reloads` counts how often the hub said that too much was missed.
    """

    def __init__(
        self, port: int, *, topics: str, hear: Callable[[Event, float], None], cookie: str = "", token: str = "",
        after: str = "", source: str = "127.0.0.1",
    ) -> None:  # fmt: skip
        self.port, self.topics, self.after = port, topics, after
        self._hear, self._cookie, self._token, self._source = hear, cookie, token, source
        self.known: set[int] = set()
        self._transport: asyncio.Transport | None = None
        self._failures = 0
        self._wait_seconds: float | None = None
        self._task: asyncio.Task[None] | None = None
        self.opened = asyncio.Event()
        self.openings = 0
        self.repeats = 0
        self.reloads = 0
        self.refusal = ""

    def start(self) -> Stream:
        self._task = asyncio.get_running_loop().create_task(self._keep())
        return self

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._transport is not None:
            self._transport.abort()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._ended = loop.create_future()
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self.port, local_addr=(self._source, 0))
                await self._ended
            except OSError:
                pass
            self.opened.clear()
            pause = self._wait_seconds
            if pause is None:
                pause = _BACKOFF_SECONDS[min(self._failures, len(_BACKOFF_SECONDS) - 1)] * (0.5 + random.random())
                self._failures += 1
            self._wait_seconds = None
            await asyncio.sleep(pause)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._parser = httptools.HttpResponseParser(self)
        self._rest = b""
        after = f"&after={self.after}" if self.after else ""
        token = f"&token={self._token}" if self._token else ""
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        request = (
            f"GET /live/?topics={self.topics}{after}{token} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Accept: text/event-stream\r\n{cookie}\r\n"
        )
        self._transport.write(request.encode())  # type: ignore[union-attr]

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self._ended.done():
            self._ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._end()

    def on_body(self, data: bytes) -> None:
        if self._parser.get_status_code() != 200:
            self.refusal = data.decode(errors="replace")
            return self._end()
        frames = (self._rest + data).split(b"\n\n")
        self._rest = frames.pop()
        now = time.perf_counter()
        for frame in frames:
            self._take(frame, now)
        return None

    def on_message_complete(self) -> None:
        self._end()

    def _end(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _take(self, frame: bytes, now: float) -> None:
        event: Event = {}
        for line in frame.split(b"\n"):
            if line.startswith(b"id: "):
                self.after = line[4:].decode()
            elif line.startswith(b"data: "):
                event = orjson.loads(line[6:])
        kind = event.get("kind")
        if kind == "hello":
            self._failures = 0
            self.openings += 1
            self.opened.set()
        elif kind == "reconnect":
            self._wait_seconds = event["wait_ms"] / 1000
            self._end()
        elif kind == "reload":
            self.after = ""
            self._wait_seconds = 0.5
            self.reloads += 1
            self._end()
        elif kind and kind not in ("heartbeat", "refused"):
            self._deliver(event, now)

    def _deliver(self, event: Event, now: float) -> None:
        number = event.get("id")
        if number is not None:
            if number in self.known:
                self.repeats += 1
                return
            self.known.add(number)
        self._hear(event, now)
