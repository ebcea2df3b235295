"""Asking a department, its question back, its answer, and the clock beside them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from lingting.kernel.clocks.models import Clock
from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.events import Actor
from lingting.service.desk.models import Case
from lingting.service.desk.selectors import fact_words, facts_of
from lingting.service.desk.tests.scene import NOW, Scene, later, make_scene
from lingting.service.workorders import foundation, services, words
from lingting.service.workorders.models import Department, WorkOrder

CLERK = Actor("department", None, "物流小王")


@pytest.fixture
def scene(db: None) -> Scene:
    foundation.lay(now=NOW)
    return make_scene()


@pytest.fixture
def logistics(scene: Scene) -> Department:
    values = {
        "name_zh": "物流",
        "name_en": "Logistics",
        "minutes": 60,
        "public_zh": "我们正在与物流核实",
        "members": [scene.he.pk],
    }
    return services.save_department(values)


def ask(scene: Scene, department: Department) -> tuple[Case, WorkOrder, str]:
    case = scene.case(assignee=scene.lin, subject="包裹没到")
    order, token = services.ask_department(
        case.pk,
        department_id=department.pk,
        subject="查包裹",
        question="单号 SF100 到哪里了？",
        actor=scene.lin.as_actor,
        now=NOW,
    )
    return case, order, token


def clock_of(order: WorkOrder) -> Clock:
    return Clock.objects.get(subject_kind="workorders.order", subject_id=order.pk)


def test_an_order_is_a_child_case_with_a_clock_and_its_department_hears_of_it(scene: Scene, logistics: Department):
    case, order, token = ask(scene, logistics)
    assert (order.case.parent_id, order.case.customer_id, order.case.channel) == (case.pk, case.customer_id, "order")
    assert clock_of(order).due_at == NOW + timedelta(minutes=60)
    assert Notice.objects.get(account=scene.he).code == "workorders.asked"
    assert services.access_by_token(token, now=later()).pk == order.pk
    assert [one.words for one in words.progress_of(case.pk, now=NOW)] == ["我们正在与物流核实"]
    assert "查包裹" in fact_words(facts_of(case.pk))[0].words


def test_the_answer_ends_order_clock_and_child_case_and_tells_who_asked(scene: Scene, logistics: Department):
    case, order, _token = ask(scene, logistics)
    assert services.accept_order(order.pk, by="小王", actor=CLERK, now=later())
    assert not services.accept_order(order.pk, by="小李", actor=CLERK, now=later())
    services.answer_order(order.pk, services.Said("明天到", by="小王"), actor=CLERK, now=later(600))
    order.refresh_from_db()
    assert (order.state, order.answer, order.answered_by, order.case.state) == ("answered", "明天到", "小王", "closed")
    assert (clock_of(order).state, clock_of(order).breached_at) == ("stopped", None)
    assert Notice.objects.get(account=scene.lin).code == "workorders.answered"
    assert words.progress_of(case.pk, now=NOW) == []
    with pytest.raises(services.OrderIsOver):
        services.answer_order(order.pk, services.Said("后天到", by="小李"), actor=CLERK, now=later(700))


def test_a_question_back_stops_the_clock_until_the_centre_answers(scene: Scene, logistics: Department):
    _case, order, _token = ask(scene, logistics)
    services.ask_back(order.pk, services.Said("收件人是谁？", by="小王"), actor=CLERK, now=later(600))
    assert clock_of(order).state == "paused"
    said = services.Said("王芳", by=scene.lin.as_actor.label)
    services.reply_to_department(order.pk, said, actor=scene.lin.as_actor, now=later(4200))
    assert clock_of(order).due_at == NOW + timedelta(minutes=120)
    order.refresh_from_db()
    assert order.state == "asked"
    assert [each.is_ours for each in order.words.all()] == [True, False, True]


def test_handed_on_keeps_what_has_passed_and_takes_the_new_departments_limit(scene: Scene, logistics: Department):
    _case, order, _token = ask(scene, logistics)
    repair = services.save_department({"name_zh": "维修", "minutes": 120})
    services.hand_on(order.pk, department_id=repair.pk, note="这是维修件", by="小王", actor=CLERK, now=later(1800))
    order.refresh_from_db()
    assert (order.department, order.state) == (repair, "asked")
    assert clock_of(order).due_at == NOW + timedelta(minutes=120)


def test_a_withdrawn_order_owes_nothing(scene: Scene, logistics: Department):
    _case, order, _token = ask(scene, logistics)
    assert services.cancel_order(order.pk, reason="客户收到了", actor=scene.lin.as_actor, now=later())
    assert not services.cancel_order(order.pk, reason="", actor=scene.lin.as_actor, now=later())
    assert clock_of(order).state == "cancelled"


def test_a_link_works_until_it_is_renewed_or_outlived(scene: Scene, logistics: Department):
    _case, order, token = ask(scene, logistics)
    fresh = services.new_link(order.pk, now=later())
    with pytest.raises(services.OrderNotFound):
        services.access_by_token(token, now=later())
    assert services.access_by_token(fresh, now=later()).pk == order.pk
    with pytest.raises(services.OrderNotFound):
        services.access_by_token(fresh, now=NOW + timedelta(days=61))


@pytest.mark.parametrize(("subject", "question"), [("", "有字"), ("有字", "  \x00 "), ("有字", "长" * 10_001)])
def test_an_order_needs_words(scene: Scene, logistics: Department, subject: str, question: str):
    case = scene.case()
    with pytest.raises(services.EmptyOrder):
        services.ask_department(
            case.pk, department_id=logistics.pk, subject=subject, question=question, actor=scene.lin.as_actor, now=NOW
        )
    assert not WorkOrder.objects.exists()


def test_what_a_form_says_is_said_once_however_often_it_is_sent(scene: Scene, logistics: Department):
    _case, order, _token = ask(scene, logistics)
    question, answer = uuid4(), uuid4()
    for _sent in range(2):
        services.ask_back(order.pk, services.Said("收件人是谁？", by="小王", client_key=question), actor=CLERK, now=later(600))
    for _sent in range(2):
        services.answer_order(order.pk, services.Said("明天到", by="小王", client_key=answer), actor=CLERK, now=later(700))
    assert [word.text for word in order.words.all()] == ["单号 SF100 到哪里了？", "收件人是谁？", "明天到"]
