"""Between the connections and the table: what waits to be stored goes into one commit, whoever handed it over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import Error as DatabaseFailure
from django.db import connection
from django.utils import timezone

from lingting.service.channels.email.services.intake import Handed, Taken, mailbox_for, mailboxes_in_use, store_mails

MOST_AT_ONCE = 64
MOST_BYTES = 32 * 1024 * 1024
GATHERING_SECONDS = 0.002
FRESH_SECONDS = 1.0
STORED = "250 2.0.0 Stored"
LATER = "451 4.3.0 Try again later"
UNKNOWN = -1
_log = logging.getLogger(__name__)


class Storing:
    """Used in one event loop, with a thread of its own for the database.

    A mail that comes alone is stored at once; while rounds carry more than one, each begins two milliseconds after its
    first mail (as customers' messages do, decision 0006). An answer promises only what is committed.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storing")
        self._waiting: list[tuple[Handed, asyncio.Future[str]]] = []
        self._task: asyncio.Task[None] | None = None
        self._known: Mapping[str, Taken] = {}
        self._known_at = 0.0

    async def mailbox_for(self, address: str) -> int | None:
        """The mailbox that takes mail for an address, as of a second ago; `UNKNOWN` while the database does not answer."""
        if time.monotonic() - self._known_at > FRESH_SECONDS:
            known = await asyncio.get_running_loop().run_in_executor(self._thread, _addresses)
            if known is None:
                return UNKNOWN
            self._known, self._known_at = known, time.monotonic()
        return mailbox_for(address, among=self._known)

    async def store(self, content: bytes, *, sender: str, recipients: Sequence[tuple[str, int]], source: str) -> list[str]:
        """Stores a mail for each of its recipients (address, mailbox); the answers, in their order."""
        loop = asyncio.get_running_loop()
        futures = []
        for address, mailbox_id in recipients:
            future: asyncio.Future[str] = loop.create_future()
            self._waiting.append((Handed(mailbox_id, content, source, sender, address), future))
            futures.append(future)
        if self._task is None:
            self._task = loop.create_task(self._rounds())
        return [await future for future in futures]

    def stop(self) -> None:
        self._thread.shutdown(wait=False)

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            together = self._next()
            answers = await loop.run_in_executor(self._thread, _stored, [handed for handed, _future in together])
            for (_handed, future), answer in zip(together, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
            if len(together) > 1:
                await asyncio.sleep(GATHERING_SECONDS)
        self._task = None

    def _next(self) -> list[tuple[Handed, asyncio.Future[str]]]:
        """The next that fit into one statement, at least one."""
        count, size = 0, 0
        for handed, _future in self._waiting[:MOST_AT_ONCE]:
            size += len(handed.content)
            if count and size > MOST_BYTES:
                break
            count += 1
        together, self._waiting = self._waiting[:count], self._waiting[count:]
        return together


def _addresses() -> Mapping[str, Taken] | None:
    connection.close_if_unusable_or_obsolete()
    try:
        return mailboxes_in_use()
    except DatabaseFailure:
        _log.exception("The database did not say which addresses are ours.")
        return None


def _stored(mails: Sequence[Handed]) -> list[str]:
    """Stores what waits; where that fails, each by itself, so that one mailbox that vanished hinders no other."""
    connection.close_if_unusable_or_obsolete()
    try:
        store_mails(mails, now=timezone.now())
    except DatabaseFailure:
        if len(mails) > 1:
            return [answer for each in mails for answer in _stored([each])]
        _log.exception("A mail could not be stored; its server keeps it.")
        return [LATER]
    return [STORED] * len(mails)
