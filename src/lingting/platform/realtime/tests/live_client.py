"""A small real client of the stream, over a plain socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

PATIENCE_SECONDS = 15.0


class LiveClient:
    """One connection; iterate over it or ask for the next event."""

    def __init__(self, port: int, *, headers: dict[str, str] | None = None, method: str = "GET", **query: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self.connection.request(method, f"/live/?{urlencode(query)}", headers=headers or {})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.last_id = ""

    def __enter__(self) -> LiveClient:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self.next_event()) is not None:
            yield event

    def problem(self) -> dict[str, Any]:
        return json.loads(self.response.read())

    def next_event(self) -> dict[str, Any] | None:
        """The next event with data; `None` at the end of the stream. Raises `TimeoutError`."""
        data = ""
        while True:
            line = self.response.readline().decode()
            if not line:
                return None
            line = line.rstrip("\n")
            if line.startswith("id: "):
                self.last_id = line[4:]
            elif line.startswith("data: "):
                data += line[6:]
            elif not line and data:
                return json.loads(data)

    def next_news(self) -> dict[str, Any] | None:
        """The next event that is not a heartbeat."""
        while (event := self.next_event()) is not None and event["kind"] == "heartbeat":
            pass
        return event

    def news(self, count: int) -> list[dict[str, Any]]:
        """So many entries, past hello and heartbeats."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            event = self.next_news()
            if event is None:
                break
            if event["kind"] != "hello":
                found.append(event)
        return found

    def close(self) -> None:
        self.response.close()
        self.connection.close()
