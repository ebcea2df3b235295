"""A small HTTP client for many quiet talkers in one process: requests, cookies, streams. Standard library only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

REQUEST_SECONDS = 30.0
SILENCE_SECONDS = 45.0
TRIES = 6
_LONGEST_PAUSE_SECONDS = 8.0


class Unreachable(Exception):
    """Nothing answers at the address, or it went away in the middle."""


class Refused(Exception):
    """The server said no: `status`, and `code` where it is a problem document."""

    def __init__(self, status: int, *, code: str = "", detail: str = "") -> None:
        super().__init__(f"{status} {code} {detail}".strip())
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Site:
    """Where Lingting answers, seen by one browser: its cookies are kept here."""

    url: str
    agent: str = "Lingting demo traffic"
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self._host = parts.hostname or "127.0.0.1"
        self._is_secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._is_secure else 80)
        self._name = parts.netloc
        self.origin = f"{parts.scheme}://{parts.netloc}"

    async def get(self, target: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return await self._insist("GET", target, headers=headers or {}, body=b"")

    async def post_json(self, target: str, body: Any, *, headers: Mapping[str, str] | None = None) -> Answer:
        """A POST to the API that is safe to repeat: every try carries the same `Idempotency-Key`."""
        given = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()), **(headers or {})}
        return await self._insist("POST", target, headers=given, body=json.dumps(body).encode())

    async def post_file(self, target: str, *, name: str, kind: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        given = {"Content-Type": f"multipart/form-data; boundary={edge}", **headers}
        return await self._insist("POST", target, headers=given, body=body)

    async def post_form(self, target: str, values: Mapping[str, str]) -> Answer:
        """What a page's own script sends: cookies, the CSRF token, no full page wanted."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.cookies.get("csrftoken", ""),
            "HX-Request": "true", "X-Requested-With": "fetch", "Referer": self.origin + "/", "Origin": self.origin,
        }  # fmt: skip
        return await self._insist("POST", target, headers=headers, body=urlencode(values).encode())

    async def _insist(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Tries again while the server is away or asks for patience. Raises `Refused`, at the end `Unreachable`."""
        pause = 0.5
        for left in range(TRIES - 1, -1, -1):
            try:
                answer = await asyncio.wait_for(self._once(method, target, headers=headers, body=body), REQUEST_SECONDS)
            except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
                if not left:
                    raise Unreachable(str(error) or type(error).__name__) from error
                answer = None
            if answer is not None and answer.status not in {429, 502, 503, 504}:
                return _checked(answer)
            if answer is not None and not left:
                return _checked(answer)
            asked = answer.headers.get("retry-after", "") if answer else ""
            await asyncio.sleep(min(_LONGEST_PAUSE_SECONDS, float(asked) if asked.isdecimal() else pause))
            pause = min(_LONGEST_PAUSE_SECONDS, pause * 2)
        raise Unreachable(self.url)

    async def _once(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        async with self._asked(method, target, headers=headers, body=body) as (status, given, reader):
            length = given.get("content-length")
            if method == "HEAD" or status in {204, 304}:
                data = b""
            elif given.get("transfer-encoding") == "chunked":
                data = b"".join([piece async for piece in _chunks(reader)])
            else:
                data = await (reader.readexactly(int(length)) if length is not None else reader.read())
            return Answer(status, given, data)

    @contextlib.asynccontextmanager
    async def _asked(
        self, method: str, target: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> AsyncIterator[tuple[int, dict[str, str], asyncio.StreamReader]]:
        """Sends a request on a connection of its own and reads the head of the answer."""
        tls = ssl.create_default_context() if self._is_secure else None
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=tls, limit=4 * 1024 * 1024)
        try:
            lines = [f"{method} {target} HTTP/1.1", f"Host: {self._name}", "Connection: close", f"User-Agent: {self.agent}"]
            if self.cookies:
                lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
            if method == "POST":
                lines.append(f"Content-Length: {len(body)}")
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            yield int(head[0].split()[1]), self._read_head(head[1:]), reader
        finally:
            writer.close()

    def _read_head(self, lines: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                continue
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value.strip()).values():
                    self.cookies[morsel.key] = morsel.value
            found[name.lower()] = value.strip()
        return found

    async def lines(self, target: str, *, headers: Mapping[str, str]) -> AsyncIterator[str]:
        """The lines of an answer that does not end. Raises `Refused`, or `Unreachable` when it ends or falls silent."""
        try:
            async with self._asked("GET", target, headers=headers) as (status, given, reader):
                if status != 200:
                    raise Refused(status)
                rest = b""
                pieces = _chunks(reader) if given.get("transfer-encoding") == "chunked" else _pieces(reader)
                while True:
                    piece = await asyncio.wait_for(anext(pieces), SILENCE_SECONDS)
                    *whole, rest = (rest + piece).split(b"\n")
                    for line in whole:
                        yield line.decode("utf-8", "replace").rstrip("\r")
        except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError, StopAsyncIteration, ValueError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error


def _checked(answer: Answer) -> Answer:
    if answer.status < 400:
        return answer
    code = detail = ""
    if "json" in answer.headers.get("content-type", ""):
        with contextlib.suppress(ValueError):
            told = answer.json()
            code, detail = str(told.get("code", "")), str(told.get("detail", ""))
    raise Refused(answer.status, code=code, detail=detail)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readline()).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while piece := await reader.read(65536):
        yield piece
