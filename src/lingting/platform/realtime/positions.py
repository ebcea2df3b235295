"""Where a rendered page stands in the stream, so that it misses nothing and hears little twice."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse

_TIP = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
       (SELECT entry.xid::text FROM timeline_entry AS entry
        WHERE entry.occurred_at >= now() - interval '2 days' ORDER BY entry.xid DESC, entry.id DESC LIMIT 1)
"""

_last: dict[str, tuple[float, str]] = {}


def live_cursor(*, using: str = DEFAULT_DB_ALIAS) -> str:
    """The safe position at this moment: `"xid-id"`, one cheap query.

    Read it *before* the data of the page: an older position only means hearing a few things
    twice, a newer one means missing some. Outside a transaction, or at its very beginning.

    Like the hub's own positions it stands no higher than the newest entry proves: a database that
    crashes gives out some numbers above it anew (`Snapshot.proven`).
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_TIP)
        oldest_running, newest = cursor.fetchone()
    xid = int(oldest_running)
    return f"{xid if newest is None else min(xid, int(newest) + 1)}-0"


def recent_live_cursor(*, seconds: float, using: str = DEFAULT_DB_ALIAS) -> str:
    """A position at most so many seconds old, which is as safe and nearly always costs nothing."""
    now = time.monotonic()
    read_at, cursor = _last.get(using, (0.0, ""))
    if not cursor or now - read_at >= seconds:
        cursor = live_cursor(using=using)
        _last[using] = (now, cursor)
    return cursor


class LiveCursorMiddleware:
    """Notes the position before the view reads anything, for pages a browser opens.

    Partial pages need none: the stream of the page they go into is already open.
    `LINGTING_LIVE_CURSOR_SECONDS` (default 1) is how old the position may be.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._seconds = float(getattr(settings, "LINGTING_LIVE_CURSOR_SECONDS", 1.0))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_page(request):
            request.live_cursor = recent_live_cursor(seconds=self._seconds)  # type: ignore[attr-defined]
        return self._get_response(request)


def _is_page(request: HttpRequest) -> bool:
    headers = request.headers
    return (
        request.method == "GET"
        and "HX-Request" not in headers
        and "text/html" in headers.get("Accept", "")
        and headers.get("Sec-Fetch-Dest", "document") == "document"
    )
