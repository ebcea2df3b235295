"""After a conversation over the public API: the rating as it is published, and the customer's own way to the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.organisation.models import Centre
from lingting.service.channels.chat.tests.conftest import Browser
from lingting.service.desk.models import Case
from lingting.service.desk.services import end_conversation, merge_case, open_case, start_conversation

pytestmark = pytest.mark.django_db


def test_the_rating_form_is_the_published_questionnaire(browser: Browser, new_browser: Callable[..., Browser]) -> None:
    conversation = browser.begin()["id"]
    form = browser.get(f"conversations/{conversation}/rating").json()
    score = form["parts"][0]["questions"][0]
    assert (score["key"], score["kind"], score["low"], score["high"]) == ("score", "scale", 1, 5)
    assert [one["words"] for one in score["options"]][-1] == "Very good"
    browser.post(f"conversations/{conversation}/end")
    wrong = browser.post(f"conversations/{conversation}/rating", answers={"comment": "?"}, version=form["version"])
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"score"})
    assert browser.post(f"conversations/{conversation}/rating", answers={"score": 3}, version=10**9).status_code == 404
    sent = {"answers": {"score": 3}, "version": form["version"]}
    assert browser.post(f"conversations/{conversation}/rating", **sent).status_code == 204


def test_a_visitor_follows_the_own_case_by_a_link_and_nobody_elses(
    browser: Browser, new_browser: Callable[..., Browser], agent: Account
) -> None:
    Centre.objects.update_or_create(pk=1, defaults={"address": "https://help.example"})
    conversation = browser.begin()["id"]
    told = browser.post(f"conversations/{conversation}/case").json()
    case = Case.objects.get()
    assert told["case_number"] == case.pk and told["link"].startswith("https://help.example/my/l/")
    opened = browser.client.get(told["link"].removeprefix("https://help.example"))
    assert opened.headers["Location"] == f"/my/cases/{case.pk}/"
    assert not Client().get(told["link"] + "x").headers.get("Location")


def test_a_chat_joined_with_what_was_said_elsewhere_gives_a_guest_no_link(
    browser: Browser, new_browser: Callable[..., Browser], agent: Account
) -> None:
    Centre.objects.update_or_create(pk=1, defaults={"address": "https://help.example"})
    conversation = browser.begin()["id"]
    guest = Case.objects.get().customer
    before = timezone.now() - timedelta(days=2)
    older = open_case(guest.pk, queue_id=Case.objects.get().queue_id, channel="mail", actor=agent.as_actor, now=before)
    start_conversation(older.pk, channel="mail", now=before)
    end_conversation(conversation, by="agent", actor=agent.as_actor, now=timezone.now())
    merge_case(Case.objects.exclude(pk=older.pk).get().pk, into_id=older.pk, actor=agent.as_actor, now=timezone.now())
    assert browser.post(f"conversations/{conversation}/case").json() == {"case_number": older.pk, "link": ""}


def test_a_message_left_outside_hours_gives_the_link_too(browser: Browser) -> None:
    Centre.objects.update_or_create(pk=1, defaults={"address": "https://help.example"})
    left = browser.post("left-messages", queue="night", phone="13800000000", text="Call me", client_key=str(uuid4())).json()
    assert left["case_number"] == Case.objects.get().pk and "/my/l/" in left["link"]


def test_without_a_known_address_of_the_site_there_is_the_number_alone(browser: Browser) -> None:
    conversation = browser.begin()["id"]
    assert browser.post(f"conversations/{conversation}/case").json() == {"case_number": Case.objects.get().pk, "link": ""}
