"""The widget in a real browser: what a customer lives through."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar
from lingting.service.channels.chat.models import Visitor
from lingting.service.channels.chat.tests.one_port import HostSite, Site
from lingting.service.channels.chat.tests.test_conversations import PICTURE
from lingting.service.channels.chat.tests.window import eventually, only_conversation, opened, say, state_of
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Message
from lingting.service.desk.services import add_message, mark_read_by_agent
from lingting.service.routing.services import answer_directly

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


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
    eventually(lambda: Message.objects.get(pk=answer.id).read_at is not None, page)


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
    case = eventually(lambda: Case.objects.first(), page)
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
    assert eventually(lambda: Visitor.objects.count() == 2, page)


def test_a_host_token_that_is_no_good_leaves_the_customer_a_guest_and_tells_the_makers(
    site: Site, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{site.url}/demo/shop/?language=zh")
    page.evaluate("customElements.whenDefined('lingting-chat').then(() => document.querySelector('lingting-chat').identify('no.good.token'))")
    page.locator("lingting-chat .launcher").click()
    say(page, "水龙头关不上了")
    expect(state_of(page)).to_have_attribute("data-state", "sent")
    assert Case.objects.get().customer.is_guest
    assert any("Lingting" in text for text in told)


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
