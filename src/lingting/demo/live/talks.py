"""One conversation in an agent's hands: reads it as the desk does, answers by the script, closes it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
import uuid

from lingting.demo.content.records import Dialogue, Speaker
from lingting.demo.live import script
from lingting.demo.live.connection import Refused, Site
from lingting.demo.live.tally import Tally

SILENCE_LIMIT_SECONDS = 150.0
GOODBYE_SECONDS = (5.0, 14.0)
TYPING_EVERY_SECONDS = 3.0
_MESSAGE = re.compile(r'class="desk-message ([^"]*)" id="message-(\d+)"')
_ANY_MESSAGE = re.compile(r'id="message-(\d+)"')
_CONVERSATION = re.compile(r"/routing/conversations/(\d+)/")
_STRANGER = {
    "zh-hans": (
        "您好，我是{agent}。这里是聆听的演示中心，我只会照着写好的稿子聊天。"
        "想亲手接待？用 linxiao 登录工作台，切换为“就绪”，再从商店问一次。",
        "收到。演示里的同事答不了稿子以外的问题，真实的回答要由您在工作台里写。",
    ),
    "en": (
        "Hello, this is {agent}. You are in Lingting's demo centre and I only know the lines that were written for me. "
        "To answer as a person, sign in as linxiao, become ready, and ask again from the shop.",
        "Thank you. The people of the demo cannot answer beyond their lines; a real answer is yours to write at the desk.",
    ),
}


class Talk:
    """What an agent has in hand. Live events only stir it; what was said is read from the desk."""

    def __init__(self, *, site: Site, case_id: int, agent: str, pace: float, rng: random.Random, tally: Tally) -> None:
        self._site, self._case_id, self._agent = site, case_id, agent
        self._pace, self._rng, self._tally = pace, rng, tally
        self._values = {"agent.name": agent, "case.number": f"#{case_id}"}
        self._stirred = asyncio.Event()
        self._last_id = 0
        self._heard = 0
        self._is_lost = self._is_over = False

    def stir(self) -> None:
        """Something happened to it."""
        self._stirred.set()

    def lose(self, *, is_over: bool) -> None:
        """It ended, or somebody else has it now."""
        self._is_over = self._is_over or is_over
        self._is_lost = self._is_lost or not is_over
        self._stirred.set()

    async def hold(self) -> None:
        """From opening the case to closing it."""
        page = await self._site.get(f"/desk/cases/{self._case_id}/")
        self._take_in(page.text)
        found = _CONVERSATION.search(page.text)
        dialogue = self._tally.plays.get(int(found[1])) if found else None
        try:
            await (self._play(dialogue) if dialogue else self._excuse(is_english="· English" in page.text))
            if not self._is_lost:
                await self.close()
        except Refused as refused:
            if refused.status not in {403, 404, 409}:
                raise  # Closed or taken by somebody else in the same moment is part of life.

    async def close(self) -> None:
        await self._post("closure", {})
        self._tally.add("closed")

    async def _play(self, dialogue: Dialogue) -> None:
        for line in script.lines_of(dialogue, speaker=Speaker.AGENT):
            if not await self._until_heard(line.after_theirs):
                break
            await self._type(line.pause_seconds)
            if self._is_lost or self._is_over:
                break
            await self._say(script.filled(line.text, self._values))
        wanted = len(script.lines_of(dialogue, speaker=Speaker.CUSTOMER))
        if await self._until_heard(wanted):
            await self._pause(self._rng.uniform(*GOODBYE_SECONDS))

    async def _excuse(self, *, is_english: bool) -> None:
        """Somebody who is not of this program: says honestly what this is, until they fall silent."""
        first, later = _STRANGER["en" if is_english else "zh-hans"]
        answered = 0
        while not (self._is_lost or self._is_over):
            if self._heard > answered:
                await self._type(6)
                await self._say((later if answered else first).format(agent=self._agent))
                answered = self._heard
            if not await self._until_heard(answered + 1):
                return

    async def _until_heard(self, count: int) -> bool:
        """Whether the customer has said so much; False when the talk is over, lost, or silent for too long."""
        limit = time.monotonic() + SILENCE_LIMIT_SECONDS / self._pace
        while self._heard < count and not (self._is_lost or self._is_over):
            left = limit - time.monotonic()
            if left <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), min(left, 15.0))
            self._stirred.clear()
            page = await self._site.get(f"/desk/cases/{self._case_id}/messages/?after={self._last_id}")
            self._take_in(page.text)
            await self._note_read()
        return not (self._is_lost or self._is_over)

    def _take_in(self, html: str) -> None:
        for kind, number in _MESSAGE.findall(html):
            if int(number) > self._last_id and "is-customer" in kind:
                self._heard += 1
        self._last_id = max([self._last_id, *(int(number) for number in _ANY_MESSAGE.findall(html))])

    async def _note_read(self) -> None:
        if self._last_id:
            await self._post("reading", {"up_to": str(self._last_id)})

    async def _type(self, seconds: float) -> None:
        """The time an answer takes, with the signals of somebody typing."""
        until = time.monotonic() + seconds * self._rng.uniform(0.7, 1.2) / self._pace
        while (left := until - time.monotonic()) > 0 and not (self._is_lost or self._is_over):
            await self._post("signals", {"kind": "typing", "mode": "reply"})
            await asyncio.sleep(min(left, TYPING_EVERY_SECONDS))

    async def _say(self, text: str) -> None:
        await self._post("saying", {"mode": "reply", "text": text, "client_key": str(uuid.uuid4())})
        self._tally.add("messages")

    async def _post(self, act: str, values: dict[str, str]) -> None:
        await self._site.post_form(f"/desk/cases/{self._case_id}/{act}/", values)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._pace)
