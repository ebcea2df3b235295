"""Answers on their way from a thread to the event loop: in order, whole, and not piling up before a slow reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from lingting.config.answering import AHEAD, Pages

SCOPE = {
    "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": [], "root_path": "",
    "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
}  # fmt: skip


def page(parts: Callable[[], Iterable[bytes]]) -> Any:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return parts()

    return application


async def answered(application: Any, *, before_each: Callable[[], Any] = lambda: asyncio.sleep(0)) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        await before_each()
        heard.append(message)

    await Pages(application, workers=1)(SCOPE, receive, send)
    return heard


def test_a_short_answer_arrives_whole() -> None:
    heard = asyncio.run(answered(page(lambda: [b"one"])))
    assert [message["type"] for message in heard] == ["http.response.start", "http.response.body", "http.response.body"]
    assert heard[0]["status"] == 200
    assert [message.get("more_body", False) for message in heard[1:]] == [True, False]
    assert heard[1]["body"] == b"one"


def test_many_and_large_parts_keep_their_order() -> None:
    parts = [b"small", b"x" * 300_000, *(str(number).encode() for number in range(200)), b"y" * 300_000]
    heard = asyncio.run(answered(page(lambda: parts)))
    assert [message["body"] for message in heard[1:-1]] == parts


def test_a_slow_reader_holds_up_the_writer() -> None:
    written: list[int] = []
    taken: list[int] = []
    ahead: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(60):
            written.append(number)
            yield b"."

    async def slowly() -> None:
        await asyncio.sleep(0.005)
        taken.append(1)
        ahead.append(len(written) - len(taken))

    asyncio.run(answered(page(parts), before_each=slowly))
    assert len(written) == 60
    assert max(ahead) <= 10 + AHEAD, "the queue and what may go ahead of it"


def test_a_failing_page_fails_the_answer() -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(answered(application))
