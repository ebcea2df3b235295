"""What customers hear without asking: links, steps, departments, answers, the end; each once, and links kept nowhere."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from lingting.kernel.organisation.services import save_centre
from lingting.kernel.procedures import foundation as procedures
from lingting.kernel.procedures.services import ensure_procedure, start_run
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.channels.email.models import Letter, Mailbox
from lingting.service.channels.email.services import send_progress
from lingting.service.channels.email.services.linking import CASE_LINK, with_link
from lingting.service.crm.models import ContactPoint
from lingting.service.desk.models import Case, Message
from lingting.service.desk.services import add_message, answer_case, close_case, start_conversation
from lingting.service.desk.tests.scene import CUSTOMER, Scene, make_scene
from lingting.service.portal.services import link_for, telling
from lingting.service.routing.models import QueueRule
from lingting.service.workorders import foundation as workorders
from lingting.service.workorders import services as orders


@pytest.fixture
def scene(db: None) -> Scene:
    """A customer with an address, a centre with a mailbox and an address of its own."""
    now = timezone.now()
    procedures.lay(now=now)
    workorders.lay(now=now)
    made = make_scene()
    QueueRule.objects.get_or_create(queue=made.service)
    ContactPoint.objects.create(customer=made.customer, kind="email", value="wang@example.com", created_at=now)
    Mailbox.objects.create(address="service@centre.example", queue=made.service, smtp_host="smtp.centre.example", changed_at=now)
    with override_settings(ALLOWED_HOSTS=["centre.example"]):
        save_centre(address="https://centre.example")
    return made


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.case(assignee=scene.lin, subject="包裹没到", at=timezone.now())


def talk_in(case: Case, *, channel: str, words: str = "我的包裹呢") -> int:
    talk = start_conversation(case.pk, channel=channel, now=timezone.now())
    add_message(talk.pk, kind="customer", text=words, actor=CUSTOMER, now=timezone.now())
    return talk.pk


def test_a_letters_link_opens_the_case_and_is_kept_nowhere(scene: Scene, case: Case):
    letter = send_progress(
        case.pk,
        subject={"zh": "进展"},
        text={"zh": "您好。\n进度：{{case.link}}\n再见。"},
        client_key=uuid4(),
        now=timezone.now(),
    )
    assert letter is not None
    letter.refresh_from_db()
    assert letter.message is not None
    assert letter.message.text == "您好。\n再见。"
    sent = with_link(letter, now=timezone.now())
    link = re.search(r"https://centre\.example(/my/l/\S+/)", sent)
    assert link is not None and link[1] not in Letter.objects.get(pk=letter.pk).text
    assert Client().get(link[1]).headers["Location"] == f"/my/cases/{case.pk}/"


def test_without_an_address_of_the_site_the_line_is_left_out(scene: Scene, case: Case):
    save_centre(address="")
    letter = send_progress(
        case.pk, subject={"zh": "进展"}, text={"zh": "您好。\n进度：{{case.link}}"}, client_key=uuid4(), now=timezone.now()
    )
    assert letter is not None and with_link(letter, now=timezone.now()) == "您好。"


@pytest.mark.parametrize(("channel", "has_link"), [("form", True), ("mail", False)])
def test_words_said_without_the_composer_go_out_by_mail_under_themselves(scene: Scene, case: Case, channel: str, has_link: bool):
    talk = talk_in(case, channel=channel)
    added = answer_case(case.pk, text="明天到", actor=scene.lin.as_actor, now=timezone.now())
    letter = Letter.objects.get()
    assert (letter.message_id, letter.conversation_id, letter.to, letter.state) == (
        added.id,
        talk,
        ["wang@example.com"],
        "queued",
    )
    assert letter.text.startswith("明天到") and (CASE_LINK in letter.text) is has_link
    assert Message.objects.filter(case=case, kind="bot").count() == 0


def test_words_in_a_chat_and_to_invented_customers_are_not_mailed(scene: Scene, case: Case):
    talk_in(case, channel="chat")
    answer_case(case.pk, text="明天到", actor=scene.lin.as_actor, now=timezone.now())
    invented = scene.case(assignee=scene.lin, at=timezone.now())
    Case.objects.filter(pk=invented.pk).update(is_demo=True)
    talk_in(invented, channel="form")
    answer_case(invented.pk, text="明天到", actor=scene.lin.as_actor, now=timezone.now())
    assert not Letter.objects.exists()


def test_asked_and_answered_departments_are_told_in_their_public_words(scene: Scene, case: Case):
    named = orders.save_department({"name_zh": "物流", "minutes": 60, "public_zh": "我们正在与物流核实"})
    silent = orders.save_department({"name_zh": "法务", "minutes": 60})
    for department in (named, silent):
        order, _token = orders.ask_department(
            case.pk,
            department_id=department.pk,
            subject="内部标题",
            question="内部问题",
            actor=scene.lin.as_actor,
            now=timezone.now(),
        )
        orders.answer_order(order.pk, orders.Said("内部答复", by="小王"), actor=SYSTEM, now=timezone.now())
    asked, back = Letter.objects.order_by("pk")
    assert "我们正在与物流核实" in asked.text and "预计" in asked.text
    assert telling.ANSWERED["zh"] in back.text
    assert "内部" not in asked.text + back.text


def test_a_step_is_told_only_where_its_procedure_says_so(scene: Scene, case: Case):
    steps = [
        {"key": "one", "title": {"zh": "内部一"}, "public": {"zh": "受理中"}, "is_mailed": True, "outcomes": [_on("two")]},
        {"key": "two", "title": {"zh": "内部二"}, "outcomes": [_on("three")]},
        {"key": "three", "title": {"zh": "内部三"}, "public": {"zh": "办理中"}, "outcomes": [_on("end")]},
    ]
    ensure_procedure({"key": "told", "name": {"zh": "流程"}, "subject_kind": "desk.case", "steps": steps}, now=timezone.now())
    start_run("told", subject_kind="desk.case", subject_id=case.pk, actor=scene.lin.as_actor, now=timezone.now())
    assert "受理中" in Letter.objects.get().text
    page = _portal(scene, case)
    assert "受理中" in page and "办理中" in page and "内部" not in page


def test_the_end_is_told_once_with_the_way_to_rate(scene: Scene, case: Case):
    talk_in(case, channel="form")
    answer_case(case.pk, text="明天到", actor=scene.lin.as_actor, now=timezone.now())
    close_case(case.pk, actor=scene.lin.as_actor, now=timezone.now())
    last = Letter.objects.order_by("-pk").first()
    assert last is not None and "已经办结" in last.text and CASE_LINK in last.text
    assert Letter.objects.count() == 2


def test_a_mailbox_that_writes_nothing_on_the_way_still_tells_the_end(scene: Scene, case: Case):
    Mailbox.objects.update(tells_progress=False)
    department = orders.save_department({"name_zh": "物流", "minutes": 60, "public_zh": "我们正在与物流核实"})
    orders.ask_department(
        case.pk, department_id=department.pk, subject="x", question="y", actor=scene.lin.as_actor, now=timezone.now()
    )
    assert not Letter.objects.exists()
    talk_in(case, channel="form")
    answer_case(case.pk, text="明天到", actor=scene.lin.as_actor, now=timezone.now())
    close_case(case.pk, actor=scene.lin.as_actor, now=timezone.now())
    assert [("已经办结" in letter.text) for letter in Letter.objects.order_by("pk")] == [False, True]


def test_a_mailbox_that_writes_nothing_at_the_end_tells_progress_only(scene: Scene, case: Case):
    Mailbox.objects.update(tells_end=False)
    assert telling.tell_progress(case.pk, words=telling.ANSWERED, key="a", now=timezone.now())
    talk_in(case, channel="form")
    answer_case(case.pk, text="明天到", actor=scene.lin.as_actor, now=timezone.now())
    close_case(case.pk, actor=scene.lin.as_actor, now=timezone.now())
    assert not any("已经办结" in letter.text for letter in Letter.objects.all())


def test_a_case_that_nobody_answered_ends_silently(scene: Scene, case: Case):
    talk_in(case, channel="mail")
    close_case(case.pk, actor=scene.lin.as_actor, now=timezone.now())
    assert not Letter.objects.exists()


def _on(onward: str) -> dict[str, object]:
    return {"key": "done", "label": {"zh": "完成"}, "next": onward}


def _portal(scene: Scene, case: Case) -> str:
    client = Client()
    client.get(link_for(scene.customer, case, now=timezone.now()))
    return client.get(f"/my/cases/{case.pk}/").content.decode()
