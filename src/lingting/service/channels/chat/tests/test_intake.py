"""Messages over the native road of one-port mode: the same answers, each stored once, nothing acknowledged lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.models import Entry
from lingting.platform.rest.together import Call
from lingting.service.channels.chat import intake
from lingting.service.channels.chat.models import Widget
from lingting.service.channels.chat.tests.callers import ONE_ANSWER, Caller, at_once
from lingting.service.channels.chat.tests.conftest import Browser
from lingting.service.channels.chat.tests.one_port import Site
from lingting.service.desk.models import Case, Message
from lingting.service.desk.services import end_conversation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


def test_the_native_answer_is_the_ordinary_one(callers: Callable[[int], list[Caller]]) -> None:
    [caller] = callers(1)
    native = caller.say("native", **{"X-Request-ID": "given-by-a-proxy"})
    ordinary = caller.say("ordinary", **{"Idempotency-Key": str(uuid4())})
    assert (native[0], ordinary[0]) == (201, 201)
    assert native[1]["x-request-id"] == "given-by-a-proxy"
    fixed = [{name: value for name, value in headers.items() if name not in ONE_ANSWER} for _s, headers, _b in (native, ordinary)]
    assert fixed[0] == fixed[1]
    assert {name: type(value) for name, value in native[2].items()} == {name: type(value) for name, value in ordinary[2].items()}
    assert native[2]["at"].endswith("Z")
    assert ordinary[2]["id"] > native[2]["id"]


@pytest.mark.django_db
def test_eight_calls_cost_no_more_statements_than_one(
    new_browser: Callable[..., Browser], django_assert_max_num_queries: Any
) -> None:
    calls = []
    for number in range(8):
        browser = new_browser()
        values = (str(browser.begin()["id"]),)
        body = json.dumps({"text": f"{number}", "client_key": str(uuid4())}).encode()
        calls.append(Call({b"authorization": f"Visitor {browser.token}".encode()}, values=values, body=body, peer="127.0.0.1"))
    with django_assert_max_num_queries(9):
        assert [done.status for done in intake.messages.answer(calls) if done] == [201] * 8
    with django_assert_max_num_queries(9):
        assert [json.loads(done.body)["is_repeat"] for done in intake.messages.answer(calls[:1]) if done] == [True]


def test_messages_of_many_at_once_are_each_stored_once_with_their_fact(callers: Callable[[int], list[Caller]]) -> None:
    people = callers(8)
    answers = at_once([lambda person=person: [person.say(f"{turn}") for turn in range(6)] for person in people])
    assert {status for some in answers for status, _headers, _body in some} == {201}
    for person, some in zip(people, answers, strict=True):
        said = Message.objects.filter(conversation_id=person.conversation, text__in="012345").order_by("id")
        assert list(said.values_list("text", flat=True)) == list("012345")
        assert [body["id"] for _status, _headers, body in some] == list(said.values_list("id", flat=True))
        facts = Entry.objects.filter(kind="MessageAdded", data__message_id__in=list(said.values_list("id", flat=True)))
        assert facts.count() == 6
        assert Case.objects.get(conversations=person.conversation).unread_count == Message.objects.filter(
            conversation_id=person.conversation
        ).count()


def test_the_same_key_sent_many_times_at_once_is_one_message(callers: Callable[[int], list[Caller]]) -> None:
    [caller] = callers(1)
    key = str(uuid4())
    answers = at_once([lambda: caller.say("once", key=key) for _time in range(12)])
    assert {status for status, _headers, _body in answers} == {201}
    assert sorted(body["is_repeat"] for _status, _headers, body in answers) == [False] + [True] * 11
    assert len({body["id"] for _status, _headers, body in answers}) == 1
    assert Message.objects.filter(client_key=key).count() == 1


def test_bad_ones_among_good_ones_get_their_own_answers(callers: Callable[[int], list[Caller]]) -> None:
    people = callers(8)
    end_conversation(people[0].conversation, by="agent", actor=Actor("staff", None, "林晓"), now=timezone.now())
    people[1].token += "x"
    people[2].conversation = people[3].conversation
    wanted = [409, 401, 404, 422, 422, 413, 201, 201]
    texts = ["late", "forged", "not mine", " ", "\x00half", "x" * 1_100_000, "good", "good too"]
    answers = at_once([lambda person=p, text=t: person.say(text) for p, t in zip(people, texts, strict=True)])
    assert [status for status, _headers, _body in answers] == wanted
    assert {answers[place][1]["content-type"] for place in range(6)} == {"application/problem+json"}
    assert Message.objects.filter(text__in=[text for text in texts[:6] if "\x00" not in text]).count() == 0


def test_a_message_for_a_case_in_somebody_elses_hands_waits_for_it_alone(callers: Callable[[int], list[Caller]]) -> None:
    people = callers(2)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Case.objects.select_for_update().get(conversations=people[0].conversation)
            waiting = pool.submit(people[0].say, "when you are done")
            assert people[1].say("meanwhile")[0] == 201
            assert not Message.objects.filter(text="when you are done").exists()
        assert waiting.result(30)[0] == 201
    assert Message.objects.filter(text="when you are done").count() == 1


def test_limits_hold_on_the_native_road(callers: Callable[[int], list[Caller]]) -> None:
    [caller] = callers(1)
    answers = at_once([lambda: [caller.say("again") for _time in range(20)] for _row in range(4)])
    statuses = [status for some in answers for status, _headers, _body in some]
    assert set(statuses) == {201, 429}
    assert statuses.count(201) >= 29, "a burst of 30, one of it spent before"
    refused = next(headers for some in answers for status, headers, _body in some if status == 429)
    assert int(refused["retry-after"]) >= 1


def test_nothing_acknowledged_is_lost_when_the_process_is_killed_among_messages(address: str, widget: Widget) -> None:
    site = Site({"DATABASE_URL": address})
    site.start()
    people = [Caller(site.port).begin() for _number in range(6)]
    acknowledged = threading.Semaphore(0)

    def talk(person: Caller) -> None:
        try:
            for turn in range(25):
                if person.say(f"{turn}")[0] == 201:
                    acknowledged.release()
        except (OSError, HTTPException):
            return

    with ThreadPoolExecutor(len(people)) as pool:
        running = [pool.submit(talk, person) for person in people]
        for _number in range(40):
            assert acknowledged.acquire(timeout=30)
        site.stop(at_once=True)
        for each in running:
            each.result(60)
    keys = {key for person in people for key in person.acknowledged}
    assert 40 <= len(keys) < 150
    stored = Message.objects.filter(client_key__in=keys)
    assert set(map(str, stored.values_list("client_key", flat=True))) == keys
    assert stored.count() == len(keys)
