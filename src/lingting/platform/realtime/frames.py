"""Server-sent events as bytes."""

from __future__ import annotations

from datetime import datetime

import orjson

from lingting.platform.realtime.cursors import Cursor
from lingting.platform.realtime.sources import LiveEntry

_JSON = orjson.OPT_UTC_Z


def entry_frame(entry: LiveEntry, *, topics: tuple[str, ...], cursor: Cursor) -> bytes:
    """A durable entry; `cursor` is the low-water mark a client may safely come back with."""
    body = orjson.dumps(
        {
            "id": entry.cursor.id,
            "kind": entry.kind,
            "topics": topics,
            "at": entry.at,
            "data": orjson.Fragment(entry.live),
        },
        option=_JSON,
    )
    return b"id: %s\ndata: %s\n\n" % (str(cursor).encode(), body)


def signal_frame(*, kind: str, topics: tuple[str, ...], data: object, at: datetime) -> bytes:
    """A passing signal: it has no id and moves no cursor."""
    body = orjson.dumps({"id": None, "kind": kind, "topics": topics, "at": at, "data": data}, option=_JSON)
    return b"data: %s\n\n" % body


def hello_frame(*, cursor: Cursor, heartbeat_seconds: float, retry_seconds: float) -> bytes:
    """The first event of every connection: where it starts and how often it will hear something."""
    body = orjson.dumps({"kind": "hello", "cursor": str(cursor), "heartbeat_seconds": heartbeat_seconds})
    return b"retry: %d\nid: %s\ndata: %s\n\n" % (int(retry_seconds * 1000), str(cursor).encode(), body)


def heartbeat_frame(*, cursor: Cursor) -> bytes:
    """Proof of life, and a newer low-water mark."""
    text = str(cursor).encode()
    return b'id: %s\ndata: {"kind":"heartbeat","cursor":"%s"}\n\n' % (text, text)


def reload_frame() -> bytes:
    """The listener has missed more than can be replayed: it must read its page again."""
    return b'data: {"kind":"reload"}\n\n'


def refused_frame() -> bytes:
    """The listener's rights have ended since it connected."""
    return b'data: {"kind":"refused"}\n\n'


def reconnect_frame(*, wait_seconds: float) -> bytes:
    """This process is stopping; come back after a wait of one's own so that not all come at once."""
    wait = int(wait_seconds * 1000)
    return b'retry: %d\ndata: {"kind":"reconnect","wait_ms":%d}\n\n' % (wait, wait)
