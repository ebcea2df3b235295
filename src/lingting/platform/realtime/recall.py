"""What the hub still remembers of the entries it has sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from lingting.platform.realtime.cursors import Cursor
from lingting.platform.realtime.frames import entry_frame
from lingting.platform.realtime.sources import LiveEntry


class SentEntry:
    """An entry with its bytes, made once for each set of topics it is heard under."""

    __slots__ = ("_frames", "entry", "low_water")

    def __init__(self, entry: LiveEntry, *, low_water: Cursor) -> None:
        self.entry = entry
        self.low_water = low_water
        self._frames: dict[tuple[str, ...], bytes] = {}

    def frame_for(self, topics: Iterable[str]) -> bytes | None:
        """The event for a listener to `topics`, naming only those it listens to; `None` if none."""
        heard = tuple(topic for topic in self.entry.topics if topic in topics)
        return self.frame_heard_as(heard) if heard else None

    def frame_heard_as(self, heard: tuple[str, ...]) -> bytes:
        """The same for whoever listens to just these of its topics, in their order."""
        frame = self._frames.get(heard)
        if frame is None:
            frame = self._frames[heard] = entry_frame(self.entry, topics=heard, cursor=self.low_water)
        return frame


class Recall:
    """The last entries in the order they were sent.

    Promise: every entry the hub has read above `start` is here. Entries below `start` may
    be here too (a slow transaction that committed late).
    """

    def __init__(self, *, start: Cursor, capacity: int) -> None:
        self.start = start
        self._capacity = capacity
        self._sent: deque[SentEntry] = deque()

    def __len__(self) -> int:
        return len(self._sent)

    def add(self, sent: SentEntry) -> None:
        """Remember an entry; the oldest is forgotten when there is no more room."""
        self._sent.append(sent)
        if len(self._sent) > self._capacity:
            self.start = max(self.start, self._sent.popleft().entry.cursor)

    def after(self, cursor: Cursor) -> Iterator[SentEntry]:
        """Remembered entries above a cursor, in the order they were sent."""
        return (sent for sent in self._sent if sent.entry.cursor > cursor)

    def extend_back(self, cursor: Cursor, *, entries: list[LiveEntry]) -> bool:
        """Take in everything above an older cursor, freshly read; `False` if there is no room."""
        known = {sent.entry.cursor.id for sent in self._sent}
        missing = [entry for entry in entries if entry.cursor.id not in known]
        if len(missing) + len(self._sent) > self._capacity:
            return False
        self._sent.extendleft(SentEntry(entry, low_water=cursor) for entry in reversed(missing))
        self.start = min(self.start, cursor)
        return True
