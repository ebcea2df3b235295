"""What goes wrong in life: pages reloaded, networks lost, people gone without a word."""

from __future__ import annotations

from collections.abc import Callable

from journey_people import Customer, Staff
from playwright.sync_api import expect

SignIn = Callable[..., Staff]
Shop = Callable[..., Customer]


def test_reload_and_network_loss_lose_and_double_nothing(sign_in: SignIn, shop: Shop) -> None:
    zhoumin = sign_in("zhoumin", is_ready=True)
    customer = shop(identity="fengjun")
    customer.ask("洗碗机报 E1 怎么办？", queue="support")
    expect(zhoumin.offer).to_contain_text("技术支持")
    zhoumin.accept_by_enter()
    expect(customer.with_whom).to_have_text("周敏")

    customer.page.context.set_offline(True)
    customer.say("断网时说的话")
    expect(customer.page.locator(".is-pending .bubble")).to_have_text("断网时说的话")
    zhoumin.answer("请先关上进水阀。")
    customer.page.context.set_offline(False)
    said = ["洗碗机报 E1 怎么办？", "请先关上进水阀。", "断网时说的话"]
    expect(customer.bubbles).to_have_text(said)
    expect(customer.page.locator(".is-pending")).to_have_count(0)
    expect(zhoumin.customer_words).to_have_text([said[0], said[2]])

    customer.page.reload()
    zhoumin.page.reload()
    expect(customer.bubbles).to_have_text(said)
    expect(zhoumin.customer_words).to_have_text([said[0], said[2]])
    expect(zhoumin.our_words).to_have_text([said[1]])
    expect(zhoumin.presence).to_contain_text("就绪")
    zhoumin.close_case()
    expect(customer.page.locator(".rating-ask").first).to_be_visible()


def test_when_an_agent_vanishes_another_gets_the_conversation_within_twenty_seconds(sign_in: SignIn, shop: Shop) -> None:
    first = sign_in("pangbo", is_ready=True)
    customer = shop()
    customer.ask("门锁打不开了", queue="support")
    expect(first.offer).to_be_visible()
    first.accept_by_enter()
    expect(customer.with_whom).to_have_text("庞博")

    second = sign_in("zhoumin", is_ready=True)
    second.is_connected()
    first.leave_without_a_word()
    expect(second.offer).to_contain_text("技术支持", timeout=20_000)
    second.accept_by_enter()
    expect(second.customer_words).to_have_text(["门锁打不开了"])
    expect(customer.with_whom).to_have_text("周敏")
    second.answer("我来接着帮您。")
    expect(customer.bubbles.last).to_have_text("我来接着帮您。")
    second.close_case()
