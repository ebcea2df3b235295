"""Hearing what happens: a live stream that comes back by itself and says everything once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from lingting.demo.live.connection import Refused, Site, Unreachable

_REMEMBERED = 500


@dataclass(frozen=True)
class Heard:
    """Something that happened. `kind` is the event's own, or `hello` (connected), `reload` (something was missed)."""

    kind: str
    data: Mapping[str, Any]


async def hear(site: Site, *, topics: str, rng: random.Random, token: str = "", after: str = "") -> AsyncIterator[Heard]:
    """What happens on the topics, for ever: reconnects with its last position. Ends when the rights have ended."""
    known: dict[str, None] = {}
    pause = 0.3
    while True:
        query = urlencode({"topics": topics, "after": after} | ({"token": token} if token else {}))
        with contextlib.suppress(Unreachable):
            try:
                async for event in _events(site, f"/live/?{query}"):
                    pause = 0.3
                    after = event.get("cursor") or event.get("at_cursor") or after
                    kind, number = event["kind"], event.get("id")
                    if kind in {"heartbeat"} or (number and number in known):
                        continue
                    if number:
                        known[number] = None
                        if len(known) > _REMEMBERED:
                            del known[next(iter(known))]
                    if kind == "refused":
                        return
                    if kind == "reload":
                        after = ""
                    if kind == "reconnect":
                        await asyncio.sleep(float(event.get("wait_ms", 500)) / 1000)
                        break
                    yield Heard(kind, event.get("data") or {})
            except Refused as refused:
                if refused.status in {401, 403}:
                    return
        await asyncio.sleep(pause * rng.uniform(0.6, 1.4))
        pause = min(8.0, pause * 2)


async def _events(site: Site, target: str) -> AsyncIterator[dict[str, Any]]:
    """Server-sent events, read line by line; `at_cursor` is the position they carry."""
    data: list[str] = []
    position = ""
    async for line in site.lines(target, headers={"Accept": "text/event-stream"}):
        if line.startswith("data:"):
            data.append(line[5:].lstrip())
        elif line.startswith("id:"):
            position = line[3:].strip()
        elif not line and data:
            event: dict[str, Any] = json.loads("\n".join(data))
            yield {**event, "at_cursor": position}
            data = []
