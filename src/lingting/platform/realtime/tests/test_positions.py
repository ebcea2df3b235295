"""A page knows where it stands before it reads anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.templatetags.static import static
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from lingting.platform.realtime import positions
from lingting.platform.realtime.cursors import Cursor
from lingting.platform.realtime.positions import LiveCursorMiddleware, live_cursor

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Dest": "document"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    positions._last.clear()
    yield
    positions._last.clear()


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template("{% load live %}{% live_head %}").render(Context({"request": request})))


def test_the_position_is_one_query(db: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        cursor = live_cursor()

    assert len(queries) == 1
    assert Cursor.parse(cursor) is not None


@pytest.mark.parametrize(("numbers", "position"), [([9, 70], "71-0"), ([], None)])
def test_the_position_stands_no_higher_than_the_newest_entry_proves(
    numbers: list[int], position: str | None, db: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM timeline_entry")
        cursor.executemany(
            "INSERT INTO timeline_entry (occurred_at, kind, subject_type, subject_id, actor_kind, xid)"
            " VALUES (now(), 'K', 't', 1, 'system', %s::text::xid8)",
            [[str(number)] for number in numbers],
        )
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        oldest_running = cursor.fetchone()[0]

    assert live_cursor() == (position or f"{oldest_running}-0")


def test_a_page_a_browser_opens_names_its_position_and_its_script(db: None) -> None:
    request = RequestFactory().get("/", headers=BROWSER)
    answer = LiveCursorMiddleware(page)(request).content.decode()

    assert f'name="live-cursor" content="{request.live_cursor}"' in answer  # type: ignore[attr-defined]
    assert f'src="{static("realtime/live.js")}"' in answer
    assert "-0" in answer


@pytest.mark.parametrize(
    "headers", [{**BROWSER, "HX-Request": "true"}, {"Accept": "application/json"}, {**BROWSER, "Sec-Fetch-Dest": "image"}]
)
def test_nothing_else_costs_a_query(headers: dict[str, str], db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = LiveCursorMiddleware(page)(RequestFactory().get("/", headers=headers))

    assert len(queries) == 0
    assert 'content=""' in answer.content.decode()


def test_pages_in_quick_succession_share_one_query(db: None) -> None:
    middleware = LiveCursorMiddleware(page)
    with CaptureQueriesContext(connection) as queries:
        for _page in range(3):
            middleware(RequestFactory().get("/", headers=BROWSER))

    assert len(queries) == 1


def test_a_position_may_be_asked_for_anew_every_time(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.LINGTING_LIVE_CURSOR_SECONDS = 0
    middleware = LiveCursorMiddleware(page)
    with CaptureQueriesContext(connection) as queries:
        for _page in range(3):
            middleware(RequestFactory().get("/", headers=BROWSER))

    assert len(queries) == 3
