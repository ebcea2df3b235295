"""Customers and agents who do over HTTP what the widget and the desk's scripts do."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

from harness.centre import Ticket
from harness.client import Answer, Event, Lost, Stream, Wire, Wires, loopback_address

WIDGET = "demo-shop"
PHRASES = (
    "净水器的滤芯多久换一次？", "订单什么时候发货，我下周要出差。", "机器有点漏水，师傅明天上午能来吗？",
    "发票抬头写错了，可以重开吗？", "How long does the filter last?",
    "会员积分怎么换礼品？", "我想改一下收货地址，谢谢。",
    "The pump is noisy at night, is that normal?",
)  # fmt: skip


class Refused(RuntimeError):
    """The centre said no where a benchmark needs a yes."""


@dataclass
class Customer:
    """A visitor of the shop with one conversation. `acknowledged` holds the client keys the centre said it has."""

    number: int
    wires: Wires | Wire
    token: str = ""
    conversation: int = 0
    topic: str = ""
    cursor: str = ""
    acknowledged: dict[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Visitor {self.token}"}

    async def visit(self) -> None:
        """Opens the widget."""
        body = {"widget": WIDGET, "language": "zh-hans", "page_url": "https://shop.example/", "page_title": "净水器"}
        self.token = (await self._post("/visits", body, wanted=200, headers={}))["token"]

    async def begin(self, text: str, *, key: str = "") -> str:
        """Asks the first question and waits; returns its client key."""
        key = key or str(uuid.uuid4())
        found = await self._post("/conversations", {"text": text, "client_key": key}, wanted=201)
        self.conversation, self.topic, self.cursor = found["id"], found["topic"], found["cursor"]
        self.acknowledged[key] = found["messages"][-1]["id"] if found["messages"] else 0
        return key

    async def say(self, text: str, *, key: str = "") -> int:
        """Says something; returns the message's id."""
        key = key or str(uuid.uuid4())
        found = await self._post(f"/conversations/{self.conversation}/messages", {"text": text, "client_key": key}, wanted=201)
        self.acknowledged[key] = found["id"]
        return int(found["id"])

    async def _post(self, path: str, body: dict[str, Any], *, wanted: int, headers: dict[str, str] | None = None) -> Any:
        answer = await self.wires.request(
            "POST", f"/api/v1/chat{path}", headers=self.headers if headers is None else headers, body=orjson.dumps(body)
        )
        if answer.status != wanted:
            raise Refused(f"{path}: {answer.status} {answer.body[:300].decode(errors='replace')}")
        return answer.json()


class Agent:
    """Somebody at a desk: a live stream, the presence control, offers that are accepted at once.

    `hear(agent, event, at)` gets every event of the stream.
    """

    def __init__(self, ticket: Ticket, *, port: int, live_port: int, hear: Callable[[Agent, Event, float], None]) -> None:
        self.ticket = ticket
        self.port = port
        self.wire = Wire(port, source=loopback_address(50_000 + ticket.id % 5_000))
        self._hear = hear
        self.stream = Stream(
            live_port, topics=f"desk,account:{ticket.id}", cookie=f"lingting_session={ticket.session}",
            hear=lambda event, at: self._hear(self, event, at),
        )  # fmt: skip

    async def sit_down(self) -> None:
        """Opens the stream and becomes ready for work."""
        self.stream.start()
        await asyncio.wait_for(self.stream.opened.wait(), 30)
        answer = await self.post("/routing/presence/", state="ready")
        if answer.status != 200:
            raise Refused(f"presence: {answer.status} {answer.body[:200].decode(errors='replace')}")

    async def accept(self, offer_id: int) -> bool:
        """Takes an offered conversation; False when it has gone to someone else. Raises `Refused` when the centre fails."""
        answer = await self.post(f"/routing/offers/{offer_id}/acceptance/")
        if answer.status >= 500:
            raise Refused(f"acceptance: {answer.status}")
        return answer.status == 204

    async def post(self, path: str, **fields: str) -> Answer:
        headers = {
            "Cookie": f"lingting_session={self.ticket.session}; csrftoken={self.ticket.csrf}",
            "X-CSRFToken": self.ticket.csrf, "HX-Request": "true", "Accept": "*/*",
        }  # fmt: skip
        kind = "application/x-www-form-urlencoded"
        return await self.wire.request("POST", path, headers=headers, body=urlencode(fields).encode(), kind=kind)

    async def get(self, path: str, *, part: bool = True) -> Answer:
        headers = {"Cookie": f"lingting_session={self.ticket.session}", "Accept": "text/html"}
        return await self.wire.request("GET", path, headers=headers | ({"HX-Request": "true"} if part else {}))

    async def leave(self) -> None:
        await self.stream.stop()
        self.wire.close()


async def each(people: list[Any], act: Callable[[Any], Any], *, at_once: int) -> None:
    """Lets all people do something, so many at a time; the first failure ends it."""
    gate = asyncio.Semaphore(at_once)

    async def one(person: Any) -> None:
        async with gate:
            await act(person)

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(one(person))


async def insist(act: Callable[[], Any], *, seconds: float) -> Any:
    """Does something again until it succeeds, as a patient script would; the last failure is raised after the time."""
    deadline = asyncio.get_running_loop().time() + seconds
    pause = 0.1
    while True:
        try:
            return await act()
        except (Lost, OSError, Refused):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(pause * (0.5 + random.random()))
            pause = min(2.0, pause * 1.7)


def sentences(seed: int) -> Iterator[str]:
    """Things customers say, for ever, the same for the same seed."""
    chance = random.Random(seed)
    while True:
        yield " ".join(chance.sample(PHRASES, chance.randint(1, 2)))
