"""The browser's side, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lingting.platform.realtime import visitors
from lingting.platform.realtime.application import LiveApplication
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.table_source import TableSource
from lingting.platform.realtime.tests.conftest import REAL_COMMITS, TABLE, RunningHub, Writer, free_listener, wait_until
from lingting.platform.realtime.visitors import LiveRequest, Visitor
from lingting.platform.ui.testing import chromium_path, shared_chromium

sync_api = pytest.importorskip("playwright.sync_api")

STATIC = Path(__file__).resolve().parents[1] / "static" / "realtime"
COLLECT = """
window.heard = [];
window.states = [];
window.calls = 0;
document.addEventListener("DOMContentLoaded", () => {
  document.body.addEventListener("live:Written", (event) => window.heard.push(event.detail.id));
  document.body.addEventListener("live:typing", (event) => window.heard.push(event.detail.data.name));
  document.body.addEventListener("live:state", (event) => window.states.push(event.detail.state));
  document.body.addEventListener("live:reload", () => window.states.push("reload"));
  const element = document.querySelector("#one");
  if (element) element.addEventListener("live", () => { window.calls += 1; });
});
"""

pytestmark = [
    REAL_COMMITS,
    pytest.mark.journey,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium: apt-get install chromium"),
]


class Site:
    """The hub, and beside it pages and scripts of the same origin."""

    def __init__(self, live: LiveApplication, *, tip: Callable[[], str]) -> None:
        self._live = live
        self._tip = tip
        self.hub = live.hub

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/live/"):
            await self._live(scope, receive, send)
            return
        kind, body = self._answer(scope["path"])
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"content-security-policy", b"default-src 'self'"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str) -> tuple[bytes, bytes]:
        if path.endswith(".js"):
            return b"text/javascript", (STATIC / path.rpartition("/")[2]).read_bytes()
        page = (
            f'<!doctype html><meta name="live-cursor" content="{self._tip()}" data-person="7">'
            '<script type="module" src="/static/live.js"></script><title>page</title>'
            f'<body><div id="one" data-live-topics="{path[1:].replace("/", ":")}"></div></body>'
        )
        return b"text/html; charset=utf-8", page.encode()


@pytest.fixture
def start_site(
    conninfo: str, registries: None, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., RunningHub]]:
    def by_cookie(request: LiveRequest) -> Visitor | None:
        number = request.cookies.get("lingting_session", "")
        return Visitor("staff", int(number)) if number.isdigit() else None

    monkeypatch.setattr(visitors, "_authenticators", [by_cookie])
    running: list[RunningHub] = []

    def start(listener: Any = None) -> RunningHub:
        limits = LiveLimits(heartbeat_seconds=2, reconnect_spread_seconds=0.2)
        live = LiveApplication(TableSource(conninfo, table=TABLE), conninfo=conninfo, limits=limits)
        site: Any = Site(live, tip=writer.tip)
        running.append(RunningHub(site, listener=listener or free_listener()))
        return running[-1]

    yield start
    for hub in running:
        if hub.thread.is_alive():
            hub.stop()


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Open pages in one browser that is signed in as account 7."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with shared_chromium() as browser:
        context = browser.new_context()
        context.add_init_script(COLLECT)

        def open_page(hub: RunningHub, path: str) -> Any:
            origin = f"http://127.0.0.1:{hub.port}"
            context.add_cookies([{"name": "lingting_session", "value": "7", "url": origin}])
            page = context.new_page()
            page.goto(origin + path)
            return page

        yield open_page
        context.close()


def until(page: Any, claim: str) -> None:
    """Wait for a JavaScript claim; Playwright's own waiting needs `eval`, which the pages forbid."""
    wait_until(lambda: page.evaluate(claim))


def is_connected(page: Any) -> None:
    until(page, "document.documentElement.dataset.live === 'connected'")


def test_windows_share_one_connection_and_each_hears_its_topics_once(start_site, window, writer) -> None:
    hub = start_site()
    one, other = window(hub, "/case/1"), window(hub, "/case/2")
    is_connected(one)
    is_connected(other)
    wait_until(lambda: [len(sub.topics) for sub in hub.live.hub.subscribers] == [2])

    first = writer.write("case:1")
    second = writer.write("case:2")

    until(other, "window.heard.length")
    until(one, "window.heard.length")
    assert one.evaluate("[window.heard, window.calls]") == [first, 1]
    assert other.evaluate("[window.heard, window.calls]") == [second, 1]


def test_what_happened_between_page_and_connection_is_heard(start_site, window, writer) -> None:
    hub = start_site()
    hub.live.hub.is_leaving = True  # the page is served, its stream is refused at first
    page = window(hub, "/case/1")
    missed = writer.write("case:1", count=3)
    hub.live.hub.is_leaving = False

    until(page, "window.heard.length === 3")
    assert page.evaluate("window.heard") == missed


@pytest.mark.slow
def test_a_restarted_hub_costs_no_event_and_doubles_none(start_site, window, writer) -> None:
    hub = start_site()
    page = window(hub, "/case/1")
    is_connected(page)
    before = writer.write("case:1")
    until(page, "window.heard.length === 1")
    hub.stop()
    missed = writer.write("case:1", count=3)
    until(page, "document.documentElement.dataset.live === 'lost'")

    from lingting.platform.realtime.serving import listening_socket

    start_site(listening_socket("127.0.0.1", port=hub.port))

    until(page, "window.heard.length === 4")
    after = writer.write("case:1")
    until(page, "window.heard.length === 5")
    assert page.evaluate("window.heard") == [*before, *missed, *after]
    assert page.evaluate("window.states.at(-1)") == "connected"


def test_new_elements_bring_new_topics_without_anybody_seeming_to_leave(start_site, window, writer) -> None:
    hub = start_site()
    page = window(hub, "/case/1")
    is_connected(page)

    page.evaluate("document.querySelector('#one').dataset.liveTopics = 'case:1 case:5'")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:afterSettle', {bubbles: true, detail: {}}))")
    wait_until(lambda: {"case:1", "case:5"} in [sub.topics for sub in hub.live.hub.subscribers])
    ids = [*writer.write("case:5"), *writer.write("case:1")]

    until(page, "window.heard.length === 2")
    assert page.evaluate("window.heard") == ids
    wait_until(lambda: len(hub.live.hub.subscribers) == 1)


def test_a_forbidden_topic_does_not_silence_the_others(start_site, window, writer) -> None:
    hub = start_site()
    one, other = window(hub, "/case/1"), window(hub, "/secret/9")
    is_connected(one)
    is_connected(other)
    ids = writer.write("case:1")

    until(one, "window.heard.length === 1")
    assert one.evaluate("window.heard") == ids


def test_without_shared_workers_each_window_has_its_own_stream(start_site, window, writer) -> None:
    hub = start_site()
    page = window(hub, "/case/1")
    page.add_init_script("delete window.SharedWorker")
    page.reload()
    is_connected(page)
    ids = writer.write("case:1")

    until(page, "window.heard.length === 1")
    assert page.evaluate("[typeof SharedWorker, window.heard]") == ["undefined", ids]
