"""Heartbeats, presence, health, and leaving in good order."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from lingting.platform.realtime import presence
from lingting.platform.realtime.cursors import Cursor
from lingting.platform.realtime.health import hub_health
from lingting.platform.realtime.presence import PresenceReport, connected_accounts, on_presence
from lingting.platform.realtime.table_source import TableSource
from lingting.platform.realtime.tests.conftest import REAL_COMMITS, RunningHub, Writer, wait_until

pytestmark = REAL_COMMITS

Start = Callable[..., RunningHub]


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PresenceReport]]:
    monkeypatch.setattr(presence, "_callbacks", [])
    heard: list[PresenceReport] = []
    on_presence(heard.append)
    yield heard


def test_a_quiet_stream_has_a_heartbeat_that_moves_the_cursor(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(heartbeat_seconds=0.2)
    with hub.connect(topics="case:1") as client:
        hello = client.next_event()
        writer.write("case:2")
        start = Cursor.parse(hello["cursor"]) if hello else None
        assert start is not None

        def has_moved() -> bool:
            event = client.next_event()
            assert event is not None and event["kind"] == "heartbeat"
            cursor = Cursor.parse(client.last_id)
            return cursor is not None and cursor > start

        wait_until(has_moved)


def test_who_is_connected_is_known_over_all_hubs(start_hub: Start, reports: list[PresenceReport]) -> None:
    first, second = start_hub(), start_hub()
    with (
        first.connect(topics="case:1", token="7") as one,
        second.connect(topics="case:1", token="8") as other,
    ):
        assert one.next_event() and other.next_event()
        wait_until(lambda: connected_accounts(now=datetime.now(UTC)) == {7, 8})
        assert {account for report in reports for account in report.joined} == {7, 8}
        assert len({report.hub for report in reports}) == 2

    wait_until(lambda: connected_accounts(now=datetime.now(UTC)) == frozenset())
    assert {account for report in reports for account in report.left} == {7, 8}


def test_a_second_window_that_closes_does_not_make_somebody_leave(hub: RunningHub, reports: list[PresenceReport]) -> None:
    with hub.connect(topics="case:1") as one:
        assert one.next_event()
        with hub.connect(topics="case:1") as two:
            assert two.next_event()
        wait_until(lambda: len(hub.live.hub.subscribers) == 1)
        with hub.connect(topics="case:1", token="8") as marker:
            assert marker.next_event()
            wait_until(lambda: any(8 in report.accounts for report in reports))

        assert not any(7 in report.left for report in reports)


def test_a_presence_callback_that_fails_does_not_stop_the_others(start_hub: Start, reports: list[PresenceReport]) -> None:
    def fail(report: PresenceReport) -> None:
        raise RuntimeError("not my day")

    presence._callbacks.insert(0, fail)
    hub = start_hub()
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        wait_until(lambda: any(7 in report.accounts for report in reports))


def test_health_is_told_to_probes_and_to_the_other_processes(hub: RunningHub) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        # A hub of an earlier test that wrote once more on its way out counts for twelve seconds.
        wait_until(lambda: hub_health(now=datetime.now(UTC)).connections == 1, seconds=40)
        told = hub_health(now=datetime.now(UTC))
        assert told.hubs == 1
        assert told.hub_lag_seconds is not None and told.hub_lag_seconds < 10

        connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=5)
        connection.request("GET", "/live/health")
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["connections"] == 1
        connection.close()

    assert hub_health(now=datetime.now(UTC) + timedelta(minutes=1)).hub_lag_seconds is None


def test_a_stopping_hub_sends_its_clients_elsewhere_and_keeps_their_presence(start_hub: Start, writer: Writer) -> None:
    leaving, staying = start_hub(), start_hub()
    with leaving.connect(topics="case:1") as client:
        assert client.next_event()
        wait_until(lambda: 7 in connected_accounts(now=datetime.now(UTC)))

        leaving.stop()

        event = client.next_news()
        assert event is not None and event["kind"] == "reconnect"
        assert 0 <= event["wait_ms"] <= 3_000
        assert client.next_event() is None
        assert 7 in connected_accounts(now=datetime.now(UTC)), "on the way to another hub"
        left_at = client.last_id
    missed = writer.write("case:1")
    with staying.connect(topics="case:1", after=left_at) as again:
        assert [news["id"] for news in again.news(1)] == missed


def test_a_part_that_fails_unforeseen_begins_again(start_hub: Start, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = start_hub()
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        source: TableSource = hub.live.hub.source  # type: ignore[assignment]
        read = source.look_and_read
        failures: list[str] = []

        async def fail_once(*args: object, **kwargs: object) -> object:
            if not failures:
                failures.append("unforeseen")
                raise ZeroDivisionError
            return await read(*args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(source, "look_and_read", fail_once)
        ids = writer.write("case:1")

        assert [news["id"] for news in client.news(1)] == ids
        assert failures
