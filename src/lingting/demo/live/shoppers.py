"""A customer of the demo shop: opens the chat, asks, waits, talks, rates; by the public chat API and live stream only."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import jwt

from lingting.demo.content.records import Customer, Dialogue, Language, Speaker
from lingting.demo.live import script
from lingting.demo.live.connection import Refused, Site
from lingting.demo.live.listening import hear
from lingting.demo.live.tally import Tally

API = "/api/v1/chat"
ANSWER_LIMIT_SECONDS = 100.0
CLOSING_LIMIT_SECONDS = 45.0
CONTACT_SHARE = 0.4
RATING_SHARE = 0.6
RATE_AFTER_SECONDS = 4.0


class Shopper:
    """One visit, from opening the chat to rating it. Pauses are those of the dialogue divided by `pace`."""

    def __init__(
        self, *, site: Site, widget: str, secret: str, dialogue: Dialogue, customer: Customer | None, pace: float,
        rng: random.Random, tally: Tally,
    ) -> None:  # fmt: skip
        self._site, self._widget, self._secret = site, widget, secret
        self._dialogue, self._customer, self._pace, self._rng, self._tally = dialogue, customer, pace, rng, tally
        self._lines = script.lines_of(dialogue, speaker=Speaker.CUSTOMER)
        self._headers: dict[str, str] = {}
        self._id = 0
        self._state = "waiting"
        self._may_leave_contact = False
        self._last_id = 0
        self._theirs = self._heard_before = 0
        self._stirred = asyncio.Event()
        self._values = {"order.number": f"HY{rng.randrange(10**8):08d}", "customer.phone": "1380000****", "customer.city": "成都"}

    async def live(self) -> None:
        """The whole visit. Raises `Refused` and `Unreachable` only for what nobody would expect."""
        visit = await self._visit()
        await self._pause(self._lines[0].pause_seconds + 3)
        queues = {each["key"]: each["is_open"] for each in visit["widget"]["queues"]}
        if not queues.get(self._dialogue.queue):
            await self._leave_message()
            return
        try:
            await self._begin()
        except Refused as refused:
            if refused.code != "closed":
                raise
            await self._leave_message()
            return
        listening = asyncio.create_task(self._listen(visit["token"]))
        try:
            await self._talk()
            await self._rate()
        finally:
            listening.cancel()
            self._tally.waiting.discard(self._id)
            self._tally.talking.discard(self._id)
            self._tally.plays.pop(self._id, None)

    async def leave(self) -> None:
        """Closes the page for good: ends what still runs."""
        if self._id and self._state != "ended":
            await self._post(f"/conversations/{self._id}/end", {})
            self._state = "ended"

    async def _visit(self) -> dict[str, Any]:
        visit: dict[str, Any] = await self._post("/visits", self._hello())
        self._headers = {"Authorization": f"Visitor {visit['token']}"}
        self._values["customer.name"] = visit["customer_name"]
        if visit["conversation"]:
            await self._post(f"/conversations/{visit['conversation']['id']}/end", {})
        self._tally.add("visits")
        return visit

    def _hello(self) -> dict[str, Any]:
        identity = ""
        if self._customer is not None and self._secret:
            claims = {"sub": f"demo-{self._customer.key}", "name": self._customer.name, "exp": int(time.time()) + 3600}
            identity = jwt.encode(claims, self._secret, algorithm="HS256")
        language = "en" if self._dialogue.language is Language.ENGLISH else "zh-hans"
        return {"widget": self._widget, "identity": identity, "language": language,
                "page_url": f"{self._site.origin}/demo/shop/", "page_title": self._dialogue.subject}  # fmt: skip

    async def _begin(self) -> None:
        first = self._lines[0]
        body = {"queue": self._dialogue.queue, "text": self._filled(first.text), "client_key": str(uuid.uuid4())}
        begun = await self._post("/conversations", body)
        self._id = begun["id"]
        self._tally.plays[self._id] = self._dialogue
        self._tally.waiting.add(self._id)
        self._tally.add("messages")
        await self._take_in(begun)

    async def _leave_message(self) -> None:
        contact = script.contact_of(self._rng, customer=self._customer, language=self._dialogue.language)
        words = self._filled(script.first_words(self._lines))
        body = {**contact, "queue": self._dialogue.queue, "text": words, "client_key": str(uuid.uuid4())}
        await self._post("/left-messages", body)
        self._tally.add("messages left")

    async def _listen(self, token: str) -> None:
        async for event in hear(self._site, topics=f"chat:{self._id}", rng=self._rng, token=token):
            if event.kind not in {"AgentTyping", "MessagesRead"}:
                self._stirred.set()

    async def _talk(self) -> None:
        """Waits for a person, says every line in its turn, then waits to be said goodbye to."""
        if not await self._wait_for_person():
            return
        asked = 0
        for line in self._lines[1:]:
            if line.after_theirs > asked:
                await self._hear_answer(line.after_theirs)
                asked = line.after_theirs
            if self._state == "ended" or (self._state == "waiting" and not await self._wait_for_person()):
                return
            await self._say(line)
        if await self._until(lambda: self._state == "ended", seconds=CLOSING_LIMIT_SECONDS):
            return
        await self.leave()

    async def _wait_for_person(self) -> bool:
        """Whether somebody took the conversation before patience ran out; leaves the queue otherwise."""
        limit = script.patience_seconds(self._rng, queue=self._dialogue.queue)
        if await self._until(lambda: self._state != "waiting", seconds=limit, is_paced=False):
            return self._state == "talking"
        if self._may_leave_contact and self._rng.random() < CONTACT_SHARE:
            contact = script.contact_of(self._rng, customer=self._customer, language=self._dialogue.language)
            await self._post(f"/conversations/{self._id}/contact", {**contact, "client_key": str(uuid.uuid4())})
            self._tally.add("messages left")
        else:
            await self.leave()
            self._tally.add("abandoned")
        self._state = "ended"
        return False

    async def _hear_answer(self, wanted: int) -> None:
        """Waits until the script's answers are there; of somebody who answers freely, one answer and a pause will do."""
        heard = lambda least: lambda: self._theirs >= least or self._state != "talking"  # noqa: E731
        if not await self._until(heard(wanted), seconds=ANSWER_LIMIT_SECONDS) and self._theirs <= self._heard_before:
            await self._until(heard(self._heard_before + 1), seconds=ANSWER_LIMIT_SECONDS)

    async def _say(self, line: script.Line) -> None:
        await self._type(line.pause_seconds)
        if self._state == "ended":
            return
        body: dict[str, Any] = {"text": self._filled(line.text), "client_key": str(uuid.uuid4())}
        if line.is_picture:
            body["files"] = [await self._upload()]
        elif not body["text"]:
            return
        try:
            await self._post(f"/conversations/{self._id}/messages", body)
        except Refused as refused:
            if refused.status not in {404, 409}:
                raise
            self._state = "ended"
            return
        self._heard_before = self._theirs
        self._tally.add("messages")

    async def _upload(self) -> str:
        data = script.picture(self._rng)
        answer = await self._site.post_file(f"{API}/files", name="photo.png", kind="image/png", data=data, headers=self._headers)
        return str(answer.json()["id"])

    async def _type(self, seconds: float) -> None:
        """The pause before a line, the last part of it visibly typing."""
        await self._pause(seconds * 0.6)
        if self._state != "ended":
            with contextlib.suppress(Refused):
                await self._post(f"/conversations/{self._id}/typing", {})
        await self._pause(seconds * 0.4)

    async def _rate(self) -> None:
        if not self._dialogue.rating or self._rng.random() > RATING_SHARE or not self._theirs:
            return
        await self._pause(RATE_AFTER_SECONDS)
        answers = {"score": self._dialogue.rating, "comment": self._dialogue.comment, "solved": self._dialogue.rating >= 4}
        try:
            await self._post(f"/conversations/{self._id}/rating", {"answers": answers})
        except Refused as refused:
            if refused.status != 409:
                raise
            return
        self._tally.rate(self._dialogue.rating)

    async def _until(self, is_so: Any, *, seconds: float, is_paced: bool = True) -> bool:
        """Reads the conversation anew whenever something stirs, until a condition holds; False after the time."""
        limit = time.monotonic() + (seconds / self._pace if is_paced else seconds)
        while not is_so():
            left = limit - time.monotonic()
            if left <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), min(left, 10.0))
            self._stirred.clear()
            await self._read()
        return True

    async def _read(self) -> None:
        answer = await self._site.get(f"{API}/conversations/{self._id}?after={self._last_id}", headers=self._headers)
        await self._take_in(answer.json())

    async def _take_in(self, told: dict[str, Any]) -> None:
        standing = told["standing"]
        self._state, self._may_leave_contact = standing["state"], standing["may_leave_contact"]
        for group, is_in in ((self._tally.waiting, self._state == "waiting"), (self._tally.talking, self._state == "talking")):
            (group.add if is_in else group.discard)(self._id)
        fresh = [each for each in told["messages"] if each["id"] > self._last_id]
        if not fresh:
            return
        self._last_id = max(each["id"] for each in fresh)
        said = sum(1 for each in fresh if each["kind"] == "agent")
        self._theirs += said
        if said:
            await self._post(f"/conversations/{self._id}/reads", {"up_to": self._last_id})

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        return (await self._site.post_json(API + path, body, headers=self._headers)).json()

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._rng.uniform(0.7, 1.2) / self._pace)

    def _filled(self, text: str) -> str:
        return script.filled(text, self._values)


def now_utc() -> datetime:
    """The moment; the programs of this package are entry points and own the clock."""
    return datetime.now(UTC)
