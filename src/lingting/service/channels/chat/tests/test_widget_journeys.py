"""The widget in a real browser: what a customer lives through."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect, sync_playwright

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.questionnaires.models import Questionnaire
from lingting.kernel.questionnaires.services import change_draft, publish_draft, start_draft
from lingting.service.channels.chat.models import Visitor, Widget
from lingting.service.channels.chat.tests.one_port import HostSite, Site
from lingting.service.channels.chat.tests.test_conversations import PICTURE
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Conversation, Message
from lingting.service.desk.services import add_message, end_conversation, mark_read_by_agent
from lingting.service.feedback.models import Rating
from lingting.service.routing.services import answer_directly

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    # Playwright's own loop runs in this thread; the tests themselves are not asynchronous.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    found = connection.settings_dict
    host, port = found["HOST"], found["PORT"]
    login = found["USER"] + (f":{found['PASSWORD']}" if found["PASSWORD"] else "")
    address = f"postgresql://{login}@/{found['NAME']}?host={host}&port={port}"
    running = Site({"DATABASE_URL": address})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def shop(chromium: Chromium, widget: Widget) -> Widget:
    Widget.objects.update(key="demo-shop", is_demo=True)
    widget.refresh_from_db()
    return widget


@pytest.fixture
def new_page(chromium: Chromium, shop: Widget) -> Iterator[Callable[..., Page]]:
    contexts = []

    def make(**given: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", "reduced_motion": "reduce"} | given))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        return page

    yield make
    for context in contexts:
        context.close()


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.locator(".launcher").click()
    return page


def say(page: Page, text: str) -> None:
    page.locator("textarea.say").fill(text)
    page.locator("textarea.say").press("Enter")


def state_of(page: Page) -> Locator:
    return page.locator(".is-own .meta").last


def only_conversation() -> Conversation:
    return Conversation.objects.get()


def test_a_customer_writes_survives_reload_and_a_killed_server_and_nothing_is_doubled(
    site: Site, new_page: Callable[..., Page], agent: Account
) -> None:
    page = opened(new_page(), f"{site.url}/demo/shop/?language=zh")
    say(page, "净水器不出水了")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    expect(page.locator(".waiting-time")).to_contain_text("下一位就是您")
    page.reload()
    expect(page.locator(".bubble")).to_have_text(["净水器不出水了"])

    site.stop(at_once=True)
    say(page, "断网时写的第一句")
    say(page, "断网时写的第二句")
    expect(page.locator(".is-pending .bubble")).to_have_count(2)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    site.start()
    expect(page.locator(".is-pending")).to_have_count(0)
    words = ["净水器不出水了", "断网时写的第一句", "断网时写的第二句"]
    expect(page.locator(".bubble")).to_have_text(words)
    assert list(Message.objects.filter(kind="customer").order_by("id").values_list("text", flat=True)) == words

    talk = only_conversation()
    answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    expect(page.locator(".head-title")).to_have_text("林晓")
    expect(state_of(page)).to_have_attribute("data-state", "delivered")
    answer = add_message(talk.pk, kind="agent", text="您好，我马上看。", actor=agent.as_actor, now=timezone.now())
    expect(page.locator(".bubble").last).to_have_text("您好，我马上看。")
    mark_read_by_agent(talk.case_id, up_to_id=answer.id, actor=agent.as_actor, now=timezone.now())
    expect(page.locator(".meta.is-read")).to_have_count(1)
    _eventually(lambda: Message.objects.get(pk=answer.id).read_at is not None, page)


def test_closed_hours_leave_a_message_and_errors_stand_at_their_fields(site: Site, new_page: Callable[..., Page]) -> None:
    Calendar.objects.update(always_open=False)
    page = opened(new_page(), f"{site.url}/demo/shop/?language=en")
    expect(page.locator(".form-lead")).to_have_text("Closed")
    expect(page.locator("textarea.say")).to_be_hidden()
    page.get_by_label("Your question").fill("Please call me")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#p-phone")).to_contain_text("phone number or an e-mail")
    page.get_by_label("Phone number").fill("not a number")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#p-phone")).to_contain_text("is not a phone number")
    page.get_by_label("Phone number").fill("138 0000 0000")
    page.get_by_role("button", name="Send message").click()
    case = _eventually(lambda: Case.objects.first(), page)
    expect(page.locator(".done-text")).to_contain_text(f"#{case.pk}")
    assert case.customer.contact_points.get().value == "13800000000"


def test_an_identified_customer_is_known_and_a_stranger_after_signing_out_sees_nothing(
    site: Site, new_page: Callable[..., Page]
) -> None:
    page = opened(new_page(), f"{site.url}/demo/shop/?language=zh&identity=wangxiulan")
    say(page, "该换滤芯了吗？")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    assert Case.objects.get().customer.name == "王秀兰"
    assert Customer.objects.get().external_id == "demo-wangxiulan"
    page.goto(f"{site.url}/demo/shop/?language=zh")
    expect(page.locator(".greeting")).to_have_text("您好")
    expect(page.locator(".bubble")).to_have_count(0)
    assert _eventually(lambda: Visitor.objects.count() == 2, page)


def test_hostile_words_stay_words_and_links_are_safe(site: Site, new_page: Callable[..., Page], agent: Account) -> None:
    page = opened(new_page(), f"{site.url}/demo/shop/?language=zh")
    hostile = "<img src=x onerror=alert(1)> javascript:alert(1) https://example.com/a?b=1。\u202e反着 <script>alert(2)</script>"
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    say(page, hostile)
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    add_message(only_conversation().pk, kind="agent", text=hostile, actor=agent.as_actor, now=timezone.now())
    expect(page.locator(".bubble")).to_have_count(2)
    for bubble in page.locator(".bubble").all():
        assert bubble.text_content() == hostile
        assert bubble.locator("img, script").count() == 0
        link = bubble.locator("a")
        expect(link).to_have_attribute("href", "https://example.com/a?b=1")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
    assert not dialogs


def test_on_a_phone_it_fills_the_screen_and_works_by_keyboard_alone(site: Site, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, locale="en-GB")
    page.goto(f"{site.url}/demo/shop/?language=en")
    expect(page.locator(".launcher")).to_be_visible()
    page.locator(".launcher").focus()
    page.keyboard.press("Enter")
    panel = page.locator(".panel")
    expect(panel).to_have_attribute("aria-modal", "true")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for box in [each.bounding_box() for each in page.locator(".panel button:visible").all()]:
        assert box["height"] >= 38, box
    focused = page.evaluate("document.activeElement.tagName")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == focused == "LINGTING-CHAT"
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launcher"


def test_on_another_site_with_a_strict_policy_everything_works_and_nothing_moves(
    site: Site, new_page: Callable[..., Page]
) -> None:
    host = HostSite(site.url, widget="demo-shop")
    try:
        page = new_page(locale="en-GB")
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.add_init_script(
            "window.shifts = 0; new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifts += each.value; })"
            ".observe({ type: 'layout-shift', buffered: true });"
        )
        page.goto(host.url)
        expect(page.locator(".launcher")).to_be_visible()
        assert page.evaluate("window.shifts") == 0
        heading = page.locator("h1").bounding_box()
        page.locator(".launcher").click()
        page.locator("input[type=file]").set_input_files({"name": "leak.png", "mimeType": "image/png", "buffer": PICTURE})
        expect(page.locator(".chip")).to_have_count(1)
        say(page, "It leaks here")
        expect(state_of(page)).to_have_attribute("data-state", "sent")
        page.wait_for_function(
            "() => document.querySelector('lingting-chat').shadowRoot.querySelector('.picture img')?.naturalWidth === 1"
        )
        assert page.locator("h1").bounding_box() == heading
        assert page.context.cookies() == []
        assert [text for text in complaints if "favicon" not in text] == []
    finally:
        host.close()


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
    assert _eventually(lambda: held, other)
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


def _eventually(find: Callable[[], Any], page: Page) -> Any:
    """What the server has after a moment; the page goes on running meanwhile."""
    for _ in range(100):
        found = find()
        if found:
            return found
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")
