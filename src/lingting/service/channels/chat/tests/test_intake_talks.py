"""Conversations that begin and end over the native road: the ordinary answers, each begun and ended once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.models import Entry
from lingting.platform.rest.together import Call
from lingting.service.channels.chat import intake
from lingting.service.channels.chat.models import ChatSession, Visitor, Widget
from lingting.service.channels.chat.tests.callers import ONE_ANSWER, Caller, at_once
from lingting.service.channels.chat.tests.conftest import Browser
from lingting.service.channels.chat.tests.one_port import Site
from lingting.service.crm.services import merge_customers
from lingting.service.desk.models import Case, Message
from lingting.service.routing.models import Assignment, Contact
from lingting.service.routing.services import answer_directly

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
Browsers = Callable[..., Browser]


def beginning(browser: Browser, text: str = "Where is it?", *, key: str = "", origin: str = "", **given: Any) -> Call:
    body = {"text": text, "client_key": key or str(uuid4())} | given
    return call(browser, body, origin=origin)


def ending(browser: Browser, conversation: int) -> Call:
    return call(browser, {}, str(conversation))


def call(browser: Browser, body: dict[str, Any], *values: str, origin: str = "") -> Call:
    headers = {b"authorization": f"Visitor {browser.token}".encode()} | ({b"origin": origin.encode()} if origin else {})
    return Call(headers, values=values, body=json.dumps(body).encode(), peer="127.0.0.1")


def talking(browser: Browser, agent: Account) -> int:
    pk = int(browser.begin()["id"])
    assert answer_directly(pk, account_id=agent.pk, actor=agent.as_actor, now=Contact.objects.get(conversation_id=pk).entered_at)
    return pk


def kinds_of(shown: Any) -> Any:
    if isinstance(shown, dict):
        return {name: kinds_of(value) for name, value in shown.items()}
    return [kinds_of(each) for each in shown] if isinstance(shown, list) else type(shown)


def test_eight_beginnings_take_few_more_statements_than_one(new_browser: Browsers) -> None:
    intake.beginnings.answer([beginning(new_browser())])
    call, calls = beginning(new_browser()), [beginning(new_browser(), f"{number}") for number in range(8)]
    with CaptureQueriesContext(connection) as alone:
        assert [done.status for done in intake.beginnings.answer([call]) if done] == [201]
    with CaptureQueriesContext(connection) as together:
        done = intake.beginnings.answer(calls)
    assert len(together) <= len(alone) + len(("guests", "cases", "conversations", "sessions", "contacts")), "their ids"
    shown = [json.loads(each.body) for each in done if each]
    assert [each["standing"]["state"] for each in shown] == ["waiting"] * 8
    assert [each["standing"]["place"] for each in shown] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert [each["messages"][0]["text"] for each in shown] == list("01234567")
    assert Case.objects.filter(subject__in="01234567", customer__is_guest=True).values("customer").distinct().count() == 8
    assert Entry.objects.filter(kind="ContactQueued").count() == 10


def test_what_is_not_plain_is_left_alone(new_browser: Browsers, widget: Widget, agent: Account) -> None:
    Widget.objects.update(origins=["https://shop.example"])
    known, running, forged, merged, twice = (new_browser() for _each in range(5))
    key = str(uuid4())
    said = known.begin("said before", client_key=key)["id"]
    known.post(f"conversations/{said}/end")
    running.begin()
    forged.token += "x"
    ended = merged.begin()["id"]
    merged.post(f"conversations/{ended}/end")
    guest, other = (Visitor.objects.get(sessions__conversation_id=pk).customer_id for pk in (ended, said))
    assert guest and other
    merge_customers(other, absorbed_id=guest, actor=agent.as_actor, now=timezone.now())
    calls = [
        beginning(known, key=key), beginning(running), beginning(forged), beginning(new_browser(), " "),
        beginning(new_browser(), queue="night"), beginning(new_browser(), origin="https://elsewhere.example"),
        beginning(new_browser(), files=[str(uuid4())]), beginning(twice, "first"), beginning(twice, "second"),
    ]  # fmt: skip
    before = Case.objects.count()
    done = intake.beginnings.answer(calls)
    assert [place for place, each in enumerate(done) if each] == [7]
    assert Case.objects.count() == before + 1
    assert [bool(each) for each in intake.beginnings.answer([beginning(known)])] == [True]
    assert Message.objects.filter(text="first").count() == 1
    assert not Message.objects.filter(text="second").exists()


def test_eight_endings_take_few_more_statements_than_one(new_browser: Browsers, agent: Account) -> None:
    browsers = [new_browser() for _each in range(9)]
    talks = [talking(browser, agent) for browser in browsers[:8]]
    waiting = browsers[8].begin()["id"]
    with CaptureQueriesContext(connection) as alone:
        [first] = [json.loads(done.body) for done in intake.endings.answer([ending(browsers[0], talks[0])]) if done]
    assert (first["standing"]["state"], first["standing"]["agent_name"], first["messages"]) == ("ended", agent.display_name, [])
    calls = [ending(browser, talk) for browser, talk in zip(browsers, [*talks, waiting], strict=True)]
    with CaptureQueriesContext(connection) as together:
        done = intake.endings.answer([*calls[1:8], ending(browsers[1], talks[2])])
    assert len(together) <= len(alone)
    done = [*intake.endings.answer(calls[:1]), *done[:7], *intake.endings.answer(calls[8:]), done[7]]
    assert [bool(each) for each in done] == [False, *[True] * 8, False]
    assert not Assignment.objects.filter(ended_at=None).exists()
    assert set(Assignment.objects.values_list("end_reason", flat=True)) == {"by_customer"}
    assert Contact.objects.get(conversation_id=waiting).outcome == "abandoned"
    assert Contact.objects.filter(talk_seconds__isnull=False).count() == 8
    assert not ChatSession.objects.filter(ended_at=None).exists()


def test_the_native_answers_are_the_ordinary_ones(site: Site, widget: Widget) -> None:
    lends, native, ordinary = (Caller(site.port).visit() for _each in range(3))
    lends.conversation = lends.ask()[2]["id"]
    lends.end()
    begun = native.ask(), ordinary.ask(**{"Idempotency-Key": str(uuid4())})
    native.conversation, ordinary.conversation = (answer[2]["id"] for answer in begun)
    ended = native.end(), ordinary.end(**{"Idempotency-Key": str(uuid4())})
    for one, other in (begun, ended):
        assert one[0] == other[0]
        assert [{name: value for name, value in answer[1].items() if name not in ONE_ANSWER} for answer in (one, other)].count(
            {name: value for name, value in one[1].items() if name not in ONE_ANSWER}
        ) == 2
        assert kinds_of(one[2]) == kinds_of(other[2])
    for one, other in zip(*(answers[2]["messages"] for answers in begun), strict=True):
        assert {name: value for name, value in one.items() if name not in ("id", "at", "client_key")} == {
            name: value for name, value in other.items() if name not in ("id", "at", "client_key")
        }
    assert ended[0][2]["standing"] == ended[1][2]["standing"]


def test_many_begin_and_end_at_once_and_each_once(site: Site, widget: Widget) -> None:
    people = [Caller(site.port).visit() for _each in range(10)]
    keys = [str(uuid4()) for _each in people]
    asked = at_once([lambda p=p, key=key: p.ask(key=key) for p, key in zip(people, keys, strict=True) for _twice in range(2)])
    assert {status for status, _headers, _body in asked} == {201}
    assert Message.objects.filter(client_key__in=keys).count() == 10
    for person, key in zip(people, keys, strict=True):
        person.conversation = Message.objects.get(client_key=key).conversation_id
    assert len({person.conversation for person in people}) == 10
    ended = at_once([person.end for person in people for _twice in range(2)])
    assert {(status, body["standing"]["state"]) for status, _headers, body in ended} == {(200, "ended")}
    assert Entry.objects.filter(kind="ConversationEnded").count() == 10
    assert Contact.objects.filter(outcome="abandoned").count() == 10
