"""One connected listener: a bounded queue and the task that empties it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from lingting.platform.realtime.eager import start_eagerly
from lingting.platform.realtime.frames import reload_frame
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.visitors import LiveRequest, Visitor

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Subscriber:
    """A listener's connection, kept small: an idle one holds no queue and no task of its own.

    Frames offered wait in a bounded queue until `flush`; a task exists only while the peer keeps
    us waiting. `now` is always the event loop's clock in seconds.
    """

    __slots__ = (
        "_bytes", "_is_closing", "_limits", "_pump", "_queue", "_send", "blocked_since",
        "connection_task", "is_dropped", "recheck_at", "request", "sent_at", "topics", "visitor",
    )  # fmt: skip

    def __init__(
        self,
        visitor: Visitor,
        *,
        topics: frozenset[str],
        request: LiveRequest,
        send: Send,
        limits: LiveLimits,
    ) -> None:
        self.visitor = visitor
        self.topics = topics
        self.request = request
        self.connection_task = asyncio.current_task()
        self.is_dropped = False
        self.blocked_since: float | None = None
        self.sent_at = self.recheck_at = 0.0
        self._send = send
        self._limits = limits
        self._queue: list[bytes] | None = None
        self._bytes = 0
        self._pump: asyncio.Task[None] | None = None
        self._is_closing = False

    def offer(self, frame: bytes, *, may_skip: bool = False) -> None:
        """Queue a frame for the next `flush`. A full queue means reload and close; passing signals are skipped instead.

        The bounds count only while the peer keeps us waiting: otherwise the queue empties at once.
        """
        if self._is_closing:
            return
        queue = self._queue
        if queue is None:
            queue = self._queue = []
        if self.blocked_since is None or self._has_room(len(frame), share=2 if may_skip else 1):
            queue.append(frame)
            self._bytes += len(frame)
        elif not may_skip:
            queue.clear()
            self._bytes = 0
            self.close(reload_frame())

    def flush(self) -> None:
        """Send what was offered since, in one write."""
        if self._pump is None and self._queue:
            self._pump = start_eagerly(self._send_queue())

    def offer_replay(self, frames: list[bytes]) -> None:
        """Queue what was missed as one piece; it is bounded by the replay limit, not by the queue's."""
        if self._is_closing:
            return
        self._queue = [*(self._queue or ()), b"".join(frames)]
        self.flush()

    def close(self, frame: bytes) -> None:
        """Send a last frame after what is queued, and end the response."""
        if self._is_closing:
            return
        self._is_closing = True
        self._queue = [*(self._queue or ()), frame]
        self.flush()

    def drop(self) -> None:
        """Cut the connection of a listener that takes nothing, and let go of what was buffered for it."""
        self._is_closing = self.is_dropped = True
        self._queue = None
        self.stop()
        abort = getattr(getattr(getattr(self._send, "__self__", None), "transport", None), "abort", None)
        if abort is not None:  # uvicorn's; closing would wait for the peer to read what is buffered
            abort()
        elif self.connection_task is not None:
            self.connection_task.cancel()

    def stop(self) -> None:
        """The connection is gone: nothing is to be sent any more."""
        self._is_closing = True
        self._queue = None
        if self._pump is not None:
            self._pump.cancel()

    def is_stalled(self, now: float) -> bool:
        """Whether the listener has taken nothing for too long."""
        return self.blocked_since is not None and now - self.blocked_since > self._limits.stall_seconds

    def _has_room(self, size: int, *, share: int) -> bool:
        limits = self._limits
        return len(self._queue or ()) < limits.queue_frames // share and self._bytes + size <= limits.queue_bytes // share

    async def _send_queue(self) -> None:
        """Send all that waits in as few writes as possible; a slow peer makes us wait here."""
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                body, self._queue, self._bytes = b"".join(self._queue), None, 0
                is_last = self._is_closing
                self.blocked_since = loop.time()
                await self._send({"type": "http.response.body", "body": body, "more_body": not is_last})
                self.blocked_since = None
                self.sent_at = loop.time()
        except (OSError, RuntimeError):  # the peer has gone, or the server has ended its answer
            self._is_closing = True
        finally:
            self._pump = None
