"""The native road takes only what is plain and right; everything else comes down the ordinary road untouched."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from lingting.platform.rest import together
from lingting.platform.rest.together import Call, Done, TogetherApplication, answers_together

PLAIN = {b"host": b"one.example", b"authorization": b"Visitor x", b"content-type": b"application/json"}


class Ordinary:
    """Stands in for Django: answers 201 with headers of its own, and remembers the bodies it was given."""

    def __init__(self, status: int = 201) -> None:
        self.bodies: list[bytes] = []
        self.status = status

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])
        headers = [(b"X-House", b"lingting"), (b"Content-Length", b"4"), (b"X-Request-ID", b"ordinary-one")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b'"o"\n', "more_body": False})


Answer = tuple[int, dict[bytes, bytes], bytes]


async def ask(site: Any, path: str = "/things/7", *, body: bytes = b"{}", method: str = "POST", **headers: bytes) -> Answer:
    given = PLAIN | {b"content-length": str(len(body)).encode()}
    given |= {name.replace("_", "-").encode(): value for name, value in headers.items()}
    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "headers": list(given.items()), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []
    parts = [body[:1], body[1:]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await site(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


@pytest.fixture
def lay() -> Iterator[Callable[..., TogetherApplication]]:
    roads = together._roads[:]
    together._roads.clear()

    def make(ordinary: Ordinary, answer: Callable[[Sequence[Call]], Sequence[Done | None]]) -> TogetherApplication:
        answers_together(r"/things/([0-9]+)", answer=answer)
        return TogetherApplication(ordinary)

    yield make
    together._roads[:] = roads


def echo(calls: Sequence[Call]) -> list[Done | None]:
    return [Done(201, call.values[0].encode() + call.body) for call in calls]


def test_the_first_answer_is_ordinary_and_lends_its_headers_to_the_next(lay: Any) -> None:
    ordinary = Ordinary()
    site = lay(ordinary, echo)

    async def talk() -> list[Answer]:
        return [await ask(site, body=b"first"), await ask(site, body=b"second", x_request_id=b"given-by-proxy")]

    first, second = asyncio.run(talk())
    assert first == (201, {b"X-House": b"lingting", b"Content-Length": b"4", b"X-Request-ID": b"ordinary-one"}, b'"o"\n')
    assert second == (201, {b"X-House": b"lingting", b"content-length": b"7", b"x-request-id": b"given-by-proxy"}, b"7second")
    assert ordinary.bodies == [b"first"]


def test_what_arrives_meanwhile_is_answered_together(lay: Any) -> None:
    sizes: list[int] = []
    may_go = threading.Event()

    def slow(calls: Sequence[Call]) -> list[Done | None]:
        sizes.append(len(calls))
        may_go.wait(10)
        return echo(calls)

    site = lay(Ordinary(), slow)

    async def talk() -> list[Answer]:
        await ask(site)
        asked = [asyncio.create_task(ask(site, f"/things/{number}")) for number in range(40)]
        while not sizes:
            await asyncio.sleep(0.01)
        may_go.set()
        return list(await asyncio.gather(*asked))

    answers = asyncio.run(talk())
    assert [body for _status, _headers, body in answers] == [b"%d{}" % number for number in range(40)]
    assert sum(sizes) == 40
    assert len(sizes) < 40


@pytest.mark.parametrize(
    "asked",
    [
        {"idempotency_key": b"k" * 20}, {"cookie": b"a=b"}, {"content_type": b"text/plain"}, {"content_length": b"99999999"},
        {"path": "/things/7/parts"}, {"path": "/other"}, {"host": b"two.example"}, {"accept_language": b"en"},
    ],
)  # fmt: skip
def test_whatever_is_not_plain_takes_the_ordinary_road(lay: Any, asked: dict[str, Any]) -> None:
    ordinary = Ordinary()
    site = lay(ordinary, echo)

    async def talk() -> Answer:
        await ask(site)
        return await ask(site, body=b"special", **asked)

    _status, _headers, body = asyncio.run(talk())
    assert body == b'"o"\n'
    assert len(ordinary.bodies) == 2


def test_what_the_answer_leaves_alone_comes_whole_to_the_ordinary_road(lay: Any) -> None:
    ordinary = Ordinary()
    site = lay(ordinary, lambda calls: [None if call.body == b"bad" else Done(201, b"good") for call in calls])

    async def talk() -> list[Answer]:
        await ask(site)
        return list(await asyncio.gather(ask(site, body=b"fine"), ask(site, body=b"bad"), ask(site, body=b"fine")))

    answers = asyncio.run(talk())
    assert [body for _status, _headers, body in answers] == [b"good", b'"o"\n', b"good"]
    assert ordinary.bodies[1:] == [b"bad"]


def test_a_failure_sends_every_call_its_own_ordinary_way(lay: Any) -> None:
    def fail(calls: Sequence[Call]) -> list[Done | None]:
        raise RuntimeError("no")

    ordinary = Ordinary()
    site = lay(ordinary, fail)

    async def talk() -> list[Answer]:
        await ask(site)
        return list(await asyncio.gather(*(ask(site, body=b"%d" % number) for number in range(3))))

    assert [body for _status, _headers, body in asyncio.run(talk())] == [b'"o"\n'] * 3
    assert sorted(ordinary.bodies[1:]) == [b"0", b"1", b"2"]


def test_a_refusal_teaches_no_headers(lay: Any) -> None:
    ordinary = Ordinary(status=409)
    site = lay(ordinary, echo)

    async def talk() -> list[Answer]:
        return [await ask(site), await ask(site)]

    assert [status for status, _headers, _body in asyncio.run(talk())] == [409, 409]
    assert len(ordinary.bodies) == 2
