"""A client that comes back gets what it missed, or is told to reload; never silence."""

from __future__ import annotations

import http.client
from collections.abc import Callable

import pytest

from lingting.platform.realtime.tests.conftest import REAL_COMMITS, RunningHub, Writer, wait_until

pytestmark = REAL_COMMITS

Start = Callable[..., RunningHub]


def test_a_returning_client_gets_what_it_missed_in_order(hub: RunningHub, writer: Writer) -> None:
    with hub.connect(topics="case:1") as client:
        assert client.next_event()
        seen = writer.write("case:1")
        assert [news["id"] for news in client.news(1)] == seen
        left_at = client.last_id
    missed = [writer.write("case:1")[0] for _ in range(5)]
    writer.write("case:2")

    with hub.connect(topics="case:1", after=left_at) as again:
        ids = [news["id"] for news in again.news(len(missed) + 1)]

    assert [entry for entry in ids if entry not in seen] == missed


def test_the_header_of_the_standard_is_honoured_and_the_address_wins(hub: RunningHub, writer: Writer) -> None:
    from lingting.platform.realtime.tests.live_client import LiveClient

    early = writer.tip()
    first = writer.write("case:1")
    late = writer.tip()
    second = writer.write("case:1")

    with LiveClient(hub.port, topics="case:1", token="7", headers={"Last-Event-ID": early}) as client:
        assert [news["id"] for news in client.news(2)] == [*first, *second]
    with LiveClient(hub.port, topics="case:1", token="7", after=late, headers={"Last-Event-ID": early}) as client:
        assert [news["id"] for news in client.news(1)] == second


def test_a_hub_started_later_replays_from_the_table(start_hub: Start, writer: Writer) -> None:
    cursor = writer.tip()
    missed = writer.write("case:1", count=6)
    hub = start_hub()

    with (
        hub.connect(topics="case:1", after=cursor) as client,
        hub.connect(topics="case:1", after=cursor) as other,
    ):
        assert [news["id"] for news in client.news(6)] == missed
        assert [news["id"] for news in other.news(6)] == missed
        fresh = writer.write("case:1")
        assert [news["id"] for news in client.news(1)] == fresh


def test_replay_crosses_from_table_to_memory_without_gap_or_double(start_hub: Start, writer: Writer) -> None:
    cursor = writer.tip()
    before = writer.write("case:1", count=3)
    hub = start_hub()
    with hub.connect(topics="case:1") as witness:
        assert witness.next_event()
        after = writer.write("case:1", count=3)
        witness.news(3)

    with hub.connect(topics="case:1", after=cursor) as client:
        assert [news["id"] for news in client.news(6)] == [*before, *after]


def test_too_far_behind_means_reload_and_the_end(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(replay_entries=5)
    cursor = writer.tip()
    with hub.connect(topics="case:1") as witness:
        assert witness.next_event()
        writer.write("case:1", count=6)
        witness.news(6)

    with hub.connect(topics="case:1", after=cursor) as client:
        assert [event["kind"] for event in client] == ["hello", "reload"]


def test_older_than_the_memory_means_reload(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(recall_entries=4)
    cursor = writer.tip()
    with hub.connect(topics="case:1") as witness:
        assert witness.next_event()
        writer.write("case:1", count=9)
        witness.news(9)

    with hub.connect(topics="case:1", after=cursor) as client:
        assert [event["kind"] for event in client] == ["reload"]


def test_a_cursor_of_another_database_means_reload(hub: RunningHub) -> None:
    for foreign in ("999999999999-0", "nonsense", "1-2-3", "-1-0"):
        with hub.connect(topics="case:1", after=foreign) as client:
            assert [event["kind"] for event in client] == ["reload"]


def test_a_client_that_does_not_read_is_told_to_reload_and_others_go_on(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(queue_frames=20, stall_seconds=60)
    sleeper = hub.connect(topics="case:1")
    assert sleeper.next_event()
    with hub.connect(topics="case:2") as awake:
        assert awake.next_event()
        big = {"text": "长" * 20_000}

        def is_given_up() -> bool:
            writer.write("case:1", live=big, count=30)
            return any(queue_is_closed(sub) for sub in hub.live.hub.subscribers)

        wait_until(is_given_up)
        ids = writer.write("case:2")
        assert [news["id"] for news in awake.news(1)] == ids

    kinds = [event["kind"] for event in sleeper]
    assert kinds[-1] == "reload"
    sleeper.close()


def test_a_client_that_never_reads_again_is_dropped(start_hub: Start, writer: Writer) -> None:
    hub = start_hub(queue_frames=20, stall_seconds=0.3)
    sleeper = hub.connect(topics="case:1")
    assert sleeper.next_event()
    big = {"text": "长" * 20_000}

    def is_gone() -> bool:
        writer.write("case:1", live=big, count=30)
        return not hub.live.hub.subscribers

    wait_until(is_gone)
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        while sleeper.response.read(1_000_000):
            pass
    sleeper.close()


def queue_is_closed(subscriber: object) -> bool:
    return bool(subscriber._is_closing)  # type: ignore[attr-defined]
