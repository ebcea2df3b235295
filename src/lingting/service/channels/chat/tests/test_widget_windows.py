"""The widget in a real browser: several windows, the end with its questions, and a thread that moves under nobody's finger."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lingting.kernel.accounts.models import Account
from lingting.kernel.questionnaires.models import Questionnaire
from lingting.kernel.questionnaires.services import change_draft, publish_draft, start_draft
from lingting.service.channels.chat.models import Widget
from lingting.service.channels.chat.tests.one_port import Site
from lingting.service.channels.chat.tests.test_conversations import PICTURE
from lingting.service.channels.chat.tests.window import eventually, only_conversation, opened, say, state_of
from lingting.service.desk.models import Message
from lingting.service.desk.services import add_message, end_conversation, mark_read_by_agent
from lingting.service.feedback.models import Rating
from lingting.service.routing.services import answer_directly

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


def test_two_windows_stay_in_step_and_the_end_is_rated_once(
    site: Site, new_page: Callable[..., Page], agent: Account
) -> None:
    page = opened(new_page(), f"{site.url}/demo/shop/?language=en")
    say(page, "Hello from the first window")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    other = page.context.new_page()
    other.goto(f"{site.url}/demo/shop/?language=en")
    expect(other.locator(".bubble")).to_have_text(["Hello from the first window"])
    talk = only_conversation()
    answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    say(other, "And from the second")
    expect(page.locator(".bubble").last).to_have_text("And from the second")
    expect(state_of(other)).to_have_attribute("data-state", "delivered")
    end_conversation(talk.pk, by="agent", actor=agent.as_actor, now=timezone.now())
    for each in (page, other):
        expect(each.locator(".rating-ask").first).to_have_text("How satisfied are you with this contact?")
        expect(each.locator(".case-number")).to_have_text(f"Your case: #{talk.case_id}")
    page.get_by_label("Good", exact=True).check(force=True)
    page.get_by_label("Yes", exact=True).check(force=True)
    page.get_by_label("Anything else you want to tell us?").fill("Quick and kind")
    page.get_by_role("button", name="Send rating").click()
    for each in (page, other):
        expect(each.locator(".done-title")).to_have_text("Thank you!")
    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.account) == (4, "Quick and kind", agent)
    page.get_by_role("button", name="Start a new conversation").click()
    expect(page.locator(".greeting")).to_have_text("Hello")
    assert Message.objects.filter(kind="customer").count() == 2


def test_the_end_asks_what_the_administrator_wrote(site: Site, new_page: Callable[..., Page], agent: Account) -> None:
    why = {"key": "why", "kind": "choices", "text_zh": "哪里不好？", "text_en": "What went wrong?", "is_required": True,
           "settings": {"options": [{"key": "slow", "zh": "太慢", "en": "Too slow"}, {"key": "rude", "zh": "态度差", "en": "Rude"}]},
           "show_if": [{"item": "score", "op": "at_most", "value": "2"}]}  # fmt: skip
    ease = {"key": "ease", "kind": "scale", "text_zh": "费力吗？", "text_en": "How easy was it?", "settings": {"low": 0, "high": 10}}
    draft = start_draft(Questionnaire.objects.get(key="contact-rating"))
    change_draft(draft.pk, lambda document: document["sections"][0]["items"].extend([why, ease]))
    publish_draft(draft.pk, now=timezone.now())
    page = opened(new_page(), f"{site.url}/demo/shop/?language=en")
    say(page, "Hello")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    talk = only_conversation()
    answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    end_conversation(talk.pk, by="agent", actor=agent.as_actor, now=timezone.now())
    page.get_by_label("Very good", exact=True).check(force=True)
    expect(page.get_by_text("What went wrong?")).to_be_hidden()
    page.get_by_label("Bad", exact=True).check(force=True)
    page.get_by_label("7", exact=True).check(force=True)
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("[data-question=why] .field-problem")).to_have_text("Please answer this question.")
    page.get_by_label("Too slow").check(force=True)
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator(".done-title")).to_have_text("Thank you!")
    rating = Rating.objects.get()
    said = dict(rating.response.answers.values_list("item__key", "value"))
    assert (rating.score, said["why"], said["ease"]) == (2, {"value": ["slow"]}, {"value": 7})


def test_a_window_slow_to_hear_does_not_bring_back_what_another_has_left(
    site: Site, new_page: Callable[..., Page], agent: Account
) -> None:
    page = opened(new_page(), f"{site.url}/demo/shop/?language=en")
    say(page, "Only a short question")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    other = page.context.new_page()
    other.add_init_script(_HARD_OF_HEARING)
    other.goto(f"{site.url}/demo/shop/?language=en")
    expect(other.locator(".bubble")).to_have_text(["Only a short question"])
    talk = only_conversation()
    answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    end_conversation(talk.pk, by="agent", actor=agent.as_actor, now=timezone.now())
    for each in (page, other):
        expect(each.locator(".rating-ask").first).to_be_visible()
    page.get_by_role("button", name="Not now").click()

    held: list[Any] = []
    other.route("**/conversations/*?after=*", lambda route: held.append(route))
    other.evaluate("window.isDeaf = true; window.dispatchEvent(new Event('focus'))")
    assert eventually(lambda: held, other)
    page.get_by_role("button", name="Start a new conversation").click()
    expect(page.locator(".greeting")).to_have_text("Hello")
    for route in held:
        route.continue_()

    expect(other.locator(".greeting")).to_have_text("Hello")
    assert page.evaluate(_KEPT) == []
    expect(page.locator(".greeting")).to_have_text("Hello")


_HARD_OF_HEARING = """
    const Channel = window.BroadcastChannel;
    window.BroadcastChannel = class extends Channel {
      set onmessage(listener) {
        super.onmessage = (event) => window.isDeaf || listener(event);
      }
    };
    window.addEventListener("storage", (event) => window.isDeaf && event.stopImmediatePropagation());
"""
_KEPT = "Object.keys(localStorage).filter((key) => key.endsWith(':conversation'))"


def test_what_stands_on_the_screen_is_not_made_anew_when_something_else_changes(
    site: Site, new_page: Callable[..., Page], agent: Account
) -> None:
    Widget.objects.update(leave_contact_after_seconds=0)
    page = opened(new_page(), f"{site.url}/demo/shop/?language=en")
    page.locator("input[type=file]").set_input_files({"name": "leak.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(page.locator(".chip")).to_have_count(1)
    say(page, "See https://example.com/a")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    talk = only_conversation()
    page.evaluate(_MARK, [".bubble", ".bubble a", ".picture", ".waiting .button"])
    mark_read_by_agent(talk.case_id, up_to_id=Message.objects.get(kind="customer").pk, actor=agent.as_actor, now=timezone.now())
    expect(page.locator(".meta.is-read")).to_have_count(1)
    assert page.evaluate(_MARKED, [".bubble", ".bubble a", ".picture", ".waiting .button"]) == [True] * 4

    answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    add_message(talk.pk, kind="agent", text="Hello", actor=agent.as_actor, now=timezone.now())
    say(page, "One more")
    expect(page.locator(".bubble")).to_have_text(["See https://example.com/a", "Hello", "One more"])
    expect(state_of(page)).to_have_attribute("data-state", "delivered")
    assert page.evaluate(_MARKED, [".bubble", ".bubble a", ".picture"]) == [True] * 3


_MARK = """(names) => {
  const root = document.querySelector("lingting-chat").shadowRoot;
  for (const name of names) root.querySelector(name).marked = true;
}"""
_MARKED = "(names) => names.map((name) => document.querySelector('lingting-chat').shadowRoot.querySelector(name)?.marked === true)"


def test_older_messages_come_at_the_top_and_one_stays_where_one_reads(
    site: Site, new_page: Callable[..., Page], agent: Account
) -> None:
    page = opened(new_page(), f"{site.url}/demo/shop/?language=en")
    say(page, "The very first words")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    talk = only_conversation()
    answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    for number in range(1, 421):
        add_message(talk.pk, kind="agent", text=f"Line {number}", actor=agent.as_actor, now=timezone.now())
    page.reload()
    expect(page.locator(".bubble").last).to_have_text("Line 420")
    expect(page.locator(".bubble")).to_have_count(200)

    oldest = page.locator(".bubble").first
    assert oldest.text_content() == "Line 221"
    page.locator(".earlier").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bubble")).to_have_count(400)
    assert page.evaluate("document.querySelector('lingting-chat').shadowRoot.activeElement.querySelector('.bubble').textContent") == "Line 220"
    expect(page.locator("[role=log]")).to_contain_text("Earlier messages loaded: 200")

    watched = page.locator(".bubble", has_text=re.compile("^Line 21$"))
    page.evaluate("document.querySelector('lingting-chat').shadowRoot.querySelector('.body').scrollTop = 30")
    expect(page.locator(".bubble").first).to_have_text("The very first words")
    expect(watched).to_be_in_viewport()
    expect(page.locator(".earlier")).to_be_hidden()
    add_message(talk.pk, kind="agent", text="Line 421", actor=agent.as_actor, now=timezone.now())
    expect(page.locator(".jump")).to_be_visible()
    page.locator(".jump").click()
    expect(page.locator(".bubble").last).to_be_in_viewport()
