"""Django's pages behind the event loop: a2wsgi, but a short answer leaves its thread without waiting for the loop.

a2wsgi hands every part of an answer (its head, its body, its end) to the event loop and has the thread wait until the loop
has taken it: three times for an ordinary page, each as long as the loop is busy with something else. A thread here waits
only where waiting serves a purpose, in answers of many or large parts, which must not pile up for a slow reader.
"""

from __future__ import annotations

from typing import Any

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder

AHEAD = 4
LARGEST_AHEAD_BYTES = 256 * 1024


class Pages(WSGIMiddleware):
    """A WSGI application as an ASGI one, with threads of its own (`workers`)."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await _Responder(self.app, self.executor, self.send_queue_size)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class _Responder(WSGIResponder):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._ahead = 0

    def send(self, message: Any) -> None:
        """Called in the thread; the queue has room for more than `AHEAD`, and the loop keeps the order of what it is told."""
        self._ahead += 1
        if self._ahead <= AHEAD and message is not None and len(message.get("body", b"")) <= LARGEST_AHEAD_BYTES:
            self.loop.call_soon_threadsafe(self.send_queue.put_nowait, message)
        else:
            super().send(message)
