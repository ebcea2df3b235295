"""An agent of the demo centre: signs in on the page, listens, takes what is offered, answers, closes, takes breaks."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time

from lingting.demo.live.connection import Refused, Site, Unreachable
from lingting.demo.live.listening import Heard, hear
from lingting.demo.live.talks import Talk
from lingting.demo.live.tally import Tally

OFFER_LOOK_SECONDS = (2.0, 6.0)
SHIFT_SECONDS = (240.0, 600.0)
BREAK_SECONDS = (40.0, 90.0)
RESPECT_SECONDS = 120.0
STRANGER_WAIT_SECONDS = 30.0
_ACCOUNT = re.compile(r'data-live-topics="account:(\d+)"')
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CASE = re.compile(r"/cases/(\d+)/")
_REASON = re.compile(r'name="state" value="([a-z0-9-]+)"')


class Agent:
    """One person at a desk. Everything it does is a request that the desk's own page would send."""

    def __init__(
        self, *, site: Site, login: str, name: str, password: str, pace: float, rng: random.Random, tally: Tally
    ) -> None:
        self._site, self._login, self._name, self._password = site, login, name, password
        self._pace, self._rng, self._tally = pace, rng, tally
        self._account_id = 0
        self._talks: dict[int, Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        """Signs in, is ready, takes work; comes back after restarts; goes on until cancelled."""
        while True:
            try:
                await self._sign_in()
                self._spawn(self._take_breaks())
                async for event in hear(self._site, topics=f"account:{self._account_id}", rng=self._rng):
                    await self._notice(event)
            except (Refused, Unreachable) as error:
                self._tally.trouble(self._name, error)
            self._drop_everything()
            self._tally.agents.pop(self._login, None)
            await asyncio.sleep(self._rng.uniform(3, 6))

    async def leave(self) -> None:
        """Closes what is in hand, goes off duty and signs out."""
        talks = list(self._talks.values())
        self._drop_everything()
        for talk in talks:
            with contextlib.suppress(Refused, Unreachable):
                await talk.close()
        if self._account_id:
            with contextlib.suppress(Refused, Unreachable):
                await self._set_presence("offline")
                await self._site.post_form("/sign-out/", {})
        self._tally.agents.pop(self._login, None)

    async def _sign_in(self) -> None:
        self._site.cookies.clear()
        page = await self._site.get("/sign-in/")
        token = _CSRF.search(page.text)
        given = {"login": self._login, "password": self._password, "csrfmiddlewaretoken": token[1] if token else ""}
        answer = await self._site.post_form("/sign-in/", given)
        if answer.status != 302:
            raise Refused(answer.status, code="not_signed_in")
        home = await self._site.get("/desk/mine/")
        found = _ACCOUNT.search(home.text)
        if found is None:
            raise Refused(home.status, code="no_desk", detail="the desk's page names no account")
        self._account_id = int(found[1])

    async def _set_presence(self, state: str) -> None:
        await self._site.post_form("/routing/presence/", {"state": state})
        self._tally.agents[self._login] = "ready" if state == "ready" else "away"

    async def _notice(self, event: Heard) -> None:
        """What the page would react to."""
        data = event.data
        if event.kind in {"hello", "reload"}:
            await self._look_around()
        elif event.kind == "OfferMade":
            self._spawn(self._consider(data["offer_id"], conversation_id=data["conversation_id"]))
        elif event.kind == "PresenceChanged" and data.get("cause") != "self":
            self._spawn(self._come_back(cause=str(data.get("cause"))))
        elif event.kind == "AssignmentEnded" and data["case_id"] in self._talks:
            self._talks[data["case_id"]].lose(is_over=str(data.get("end_reason", "")).startswith("by_"))
        elif data.get("case_id") in self._talks:
            self._talks[data["case_id"]].stir()

    async def _look_around(self) -> None:
        """After (re)connecting: ready unless on a break, and whatever was offered meanwhile."""
        if self._tally.agents.get(self._login) != "away":
            await self._set_presence("ready")
        page = await self._site.get("/routing/offers/")
        for found in re.finditer(r'data-offer="(\d+)"', page.text):
            self._spawn(self._consider(int(found[1]), conversation_id=0))
        for talk in self._talks.values():
            talk.stir()

    async def _consider(self, offer_id: int, *, conversation_id: int) -> None:
        """Reads the card for a moment, then accepts, or passes a stranger on."""
        await asyncio.sleep(self._rng.uniform(*OFFER_LOOK_SECONDS))
        if conversation_id and self._leaves_to_people(conversation_id):
            with contextlib.suppress(Refused):
                await self._site.post_form(f"/routing/offers/{offer_id}/refusal/", {})
            return
        try:
            answer = await self._site.post_form(f"/routing/offers/{offer_id}/acceptance/", {})
        except Refused:
            return  # Somebody else has it, the customer left, or the time was up.
        found = _CASE.search(answer.headers.get("hx-redirect", ""))
        if found is None:
            return
        self._tally.add("answered")
        case_id = int(found[1])
        talk = Talk(site=self._site, case_id=case_id, agent=self._name, pace=self._pace, rng=self._rng, tally=self._tally)
        self._talks[case_id] = talk
        try:
            await talk.hold()
        finally:
            if self._talks.get(case_id) is talk:
                del self._talks[case_id]

    def _leaves_to_people(self, conversation_id: int) -> bool:
        """Whether a customer who is not of this program is left to people of flesh and blood a little longer."""
        if conversation_id in self._tally.plays:
            return False
        first = self._tally.strangers.setdefault(conversation_id, time.monotonic())
        return time.monotonic() - first < STRANGER_WAIT_SECONDS

    async def _take_breaks(self) -> None:
        """A short break now and then, when nothing is in hand."""
        while True:
            await asyncio.sleep(self._rng.uniform(*SHIFT_SECONDS))
            while self._talks:
                await asyncio.sleep(1)
            page = await self._site.get("/routing/presence/")
            reasons = [reason for reason in _REASON.findall(page.text) if reason not in {"ready", "offline"}]
            if not reasons:
                continue
            await self._set_presence(reasons[0])
            await asyncio.sleep(self._rng.uniform(*BREAK_SECONDS))
            await self._set_presence("ready")

    async def _come_back(self, *, cause: str) -> None:
        """Set away by the system: back soon. Set away by a supervisor: that is respected for a while."""
        await asyncio.sleep(RESPECT_SECONDS if cause == "supervisor" else self._rng.uniform(4, 8))
        await self._set_presence("ready")

    def _spawn(self, work: object) -> None:
        task = asyncio.create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, work: object) -> None:
        try:
            await work  # type: ignore[misc]
        except (Refused, Unreachable) as error:
            self._tally.trouble(self._name, error)

    def _drop_everything(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        self._talks.clear()
