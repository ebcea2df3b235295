"""Every committed entry reaches whoever listens, once, in order, whatever commits when."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import transaction

from lingting.platform.realtime import notify
from lingting.platform.realtime.cursors import Cursor
from lingting.platform.realtime.positions import live_cursor
from lingting.platform.realtime.tests.conftest import REAL_COMMITS, TABLE, RunningHub, Writer, wait_until

pytestmark = REAL_COMMITS

Start = Callable[..., RunningHub]


def test_the_first_event_says_where_the_stream_begins(hub: RunningHub) -> None:
    with hub.connect(topics="case:1") as client:
        hello = client.next_event()

        assert client.response.headers["Content-Type"].startswith("text/event-stream")
        assert client.response.headers["X-Accel-Buffering"] == "no"
        assert hello is not None
        assert hello["kind"] == "hello"
        assert Cursor.parse(hello["cursor"]) is not None
        assert client.last_id == hello["cursor"]


def test_an_entry_reaches_the_listener_of_its_topic_only(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as one, hub.connect(topics="case:2,case:3") as other:
        assert one.next_event() and other.next_event()

        first = writer.write("case:1", live={"text": "你好"})
        second = writer.write("case:3")

        event = one.next_news()
        assert event is not None
        assert (event["id"], event["kind"], event["topics"]) == (first[0], "Written", ["case:1"])
        assert event["data"] == {"text": "你好"}
        assert [news["id"] for news in other.news(1)] == second


def test_topics_that_were_not_asked_for_are_not_named(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        writer.connection.execute(f"INSERT INTO {TABLE} (kind, topics, live) VALUES ('Written', '{{case:1,secret:9}}', '{{}}')")
        writer.wake()

        assert client.news(1)[0]["topics"] == ["case:1"]


def test_an_entry_without_live_payload_is_not_sent(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        writer.connection.execute(f"INSERT INTO {TABLE} (kind, topics) VALUES ('Private', '{{case:1}}')")
        shown = writer.write("case:1")

        assert [news["id"] for news in client.news(1)] == shown


def test_news_for_everybody_reaches_who_listens_to_nothing_else(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="wall") as client:
        assert client.next_event()
        shown = writer.write("wall", count=3)

        assert [news["id"] for news in client.news(3)] == shown


def test_news_of_ones_own_takes_along_what_waits_for_company_and_keeps_the_order(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(broadcast_seconds=3600)
    with hub.connect(topics="wall,case:1") as client:
        assert client.next_event()
        shown = writer.write("wall") + writer.write("case:1")
        assert [news["id"] for news in client.news(2)] == shown

        shown = writer.write("case:1") + writer.write("wall", count=2) + writer.write("case:1")
        assert [news["id"] for news in client.news(4)] == shown


def test_a_slow_transaction_holds_up_nobody_and_is_not_lost(hub: RunningHub, writer: Writer, conninfo: str) -> None:
    slow = Writer(conninfo)
    slow.connection.execute("BEGIN")
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        late = slow.insert("case:1", kind="Late")
        quick = [writer.write("case:1")[0] for _ in range(3)]

        assert [news["id"] for news in client.news(3)] == quick
        mark = Cursor.parse(client.last_id)
        slow_xid = slow.connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert mark is not None and slow_xid is not None
        assert mark.xid <= slow_xid[0], "a client that came back from here would miss the late commit"
        more = writer.write("case:1")
        assert [news["id"] for news in client.news(1)] == more

        slow.connection.execute("COMMIT")
        slow.wake()

        assert [news["id"] for news in client.news(1)] == late
        last = writer.write("case:1")
        assert [news["id"] for news in client.news(1)] == last, "nothing is sent a second time"
    slow.connection.close()


def test_a_client_that_returns_during_a_slow_transaction_gets_its_entry_too(
    hub: RunningHub, writer: Writer, conninfo: str
) -> None:
    slow = Writer(conninfo)
    slow.connection.execute("BEGIN")
    late = slow.insert("case:1", kind="Late")
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        quick = writer.write("case:1")
        assert [news["id"] for news in client.news(1)] == quick
        left_at = client.last_id
    missed = writer.write("case:1")
    slow.connection.execute("COMMIT")
    slow.wake()

    with hub.connect(topics="case:1", after=left_at) as again:
        ids = {news["id"] for news in again.news(3)}

    assert ids >= {*late, *missed}
    slow.connection.close()


def test_a_commit_nobody_announced_is_found_by_the_sweep(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()

        silent = writer.insert("case:1")

        assert [news["id"] for news in client.news(1)] == silent


def test_a_burst_larger_than_a_batch_arrives_whole_and_in_order(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(batch_entries=7)
    with hub.connect(topics="case:1") as client:
        assert client.next_event()

        ids = writer.write("case:1", count=50)

        assert [news["id"] for news in client.news(50)] == ids


def test_losing_the_database_connections_is_not_noticed_by_clients(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        before = writer.write("case:1")
        assert [news["id"] for news in client.news(1)] == before

        killed = writer.connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'lingting-live'"
        ).fetchone()
        during = writer.write("case:1", count=3)

        assert killed is not None and killed[0] >= 2
        assert [news["id"] for news in client.news(3)] == during


def test_wake_notifies_once_per_transaction_and_after_the_commit(hub: RunningHub, conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as ear:
        ear.execute(f"LISTEN {notify.WAKE_CHANNEL}")
        with transaction.atomic():
            notify.wake()
            with transaction.atomic():
                notify.wake()
            notify.wake()
            assert list(ear.notifies(timeout=0.2)) == []
        heard = list(ear.notifies(timeout=0.5))

    assert len(heard) == 1


def test_a_wake_of_a_rolled_back_savepoint_does_not_silence_the_next(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as ear:
        ear.execute(f"LISTEN {notify.WAKE_CHANNEL}")
        with transaction.atomic():
            with pytest.raises(ValueError, match="undo"), transaction.atomic():
                notify.wake()
                raise ValueError("undo")
            notify.wake()
        heard = list(ear.notifies(timeout=0.5))

    assert len(heard) == 1


def test_wakes_of_one_commit_leave_in_one_statement(conninfo: str, django_assert_num_queries: Any) -> None:
    channels = [notify.WAKE_CHANNEL, notify.WORK_CHANNEL]
    with psycopg.connect(conninfo, autocommit=True) as ear:
        for channel in channels:
            ear.execute(f"LISTEN {channel}")
        with django_assert_num_queries(3), transaction.atomic():  # BEGIN, one NOTIFY for both, COMMIT
            notify.wake()
            notify.wake(channel=notify.WORK_CHANNEL)
            notify.wake()
        heard = [notice.channel for notice in ear.notifies(timeout=0.5)]

    assert sorted(heard) == channels


def test_several_signals_leave_in_one_statement(conninfo: str, django_assert_num_queries: Any) -> None:
    with psycopg.connect(conninfo, autocommit=True) as ear:
        ear.execute(f"LISTEN {notify.SIGNAL_CHANNEL}")
        with django_assert_num_queries(1):
            notify.signals([(["case:1"], {"n": 1}), (["case:2"], {"n": 2})], kind="K")
        heard = [notice.payload for notice in ear.notifies(timeout=0.5)]

    assert heard == ['{"topics":["case:1"],"kind":"K","data":{"n":1}}', '{"topics":["case:2"],"kind":"K","data":{"n":2}}']


def test_a_signal_reaches_listeners_and_is_not_replayed(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        hello = client.next_event()
        assert hello is not None

        notify.signal(["case:1"], kind="typing", data={"name": "王芳"})

        event = client.next_news()
        assert event is not None
        assert (event["id"], event["kind"], event["data"]) == (None, "typing", {"name": "王芳"})

    stored = writer.write("case:1")
    with hub.connect(topics="case:1", after=hello["cursor"]) as again:
        assert [news["id"] for news in again.news(1)] == stored


def test_a_signal_too_large_for_one_notify_is_refused(conninfo: str) -> None:
    with pytest.raises(notify.SignalTooLarge):
        notify.signal(["case:1"], kind="typing", data={"text": "很" * 4_000})


def test_rubbish_on_the_signal_channel_disturbs_nobody(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        for payload in ("rubbish", "[]", json.dumps({"topics": 3})):
            writer.connection.execute("SELECT pg_notify(%s, %s)", [notify.SIGNAL_CHANNEL, payload])
        shown = writer.write("case:1")

        assert [news["id"] for news in client.news(1)] == shown


def test_a_page_s_cursor_covers_everything_committed_after_it(hub: RunningHub, writer: Writer) -> None:
    cursor = live_cursor()
    missed = writer.write("case:1", count=3)

    with hub.connect(topics="case:1", after=cursor) as client:
        assert [news["id"] for news in client.news(3)] == missed


def test_two_hubs_give_the_same_to_their_clients(start_hub: Start, writer: Writer) -> None:
    first, second = start_hub(), start_hub()
    with first.connect(topics="case:1") as one, second.connect(topics="case:1") as other:
        assert one.next_event() and other.next_event()
        ids = writer.write("case:1", count=4)

        assert [news["id"] for news in one.news(4)] == ids
        assert [news["id"] for news in other.news(4)] == ids
        wait_until(lambda: first.live.hub.low_water == second.live.hub.low_water)
