"""More than one person about one customer: reading along, whispering, taking over, passing on."""

from __future__ import annotations

from collections.abc import Callable

from journey_people import Customer, Staff
from playwright.sync_api import expect

SignIn = Callable[..., Staff]
Shop = Callable[..., Customer]


def test_a_supervisor_reads_along_whispers_and_takes_over(sign_in: SignIn, shop: Shop) -> None:
    agent = sign_in("tangwanqiu", is_ready=True)
    customer = shop(identity="zhangwei-cd")
    customer.ask("我的订单三天没动静了，再不发我就投诉", queue="orders")
    expect(agent.offer).to_be_visible()
    agent.accept_by_enter()
    expect(customer.with_whom).to_have_text("唐晚秋")

    supervisor = sign_in("shenruochuan")
    supervisor.open(f"/desk/cases/{agent.case_id}/")
    expect(supervisor.customer_words).to_have_text(["我的订单三天没动静了，再不发我就投诉"])
    supervisor.whisper("可以先补 50 元券")
    expect(agent.notes).to_contain_text("可以先补 50 元券")
    expect(customer.bubbles).to_have_count(1)

    supervisor.take_over()
    expect(customer.with_whom).to_have_text("沈若川")
    expect(agent.page.locator("#desk-case")).to_have_count(0)
    expect(agent.toast).to_contain_text("这个工单已不在您手上。")
    expect(agent.in_hand).to_have_text("0/3")
    supervisor.answer("我是主管沈若川，马上给您查。")
    expect(customer.bubbles.last).to_have_text("我是主管沈若川，马上给您查。")
    supervisor.close_case()


def test_a_conversation_is_passed_to_another_queue_with_a_note(sign_in: SignIn, shop: Shop) -> None:
    seller = sign_in("tangwanqiu", is_ready=True)
    technician = sign_in("yuanliqun", is_ready=True)
    customer = shop()
    customer.ask("刚买的净水器不出水", queue="presales")
    expect(seller.offer).to_be_visible()
    seller.accept_by_enter()

    seller.pass_on_to("技术支持", note="新装第一天，水阀已开")
    expect(technician.offer).to_contain_text("技术支持")
    technician.accept_by_enter()
    expect(technician.customer_words).to_have_text(["刚买的净水器不出水"])
    expect(technician.notes).to_contain_text("新装第一天，水阀已开")
    expect(customer.with_whom).to_have_text("袁立群")
    expect(customer.bubbles).to_have_count(1)
    technician.answer("请把滤芯再拧紧半圈。")
    expect(customer.bubbles.last).to_have_text("请把滤芯再拧紧半圈。")
    technician.close_case()
