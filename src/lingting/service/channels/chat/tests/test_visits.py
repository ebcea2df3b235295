"""Opening the widget: who somebody is, on which site, and what they may learn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from lingting.service.channels.chat import tokens
from lingting.service.channels.chat.models import ChatSession, Visitor, Widget
from lingting.service.channels.chat.tests.conftest import SECRET, Browser, identity
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.desk.models import Case

pytestmark = pytest.mark.django_db


def test_a_look_at_the_widget_makes_no_visitor_and_may_be_kept_for_a_minute(browser: Browser) -> None:
    Visitor.objects.all().delete()
    answer = browser.get("widgets/shop?language=en")
    assert answer.json()["greeting"] == "Hello"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert [queue["is_open"] for queue in answer.json()["queues"]] == [True, True, False]
    assert not Visitor.objects.exists()


def test_opening_makes_a_visitor_and_no_customer(browser: Browser) -> None:
    assert Visitor.objects.get().customer is None
    assert not Customer.objects.exists()


def test_the_same_token_is_the_same_visitor(browser: Browser) -> None:
    browser.open()
    assert Visitor.objects.count() == 1


@pytest.mark.parametrize("token", ["forged", "a.b.c", "{}", "中文"])
def test_a_wrong_token_begins_a_new_visit(browser: Browser, token: str) -> None:
    browser.token = ""
    answer = browser.post("visits", widget="shop", token=token)
    assert answer.status_code == 200
    assert Visitor.objects.count() == 2


@pytest.mark.parametrize("token", ["", "forged", "a.b.c"])
def test_nothing_else_goes_without_a_token(browser: Browser, token: str) -> None:
    conversation = browser.begin()["id"]
    browser.token = token
    for answer in (browser.read(conversation), browser.say(conversation, "hello"), browser.post("left-messages")):
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_signed_in"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_token_that_was_good_is_refused_when_it_has_grown_old(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = browser.begin()["id"]
    assert [speaker is not None for speaker in tokens.speakers_of([(browser.token, conversation)])] == [True]
    monkeypatch.setattr(tokens, "LASTS", timedelta(seconds=-5))
    assert tokens.visitor_of(browser.token) is None
    assert tokens.speakers_of([(browser.token, conversation)]) == [None]


def test_a_widget_out_of_use_is_not_there(browser: Browser, widget: Widget) -> None:
    Widget.objects.update(is_active=False)
    assert browser.post("visits", widget="shop").status_code == 404
    assert browser.get("widgets/shop").json()["code"] == "no_such_widget"
    assert browser.post("conversations", text="x", client_key="9c9f8c52-1c2d-4b63-a2a1-6a3c6fb3d0aa").status_code == 401


def test_an_identified_customer_is_made_once_with_contact_points(browser: Browser, new_browser: Callable[..., Browser]) -> None:
    token = identity("c-7", name="陈静", email="Chen@Example.com", phone="+86 138 0000 0000")
    assert browser.open(identity=token)["customer_name"] == "陈静"
    new_browser(is_open=False).open(identity=token)
    assert Customer.objects.get().external_id == "c-7"
    assert set(ContactPoint.objects.values_list("value", flat=True)) == {"chen@example.com", "13800000000"}


def test_a_guest_who_signs_in_takes_the_conversation_along(browser: Browser) -> None:
    conversation = browser.begin()["id"]
    found = browser.open(identity=identity("c-7", name="陈静"))
    assert found["conversation"]["id"] == conversation
    assert Case.objects.get().customer.external_id == "c-7"
    assert browser.say(conversation, "still me").status_code == 201


def test_the_next_customer_on_the_machine_sees_nothing_of_the_one_before(browser: Browser) -> None:
    browser.open(identity=identity("c-7"))
    conversation = browser.begin()["id"]
    assert browser.open(identity=identity("c-8"))["conversation"] is None
    assert browser.read(conversation).status_code == 404


def test_who_signed_out_is_a_stranger_again(browser: Browser) -> None:
    browser.open(identity=identity("c-7"))
    conversation = browser.begin()["id"]
    found = browser.open()
    assert (found["is_identified"], found["conversation"]) == (False, None)
    assert browser.read(conversation).status_code == 404


def test_another_device_of_an_identified_customer_goes_on_with_the_chat(
    browser: Browser, new_browser: Callable[..., Browser]
) -> None:
    browser.open(identity=identity("c-7"))
    conversation = browser.begin()["id"]
    other = new_browser(is_open=False)
    assert other.open(identity=identity("c-7"))["conversation"]["id"] == conversation


BAD_IDENTITIES: dict[str, tuple[Callable[[], str], str]] = {
    "expired": (lambda: identity("c-7", lives=timedelta(minutes=-5)), "expired"),
    "too long": (lambda: identity("c-7", lives=timedelta(days=30)), "24 hours"),
    "another secret": (lambda: identity("c-7", secret="some other secret of thirty-two letters"), "not valid"),
    "nobody": (lambda: identity("  "), "empty"),
    "no end": (lambda: jwt.encode({"sub": "c-7"}, SECRET, algorithm="HS256"), "not valid"),
    "no time": (lambda: jwt.encode({"sub": "c-7", "exp": "soon"}, SECRET, algorithm="HS256"), "not valid"),
    "for ever": (lambda: jwt.encode({"sub": "c-7", "exp": 9e99}, SECRET, algorithm="HS256"), "24 hours"),
    "not a number": (lambda: jwt.encode({"sub": "c-7", "exp": float("nan")}, SECRET, algorithm="HS256"), ""),
    "unsigned": (lambda: jwt.encode({"sub": "c-7", "exp": 4e9}, None, algorithm="none"), "not valid"),
    "nonsense": (lambda: "nonsense", "not valid"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_IDENTITIES)
def test_a_bad_identity_is_refused_with_the_reason(browser: Browser, name: str) -> None:
    make, words = BAD_IDENTITIES[name]
    answer = browser.post("visits", widget="shop", identity=make(), language="en")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_identity")
    assert words in answer.json()["detail"]
    assert Visitor.objects.count() == 1


def test_a_merged_customer_goes_on_as_the_one_that_was_kept(browser: Browser) -> None:
    browser.open(identity=identity("c-7"))
    kept = Customer.objects.create(name="陈静", created_at=timezone.now(), updated_at=timezone.now())
    Customer.objects.filter(external_id="c-7").update(merged_into=kept)
    conversation = browser.begin()["id"]
    assert ChatSession.objects.get(conversation_id=conversation).conversation.case.customer == kept
    assert browser.open(identity=identity("c-7"))["conversation"]["id"] == conversation


def test_a_widget_with_named_sites_works_there_only(browser: Browser, widget: Widget) -> None:
    Widget.objects.update(origins=["https://shop.example"])
    conversation = browser.begin()["id"]
    browser.origin = "https://elsewhere.example"
    answers = [browser.get("widgets/shop"), browser.post("visits", widget="shop"), browser.say(conversation, "hi")]
    assert {answer.status_code for answer in answers} == {403}
    assert answers[0].json()["code"] == "foreign_origin"
    browser.origin = "null"
    assert browser.read(conversation).status_code == 403
    browser.origin = "http://testserver"
    assert browser.read(conversation).status_code == 200


def test_other_sites_may_ask_before_they_call(db: None) -> None:
    answer = Client().options(
        "/api/v1/chat/visits", headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_long_addresses_are_cut(browser: Browser) -> None:
    browser.open(page_url="https://shop.example/?" + "a" * 1900, page_title="标题" * 150)
    visitor = Visitor.objects.get()
    assert (len(visitor.page_url), len(visitor.page_title)) == (500, 200)


def test_too_many_visits_of_one_address_wait(browser: Browser) -> None:
    answers = [browser.post("visits", widget="shop") for _ in range(90)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert int(limited[0].headers["Retry-After"]) >= 1
    assert limited[0].headers["Access-Control-Allow-Origin"] == "*"
