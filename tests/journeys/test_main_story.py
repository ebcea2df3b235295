"""The main job, end to end: a customer asks, the right agent answers, the floor sees it."""

from __future__ import annotations

from collections.abc import Callable

from journey_people import Customer, Floor, Staff
from playwright.sync_api import expect

SignIn = Callable[..., Staff]
Shop = Callable[..., Customer]


def test_a_customer_asks_in_chinese_and_the_newcomer_answers(
    sign_in: SignIn, shop: Shop, floor_of: Callable[[str], Floor]
) -> None:
    floor = floor_of("售前咨询")
    customer = shop(identity="wangxiulan")
    customer.ask("1200 和 600 两款净水器，家里四口人选哪个？", queue="presales")
    expect(floor.waiting).to_have_text("1")

    linxiao = sign_in("linxiao", is_ready=True)
    expect(linxiao.offer).to_contain_text("王秀兰")
    expect(linxiao.offer).to_contain_text("售前咨询")
    linxiao.accept_by_enter()
    expect(linxiao.customer_words).to_have_text(["1200 和 600 两款净水器，家里四口人选哪个？"])
    expect(linxiao.beside).to_contain_text("王秀兰")
    expect(customer.with_whom).to_have_text("林晓")
    expect(floor.in_progress).to_have_text("1")
    expect(floor.waiting).to_have_text("0")

    linxiao.answer("四口人建议选 1200，出水快一倍。")
    expect(customer.bubbles.last).to_have_text("四口人建议选 1200，出水快一倍。")
    customer.say("好的，谢谢")
    expect(linxiao.customer_words.last).to_have_text("好的，谢谢")

    linxiao.close_case()
    rated_before = floor.ratings()
    customer.rate("非常满意", comment="说得清楚")
    expect(customer.thanks).to_have_text("谢谢您！")
    expect(floor.in_progress).to_have_text("0")
    expect(floor.service_level).to_contain_text("%")
    expect(floor.satisfaction).to_contain_text(f"n = {rated_before + 1}")

    manager = sign_in("fangzhiyuan")
    manager.open("/reports/service/?period=today&by=queue")
    expect(manager.page.locator("#report tbody tr", has_text="售前咨询")).to_contain_text("%")


def test_a_customer_asks_in_english_and_an_english_speaker_answers(sign_in: SignIn, shop: Shop) -> None:
    mobai = sign_in("mobai", is_ready=True, language="en")
    customer = shop(language="en", identity="sofia-herrera")
    customer.ask("Which water is right for the humidifier?", queue="english")

    expect(mobai.offer).to_contain_text("English support")
    expect(mobai.offer.get_by_role("button", name="Accept")).to_be_visible()
    mobai.accept_by_enter()
    expect(mobai.heading).to_contain_text("Sofia")
    mobai.answer("Tap water is fine, no oils please.")
    expect(customer.bubbles.last).to_have_text("Tap water is fine, no oils please.")
    mobai.close_case()
    customer.rate("Very good", comment="Straight answer")
    expect(customer.thanks).to_have_text("Thank you!")


def test_after_hours_a_customer_leaves_a_message_that_becomes_a_case(sign_in: SignIn, shop: Shop) -> None:
    customer = shop()
    customer.choose("installation")
    customer.leave_message("明天上午能不能上门装净水器？", phone="138 0000 4321")
    expect(customer.page.locator(".done-title")).to_have_text("留言已收到")

    leader = sign_in("lufan")
    leader.open("/desk/unassigned/")
    leader.page.locator(".desk-row", has_text="明天上午能不能上门装净水器？").first.click()
    expect(leader.customer_words).to_have_text(["明天上午能不能上门装净水器？"])
    expect(leader.page.locator(".desk-system", has_text="13800004321").or_(
        leader.page.locator(".desk-system", has_text="138 0000 4321")
    )).to_be_visible()  # fmt: skip
