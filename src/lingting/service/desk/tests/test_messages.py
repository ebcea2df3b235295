"""What happens to a case when somebody says something."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from lingting.kernel.timeline.models import Entry
from lingting.service.desk import services
from lingting.service.desk.models import Message
from lingting.service.desk.services.refusals import CaseIsClosed, ConversationIsOver, EmptyMessage, MessageTooLong
from lingting.service.desk.tests.scene import CUSTOMER, NOW, Scene, later


def test_a_customers_words_wait_for_an_answer(scene: Scene):
    case, talk = scene.chat()
    scene.says(talk, "滤芯怎么换？\n我找不到开关", at=later(5))
    scene.says(talk, "在吗", at=later(30))
    case.refresh_from_db()
    assert (case.preview, case.preview_kind, case.unread_count) == ("在吗", "customer", 2)
    assert case.waiting_since_at == later(5)
    assert (case.due_at - case.waiting_since_at).total_seconds() == 24 * 3600
    assert case.active_at == later(30)


def test_an_answer_ends_the_wait_and_a_live_chat_stays_open(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "在吗")
    services.add_message(talk.pk, kind="agent", text="在的", actor=scene.lin.as_actor, now=later(90))
    case.refresh_from_db()
    assert (case.waiting_since_at, case.due_at, case.unread_count, case.state) == (None, None, 0, "open")
    assert Message.objects.get(kind="agent").author == scene.lin


def test_a_written_answer_then_waits_for_the_customer(scene: Scene):
    case = scene.case(assignee=scene.lin)
    letter = services.start_conversation(case.pk, channel="mail", now=NOW)
    scene.says(letter, "请开发票")
    services.add_message(letter.pk, kind="agent", text="已开", actor=scene.lin.as_actor, now=later(90))
    case.refresh_from_db()
    assert case.state == "waiting"
    scene.says(letter, "收到", at=later(120))
    case.refresh_from_db()
    assert case.state == "open"


def test_the_same_client_key_never_makes_a_second_message(scene: Scene):
    case, talk = scene.chat()
    key = uuid4()
    first = scene.says(talk, "你好", client_key=key)
    again = scene.says(talk, "你好", at=later(99), client_key=key)
    case.refresh_from_db()
    assert again.is_repeat
    assert again.id == first.id
    assert again.created_at == first.created_at
    assert (Message.objects.count(), case.unread_count) == (1, 1)
    assert Entry.objects.filter(kind="MessageAdded").count() == 1


def test_a_repeat_is_recognised_even_after_the_end(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    key, answer = uuid4(), uuid4()
    scene.says(talk, "谢谢", client_key=key)
    who = {"actor": scene.lin.as_actor, "now": later(70)}
    services.add_message(talk.pk, kind="agent", text="不客气", client_key=answer, **who)
    services.close_case(case.pk, **who)
    assert scene.says(talk, "谢谢", client_key=key).is_repeat
    assert services.add_message(talk.pk, kind="agent", text="不客气", client_key=answer, **who).is_repeat


def test_words_on_a_closed_written_case_reopen_it(scene: Scene):
    case = scene.case(assignee=scene.lin)
    letter = services.start_conversation(case.pk, channel="mail", now=NOW)
    services.close_case(case.pk, actor=scene.lin.as_actor, now=later(10))
    scene.says(letter, "还有一个问题", at=later(20))
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.closed_by) == ("open", None, None)
    assert Entry.objects.filter(kind="CaseReopened", data__by_customer=True).exists()


def test_words_wake_a_snoozed_case(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    services.snooze_case(case.pk, until_at=later(9999), actor=scene.lin.as_actor, now=NOW)
    scene.says(talk, "在吗")
    case.refresh_from_db()
    assert (case.state, case.snoozed_until_at) == ("open", None)
    assert Entry.objects.filter(kind="CaseWoken", data__reason="customer").exists()


def test_a_customer_cannot_speak_into_an_ended_chat(scene: Scene):
    _case, talk = scene.chat()
    services.end_conversation(talk.pk, by="customer", actor=CUSTOMER, now=later(10))
    with pytest.raises(ConversationIsOver):
        scene.says(talk, "还在吗", at=later(20))
    assert Message.objects.count() == 0


def test_an_answer_to_a_case_somebody_closed_says_who_and_when(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    services.close_case(case.pk, actor=scene.zhao.as_actor, now=later(60))
    with pytest.raises(CaseIsClosed, match=r"赵磊.*14:01"):
        services.add_message(talk.pk, kind="agent", text="您好", actor=scene.lin.as_actor, now=later(90))


@pytest.mark.parametrize(("text", "refusal"), [("", EmptyMessage), (" \n\x00", EmptyMessage), ("字" * 20_001, MessageTooLong)])
def test_impossible_texts_are_refused_whole(scene: Scene, text: str, refusal: type[Exception]):
    case, talk = scene.chat()
    with pytest.raises(refusal):
        scene.says(talk, text)
    case.refresh_from_db()
    assert (Message.objects.count(), case.unread_count) == (0, 0)


def test_binary_and_line_ends_are_cleaned(scene: Scene):
    _case, talk = scene.chat()
    scene.says(talk, "a\x00b\r\nc")
    assert Message.objects.get().text == "ab\nc"


def test_a_message_is_findable_in_the_commit_that_stored_it(scene: Scene):
    from lingting.platform.search import search_matching

    _case, talk = scene.chat()
    scene.says(talk, "净化器漏水了")
    assert search_matching(Message.objects.all(), column="vector", text="漏水").count() == 1


def test_notes_and_system_lines_leave_the_customers_wait_alone(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "在吗")
    services.add_note(case.pk, text="老客户，注意语气", actor=scene.zhao.as_actor, now=later(70))
    services.add_message(
        talk.pk, kind="system", text="", data={"code": "agent_joined", "params": {"name": "林晓"}}, actor=CUSTOMER, now=later(80)
    )
    case.refresh_from_db()
    assert (case.preview, case.unread_count, case.waiting_since_at) == ("在吗", 1, later(60))
    assert "林晓" in services.line_text(Message.objects.get(kind="system").data)


def test_notes_never_reach_the_customers_audience(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    services.add_note(case.pk, text="内部", actor=scene.zhao.as_actor, now=later(70))
    topics = Entry.objects.get(kind="MessageAdded").topics
    assert f"chat:{talk.pk}" not in topics
    assert f"case:{case.pk}" in topics


def test_saying_something_takes_few_statements(scene: Scene, django_assert_max_num_queries):
    _case, talk = scene.chat(assignee=scene.lin)
    with django_assert_max_num_queries(6):
        scene.says(talk, "你好", client_key=uuid4())


def test_reading_brings_ticks_and_counts(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    first = scene.says(talk, "一")
    scene.says(talk, "二", at=later(70))
    who = {"actor": scene.lin.as_actor, "now": later(80)}
    assert services.mark_read_by_agent(case.pk, up_to_id=first.id, **who) == 1
    case.refresh_from_db()
    assert case.unread_count == 1
    answer = services.add_message(talk.pk, kind="agent", text="好", **who)
    assert services.mark_delivered(talk.pk, up_to_id=answer.id, now=later(81)) == 1
    assert services.mark_read_by_customer(talk.pk, up_to_id=answer.id, actor=CUSTOMER, now=later(82)) == 1
    assert services.mark_read_by_customer(talk.pk, up_to_id=answer.id, actor=CUSTOMER, now=later(83)) == 0
    said = Message.objects.get(pk=answer.id)
    assert (said.delivered_at, said.read_at) == (later(81), later(82))


def test_a_message_belongs_to_the_case_of_its_conversation(scene: Scene):
    _case, talk = scene.chat()
    said = Message.objects.filter(pk=scene.says(talk, "在吗").id)
    for wrong in ({"case_id": scene.case().pk}, {"conversation_id": scene.chat()[1].pk}):
        with pytest.raises(IntegrityError, match="message_of_conversation"), transaction.atomic():
            said.update(**wrong)
            connection.check_constraints()
    said.update(text="在")
    connection.check_constraints()
