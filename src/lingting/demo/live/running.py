"""The whole of it: customers who come at a rate, agents who sign in one after the other, one calm line now and then."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Coroutine
from typing import Any

from lingting.demo.laying.floor import WIDGET_KEY
from lingting.demo.live import script
from lingting.demo.live.agents import Agent
from lingting.demo.live.connection import Refused, Site, Unreachable
from lingting.demo.live.shoppers import API, Shopper, now_utc
from lingting.demo.live.tally import Tally
from lingting.demo.world import PASSWORD
from lingting.platform.refusals import Refusal

AGENTS = 10
MOST_CUSTOMERS = 60
STATUS_SECONDS = 15.0
SIGN_IN_GAP_SECONDS = 1.5
HOURS_SECONDS = 60.0
CLOSED_SHARE = 0.06
LEAVING_SECONDS = 12.0
PATIENCE_SECONDS = 60.0


class NoCentre(Refusal):
    """There is no demo centre at the address."""


class BadRate(Refusal):
    """Rate or pace is no sensible number."""


def run_live(
    *, url: str, rate: float, seed: int, pace: float = 2.0, everyone: bool = False, secret: str = "", seconds: float = 0.0
) -> Tally:
    """Lets a demo centre live until Ctrl-C (or for `seconds`), through its public interfaces only.

    `rate`: new customers a minute. `pace`: how much faster than people they talk. `everyone`: the newcomer works too.
    `secret`: the shop's key for naming its signed-in customers; without it everybody is a guest.
    Raises `NoCentre` and `BadRate`.
    """
    if not (0 < rate <= 600 and 0.2 <= pace <= 50):
        raise BadRate("Give --rate as 0.1 to 600 customers a minute, and --pace as 0.2 to 50 times the speed of people.")
    traffic = _Traffic(url=url, rate=rate, seed=seed, pace=pace, everyone=everyone, secret=secret)
    asyncio.run(traffic.run(seconds=seconds))
    return traffic.tally


class _Traffic:
    def __init__(self, *, url: str, rate: float, seed: int, pace: float, everyone: bool, secret: str) -> None:
        self._url, self._rate, self._pace, self._everyone, self._secret = url.rstrip("/"), rate, pace, everyone, secret
        self._rng = random.Random(seed)
        self.tally = Tally()
        self._open: set[str] = set()
        self._closed: set[str] = set()
        self._shoppers: dict[asyncio.Task[None], Shopper] = {}
        self._busy: dict[Shopper, str] = {}
        self._agents: list[Agent] = []

    async def run(self, *, seconds: float) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(number, stop.set)
        await self._learn_hours()
        work = (self._sign_in_agents(), self._let_customers_come(), self._watch_hours(), self._say_lines())
        jobs = [asyncio.create_task(each) for each in work]
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds or None)
        finally:
            print("Everybody says goodbye …", flush=True)
            await self._all_leave(jobs)
            print(self.tally.line(at=now_utc().astimezone()), flush=True)

    async def _learn_hours(self) -> None:
        """Which queues the shop's chat offers, open and closed. Waits a minute for the server to be up. Raises `NoCentre`."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                told = (await Site(self._url).get(f"{API}/widgets/{WIDGET_KEY}")).json()
                break
            except Unreachable as error:
                if time.monotonic() > limit:
                    raise NoCentre(f"Nothing answers at {self._url}. Start Lingting there first, with: make run") from error
            except (Refused, ValueError) as error:
                raise NoCentre(f"{self._url} has no demo shop: start a demo centre there, or name another --url.") from error
        self._open = {each["key"] for each in told["queues"] if each["is_open"]}
        self._closed = {each["key"] for each in told["queues"]} - self._open

    async def _watch_hours(self) -> None:
        while True:
            await asyncio.sleep(HOURS_SECONDS)
            with contextlib.suppress(Refusal):
                await self._learn_hours()

    async def _sign_in_agents(self) -> None:
        """About ten people, the busy open queues first, one after the other."""
        weights = {queue: (load if queue in self._open else 0.05) for queue, load in script.load_at(now_utc()).items()}
        people = script.choose_agents(count=AGENTS, weights=weights, everyone=self._everyone)
        running = []
        for person in people:
            agent = Agent(
                site=Site(self._url), login=person.login, name=person.name, password=PASSWORD, pace=self._pace,
                rng=self._derived(), tally=self.tally,
            )  # fmt: skip
            self._agents.append(agent)
            running.append(asyncio.create_task(self._guarded(person.name, agent.work())))
            await asyncio.sleep(SIGN_IN_GAP_SECONDS)
        await asyncio.gather(*running)

    async def _let_customers_come(self) -> None:
        """One after the other, at random moments that make the rate on average."""
        while True:
            await asyncio.sleep(self._rng.expovariate(self._rate / 60))
            if len(self._shoppers) < MOST_CUSTOMERS and (self._open or self._closed):
                self._admit()

    def _admit(self) -> None:
        after_hours = self._closed and (not self._open or self._rng.random() < CLOSED_SHARE)
        queues = self._closed if after_hours else self._open
        dialogue = script.choose_dialogue(self._rng, at=now_utc(), queues=queues)
        customer = script.choose_customer(self._rng, dialogue=dialogue, busy=set(self._busy.values()))
        shopper = Shopper(
            site=Site(self._url), widget=WIDGET_KEY, secret=self._secret, dialogue=dialogue, customer=customer, pace=self._pace,
            rng=self._derived(), tally=self.tally,
        )  # fmt: skip
        if customer is not None:
            self._busy[shopper] = customer.key
        task = asyncio.create_task(self._guarded(f"A customer ({dialogue.key})", shopper.live()))
        self._shoppers[task] = shopper
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._busy.pop(self._shoppers.pop(task), None)

    async def _say_lines(self) -> None:
        where, hours = f"{self._url}/demo/shop/", ", ".join(sorted(self._open)) or "none"
        print(f"Customers come at {self._rate:g} a minute to {where} (open: {hours}). Ctrl-C ends it.", flush=True)
        while True:
            await asyncio.sleep(STATUS_SECONDS)
            print(self.tally.line(at=now_utc().astimezone()), flush=True)

    async def _guarded(self, who: str, work: Coroutine[Any, Any, None]) -> None:
        """The entry point of each task: whatever goes wrong with one is told and does not touch the others."""
        try:
            await work
        except Exception as error:  # noqa: BLE001
            self.tally.trouble(who, error)

    async def _all_leave(self, jobs: list[asyncio.Task[None]]) -> None:
        """Customers end what they began, then agents close, go off duty and sign out; all within seconds."""
        shoppers = dict(self._shoppers)
        for task in [*jobs, *shoppers]:
            task.cancel()
        await asyncio.gather(*jobs, *shoppers, return_exceptions=True)
        for leaving in ([each.leave() for each in shoppers.values()], [each.leave() for each in self._agents]):
            work = asyncio.gather(*leaving, return_exceptions=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(work, LEAVING_SECONDS)

    def _derived(self) -> random.Random:
        """A stream of chance of one's own, so that the order of answers changes nobody else's script."""
        return random.Random(self._rng.getrandbits(64))
