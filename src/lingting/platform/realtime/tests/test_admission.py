"""Only those who may listen get a stream, and everybody else gets a clear answer."""

from __future__ import annotations

import pytest
from django.utils.translation import get_language

from lingting.platform.realtime import visitors
from lingting.platform.realtime.tests.conftest import REAL_COMMITS, REVOKED, RunningHub, Writer
from lingting.platform.realtime.tests.live_client import LiveClient
from lingting.platform.realtime.visitors import LiveRequest, Visitor

pytestmark = REAL_COMMITS


def test_a_stranger_is_asked_to_sign_in(hub: RunningHub) -> None:
    with LiveClient(hub.port, topics="case:1") as client:
        assert client.status == 401
        assert client.problem()["code"] == "not_recognised"


def test_a_refused_topic_is_named_and_so_is_one_that_does_not_exist(hub: RunningHub) -> None:
    with hub.connect(topics="case:1,secret:7,secret:8,unknown:1") as client:
        problem = client.problem()

        assert client.status == 403
        assert client.response.headers["Content-Type"] == "application/problem+json"
        assert problem["topics"] == ["secret:8", "unknown:1"]


@pytest.mark.parametrize("topics", ["", "case 1", "<script>", ",".join(f"case:{n}" for n in range(201))])
def test_no_malformed_or_too_many_topics(hub: RunningHub, topics: str) -> None:
    with hub.connect(topics=topics) as client:
        assert client.status == 400
        assert client.problem()["code"] == "bad_topics"


def test_refusals_speak_the_visitor_s_language(hub: RunningHub) -> None:
    spoken: list[str | None] = []

    def note(request: LiveRequest) -> Visitor | None:
        spoken.append(get_language())
        return None

    visitors.register_authenticator(note)
    for headers in (
        {"Accept-Language": "zh-CN,zh;q=0.9"},
        {"Accept-Language": "en-GB"},
        {"Accept-Language": "xx", "Cookie": "lingting_language=en"},
    ):
        LiveClient(hub.port, topics="case:1", headers=headers).close()

    assert spoken == ["zh-hans", "en", "en"]


def test_an_authorization_header_opens_a_stream_from_any_origin(hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_header(request: LiveRequest) -> Visitor | None:
        return Visitor("application", 3) if request.authorization == "Bearer good" else None

    visitors.register_authenticator(by_header)
    headers = {"Authorization": "Bearer good", "Origin": "https://shop.example"}

    with LiveClient(hub.port, topics="case:1", headers=headers) as client:
        assert client.status == 200
        assert client.response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in client.response.headers


def test_a_token_connection_never_sees_cookies(hub: RunningHub) -> None:
    asked: list[LiveRequest] = []

    def note(request: LiveRequest) -> Visitor | None:
        asked.append(request)
        return None

    visitors.register_authenticator(note)
    cookie = {"Cookie": "lingting_session=abc; other=1"}
    LiveClient(hub.port, topics="case:1", token="unknown", headers=cookie).close()
    LiveClient(hub.port, topics="case:1", headers=cookie).close()

    assert [dict(request.cookies) for request in asked] == [{}, {"lingting_session": "abc"}]


def test_another_site_cannot_use_our_cookie(hub: RunningHub) -> None:
    for foreign in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        headers = {"Cookie": "lingting_session=abc", **foreign}
        with LiveClient(hub.port, topics="case:1", headers=headers) as client:
            assert client.status == 403
            assert client.problem()["code"] == "foreign_origin"
            assert "Access-Control-Allow-Origin" not in client.response.headers


def test_a_browser_may_ask_before_it_sends_a_header(hub: RunningHub) -> None:
    with LiveClient(hub.port, method="OPTIONS", headers={"Origin": "https://shop.example"}) as client:
        assert client.status == 204
        assert "authorization" in client.response.headers["Access-Control-Allow-Headers"]


def test_only_reading_is_possible(hub: RunningHub) -> None:
    with LiveClient(hub.port, method="POST", topics="case:1") as client:
        assert client.status == 405


def test_one_visitor_has_a_bounded_number_of_connections(start_hub) -> None:  # type: ignore[no-untyped-def]
    hub = start_hub(connections_per_visitor=2)
    with hub.connect(topics="case:1") as one, hub.connect(topics="case:1") as two:
        assert one.next_event() and two.next_event()
        with hub.connect(topics="case:1") as third:
            assert third.status == 429
        with hub.connect(topics="case:1", token="8") as somebody_else:
            assert somebody_else.status == 200


def test_rights_that_end_end_the_stream(start_hub, writer: Writer) -> None:  # type: ignore[no-untyped-def]
    hub = start_hub(recheck_seconds=0.2)
    with hub.connect(topics="case:1") as revoked, hub.connect(topics="case:1", token="8") as kept:
        assert revoked.next_event() and kept.next_event()

        REVOKED.add("7")

        assert [event["kind"] for event in revoked] == ["refused"]
        ids = writer.write("case:1")
        assert [news["id"] for news in kept.news(1)] == ids
