"""The heart of the live road: reads each committed entry once and hands it to those listening."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from lingting.platform.realtime.cursors import Cursor, Look, Snapshot
from lingting.platform.realtime.frames import heartbeat_frame, hello_frame, reload_frame, signal_frame
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.recall import Recall, SentEntry
from lingting.platform.realtime.sources import LiveEntry, LiveSource
from lingting.platform.realtime.subscribers import Subscriber
from lingting.platform.realtime.visitors import Visitor

LONGEST_BACKOFF_SECONDS = 5.0

_log = logging.getLogger(__name__)


class NotReady(Exception):
    """The hub has not been able to read the database yet."""


class TooFarBehind(Exception):
    """A cursor from which the hub cannot replay: too old, or of another database."""


class Hub:
    """Everything in one event loop; touched by no other thread.

    `seen` is the snapshot up to which every committed entry has been handed out, as far as rows
    prove it. Its low-water mark is what clients may come back with. A transaction that stays open
    holds the mark back, never the delivery of others. A crash of the database makes none of it untrue.
    """

    def __init__(self, source: LiveSource, *, limits: LiveLimits | None = None) -> None:
        self.source = source
        self.limits = limits or LiveLimits()
        self.subscribers: set[Subscriber] = set()
        self.people_changed = asyncio.Event()
        self.is_leaving = False
        self._seen: Snapshot | None = None
        self._looked: Look | None = None
        self._recall = Recall(start=Cursor(0, 0), capacity=self.limits.recall_entries)
        self._lineage = self._lineage_before = ""
        self._by_topic: dict[str, set[Subscriber]] = defaultdict(set)
        self._unsent: set[Subscriber] = set()
        self._patient: set[Subscriber] = set()
        self._signals: list[tuple[tuple[str, ...], str, object, datetime]] = []
        self._connections_of: Counter[Visitor] = Counter()
        self._unfinished: tuple[Look, Cursor] | None = None
        self._wake = asyncio.Event()
        self._read_done = asyncio.Event()
        self._read_at: datetime | None = None
        self._extending = asyncio.Lock()

    # Listeners

    def subscribe(self, subscriber: Subscriber, *, after: Cursor | None) -> None:
        """Begin delivery: hello, what was missed since `after`, then everything as it comes."""
        if self._seen is None:
            raise NotReady
        start = after or self._seen.low_water
        now = asyncio.get_running_loop().time()
        subscriber.sent_at, subscriber.recheck_at = now, now + self.limits.recheck_seconds
        subscriber.offer(
            hello_frame(
                cursor=start,
                heartbeat_seconds=self.limits.heartbeat_seconds,
                retry_seconds=self.limits.retry_seconds,
            )
        )
        self.subscribers.add(subscriber)
        self._connections_of[subscriber.visitor] += 1
        for topic in subscriber.topics:
            self._by_topic[topic].add(subscriber)
        if subscriber.visitor.is_staff:
            self.people_changed.set()
        if after is not None:
            self._replay(subscriber, after=after)
        subscriber.flush()

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Forget a listener; harmless when it is already forgotten."""
        subscriber.stop()
        if subscriber not in self.subscribers:
            return
        self.subscribers.discard(subscriber)
        self._connections_of[subscriber.visitor] -= 1
        if self._connections_of[subscriber.visitor] <= 0:
            del self._connections_of[subscriber.visitor]
        for topic in subscriber.topics:
            listeners = self._by_topic[topic]
            listeners.discard(subscriber)
            if not listeners:
                del self._by_topic[topic]
        if subscriber.visitor.is_staff:
            self.people_changed.set()

    def connections_of(self, visitor: Visitor) -> int:
        """How many connections one visitor has to this hub."""
        return self._connections_of[visitor]

    def accounts(self) -> frozenset[int]:
        """Ids of staff accounts connected to this hub."""
        return frozenset(int(visitor.id) for visitor in self._connections_of if visitor.is_staff)

    def lag_seconds(self, *, now: datetime) -> float | None:
        """Seconds since everything committed had been read; `None` before the first read."""
        return None if self._read_at is None else max(0.0, (now - self._read_at).total_seconds())

    # Positions

    @property
    def low_water(self) -> Cursor | None:
        """The mark below which nothing can appear any more; `None` before the first read."""
        return None if self._seen is None else self._seen.low_water

    async def prepare_replay(self, after: Cursor) -> None:
        """Make sure that everything above `after` is remembered.

        Raises `NotReady` or `TooFarBehind`.
        """
        if self._looked is None:
            raise NotReady
        if after > self._looked.snapshot.low_water:
            await self._catch_up(after)
        if after < self._recall.start:
            async with self._extending:
                if after < self._recall.start:
                    await self._extend_recall(after)

    async def first_read(self, *, seconds: float) -> bool:
        """Wait for the first look at the database; whether it came in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._read_done.wait()
        return self._seen is not None

    async def _catch_up(self, after: Cursor) -> None:
        """Wait for up to two reads: a page can be ahead of the hub, but not ahead of the database."""
        for _attempt in range(2):
            if self._looked is not None and after <= self._looked.snapshot.low_water:
                return
            self._read_done.clear()
            self._wake.set()
            try:
                async with asyncio.timeout(2):
                    await self._read_done.wait()
            except TimeoutError:
                raise NotReady from None
        if self._looked is None or after.xid > self._looked.snapshot.xmax:
            raise TooFarBehind

    async def _extend_recall(self, after: Cursor) -> None:
        seen = self._seen
        if seen is None or len(self._recall) >= self.limits.recall_entries:
            raise TooFarBehind
        limit = self.limits.recall_entries + 1
        try:
            entries = await self.source.read_between(Snapshot.below(after), target=seen, after=after, since=None, limit=limit)
        except ConnectionError:
            raise NotReady from None
        if len(entries) >= limit or not self._recall.extend_back(after, entries=entries):
            raise TooFarBehind

    def _replay(self, subscriber: Subscriber, *, after: Cursor) -> None:
        if after < self._recall.start:
            subscriber.close(reload_frame())
            return
        missed = [frame for sent in self._recall.after(after) if (frame := sent.frame_for(subscriber.topics)) is not None]
        if len(missed) > self.limits.replay_entries:
            subscriber.close(reload_frame())
            return
        if missed and self.low_water is not None:
            missed.append(heartbeat_frame(cursor=max(self.low_water, after)))
            subscriber.offer_replay(missed)

    # Reading

    def wake(self) -> None:
        """Somebody committed something: read as soon as possible."""
        self._wake.set()

    async def read_forever(self) -> None:
        """Read on every wake and every sweep; survive any loss of the database."""
        backoff = 0.1
        while True:
            self._wake.clear()
            try:
                await self._read_round()
            except ConnectionError as error:
                _log.warning("The live hub cannot read (%s); trying again in %.1f s.", error, backoff)
                self._lineage = ""
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)
                continue
            backoff = 0.1
            self._read_done.set()
            await asyncio.sleep(self.limits.coalesce_seconds)
            await self._wait_for_wake()

    async def _wait_for_wake(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.sweep_seconds):
                await self._wake.wait()

    async def _read_round(self) -> None:
        """Hand out everything that became visible since the last round.

        A round cut short by a lost connection is taken up where it stopped, so that nothing
        is handed out twice. What it had not yet handed out, a crash may have undone: that much is looked at anew.
        """
        limit = self.limits.batch_entries
        target, entries = await (self._look() if self._unfinished is None else self._look_where_it_stopped(*self._unfinished))
        seen = self._seen
        while entries and seen is not None:
            self._hand_out(SentEntry(entry, low_water=seen.low_water) for entry in entries)
            if len(entries) < limit:
                break
            position = entries[-1].cursor
            newest = max(self._newest, position.xid)
            self._unfinished = (Look(target.snapshot.proven(newest), newest), position)
            entries = await self._read_on(seen, target=target, after=position)
        self._unfinished = None
        self._seen, self._looked, self._read_at = target.proven, target, datetime.now(UTC)

    async def _look_where_it_stopped(self, target: Look, position: Cursor) -> tuple[Look, list[LiveEntry]]:
        assert self._seen is not None  # only what was handed out after a first look is left unfinished
        return target, await self._read_on(self._seen, target=target, after=position)

    async def _read_on(self, seen: Snapshot, *, target: Look, after: Cursor) -> list[LiveEntry]:
        limit = self.limits.batch_entries
        return await self.source.read_between(
            seen, target=target.snapshot, after=after, since=self._news_since(), limit=limit
        )

    def _news_since(self) -> datetime:
        return (self._read_at or datetime.now(UTC)) - timedelta(seconds=self.limits.window_seconds)

    async def _look(self) -> tuple[Look, list[LiveEntry]]:
        """What to read up to, and the first of it; a changed history begins anew and sends everybody to reload."""
        if not self._lineage:
            lineage, before = await self.source.lineage(), self._lineage_before
            self._lineage = self._lineage_before = lineage
            if before and before != lineage:
                self._begin_anew()
        if self._seen is None:
            found = await self.source.look(since=None)
            self._recall = Recall(start=Cursor(found.newest + 1, 0), capacity=self.limits.recall_entries)
            return found, []
        found, entries = await self.source.look_and_read(
            self._seen, since=self._news_since(), limit=self.limits.batch_entries
        )
        if found.snapshot.xmax < self._seen.xmax:
            self._begin_anew()
            return await self._look()
        return Look(found.snapshot, max(found.newest, self._newest)), entries

    @property
    def _newest(self) -> int:
        """The highest number that a row has proven so far."""
        return 0 if self._looked is None else self._looked.newest

    def _begin_anew(self) -> None:
        _log.warning("The database's history changed; all live listeners reload.")
        self._seen = self._looked = self._unfinished = None
        for subscriber in tuple(self.subscribers):
            subscriber.close(reload_frame())

    # Handing out

    def _hand_out(self, entries: Iterable[SentEntry]) -> None:
        for sent in entries:
            self._recall.add(sent)
            for heard, listeners in self._listeners(sent.entry.topics):
                self._offer(sent.frame_heard_as(heard), heard=heard, to=listeners)
        self._tell_signals()

    def pass_on(self, *, topics: tuple[str, ...], kind: str, data: object, at: datetime) -> None:
        """Give a passing signal to those listening; slow listeners miss it.

        It leaves within `coalesce_seconds`, with whatever else goes to the same people by then: a write to a connection
        costs far more than what is in it.
        """
        self._signals.append((topics, kind, data, at))
        if len(self._signals) == 1:
            asyncio.get_running_loop().call_later(self.limits.coalesce_seconds, self._tell_signals)

    def _tell_signals(self) -> None:
        signals, self._signals = self._signals, []
        for topics, kind, data, at in signals:
            for heard, listeners in self._listeners(topics):
                self._offer(signal_frame(kind=kind, topics=heard, data=data, at=at), heard=heard, to=listeners, may_skip=True)
        unsent, self._unsent = self._unsent, set()
        for subscriber in unsent:
            subscriber.flush()

    def _offer(self, frame: bytes, *, heard: tuple[str, ...], to: Iterable[Subscriber], may_skip: bool = False) -> None:
        """Queue a frame for those who hear it. What concerns everybody alike waits for company, `broadcast_seconds` at most."""
        if any(":" in topic for topic in heard):
            hurried = self._unsent
        else:
            hurried = self._patient
            if not hurried:
                asyncio.get_running_loop().call_later(self.limits.broadcast_seconds, self._tell_patient)
        for subscriber in to:
            subscriber.offer(frame, may_skip=may_skip)
            hurried.add(subscriber)

    def _tell_patient(self) -> None:
        patient, self._patient = self._patient, set()
        for subscriber in patient:
            subscriber.flush()

    def _listeners(self, topics: Iterable[str]) -> Iterable[tuple[tuple[str, ...], Iterable[Subscriber]]]:
        """Who listens to any of the topics, by those of them that they listen to.

        The largest audience is taken as one: only who is in another one, too, is looked at by themselves.
        """
        found = {topic: listeners for topic in topics if (listeners := self._by_topic.get(topic))}
        if not found:
            return ()
        largest = max(found, key=lambda topic: len(found[topic]))
        others = set[Subscriber]().union(*(listeners for topic, listeners in found.items() if topic != largest))
        by_heard: dict[tuple[str, ...], list[Subscriber]] = defaultdict(list)
        for subscriber in others:
            by_heard[tuple(topic for topic, listeners in found.items() if subscriber in listeners)].append(subscriber)
        if crowd := found[largest] - others:
            by_heard[(largest,)] += crowd
        return by_heard.items()
