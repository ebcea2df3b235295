"""Messages written together: each has its own answer, and all keep the rules of one."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction

from lingting.kernel.timeline.models import Entry
from lingting.platform.refusals import Refusal
from lingting.service.desk import services
from lingting.service.desk.models import Conversation, Message
from lingting.service.desk.services import AddedMessage, NewMessage, add_messages
from lingting.service.desk.services.refusals import (
    ConversationIsBusy,
    ConversationIsOver,
    ConversationNotFound,
    EmptyMessage,
)
from lingting.service.desk.tests.scene import CUSTOMER, Scene, later, make_scene


def words(talk: Conversation, text: str, *, key: UUID | None = None) -> NewMessage:
    return NewMessage(talk.pk, "customer", text, CUSTOMER, key or uuid4())


def test_each_item_has_its_own_answer_and_a_bad_one_harms_nobody(scene: Scene):
    (case, talk), (_other, ended) = scene.chat(), scene.chat()
    services.end_conversation(ended.pk, by="customer", actor=CUSTOMER, now=later(1))
    unknown = Conversation(pk=987_654_321)
    known = uuid4()
    before = scene.says(talk, "你好", client_key=known)
    outcomes = add_messages(
        [
            words(talk, "滤芯怎么换？"), words(ended, "在吗"), words(talk, " \n"), words(unknown, "喂"), words(talk, "你好", key=known),
            words(talk, "谢谢"),
        ],
        now=later(90),
    )  # fmt: skip
    kinds = [type(one) if isinstance(one, Refusal) else one.is_repeat for one in outcomes]
    assert kinds == [False, ConversationIsOver, EmptyMessage, ConversationNotFound, True, False]
    assert outcomes[4].id == before.id  # type: ignore[union-attr]
    assert list(Message.objects.filter(conversation=talk).order_by("id").values_list("text", flat=True)) == ["你好", "滤芯怎么换？", "谢谢"]
    case.refresh_from_db()
    assert (case.preview, case.unread_count, case.active_at) == ("谢谢", 3, later(90))
    assert case.waiting_since_at == later()


def test_the_same_key_twice_among_them_is_stored_once(scene: Scene):
    case, talk = scene.chat()
    key = uuid4()
    first, again = add_messages([words(talk, "在吗", key=key), words(talk, "在吗", key=key)], now=later())
    assert isinstance(first, AddedMessage)
    assert isinstance(again, AddedMessage)
    assert (first.is_repeat, again.is_repeat, first.id == again.id) == (False, True, True)
    case.refresh_from_db()
    assert (Message.objects.count(), case.unread_count) == (1, 1)
    assert Entry.objects.filter(kind="MessageAdded").count() == 1


def test_ids_grow_in_the_order_given_and_each_has_its_fact(scene: Scene):
    talks = [scene.chat()[1] for _number in range(3)]
    given = [words(talks[number % 3], f"第 {number} 句") for number in range(12)]
    ids = [one.id for one in add_messages(given, now=later()) if isinstance(one, AddedMessage)]
    assert ids == sorted(ids)
    assert len(ids) == 12
    facts = Entry.objects.filter(kind="MessageAdded").order_by("id").values_list("data__message_id", "subject_id", "live__text")
    assert list(facts) == [(pk, talks[number % 3].case_id, f"第 {number} 句") for number, pk in enumerate(ids)]


def test_a_closed_case_is_reopened_once_by_several(scene: Scene):
    case = scene.case(assignee=scene.lin)
    letter = services.start_conversation(case.pk, channel="mail", now=later(0))
    services.close_case(case.pk, actor=scene.lin.as_actor, now=later(1))
    add_messages([words(letter, "还有"), words(letter, "一个问题")], now=later(9))
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.unread_count) == ("open", None, 2)
    assert Entry.objects.filter(kind="CaseReopened", subject_id=case.pk).count() == 1


def test_different_kinds_may_be_said_together(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    answer = NewMessage(talk.pk, "agent", "在的", scene.lin.as_actor)
    note = NewMessage(talk.pk, "note", "老客户", scene.lin.as_actor)
    outcomes = add_messages([words(talk, "在吗"), note, answer], now=later())
    assert not [one for one in outcomes if isinstance(one, Refusal)]
    assert list(Message.objects.order_by("id").values_list("kind", "author_id")) == [
        ("customer", None), ("note", scene.lin.pk), ("agent", scene.lin.pk),
    ]  # fmt: skip
    case.refresh_from_db()
    assert (case.preview_kind, case.unread_count, case.waiting_since_at) == ("agent", 0, None)


@pytest.mark.django_db(transaction=True)
def test_whoever_does_not_wait_leaves_out_what_somebody_else_holds():
    scene = make_scene()
    (_case, free), (held, busy) = scene.chat(), scene.chat()
    locked, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM desk_case WHERE id = %s FOR UPDATE", [held.pk])
                locked.set()
                may_go.wait(20)
        finally:
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        outcomes = add_messages([words(busy, "喂"), words(free, "在吗")], now=later(), waits=False)
    finally:
        may_go.set()
        holder.join(10)
    assert isinstance(outcomes[0], ConversationIsBusy)
    assert isinstance(outcomes[1], AddedMessage)


@pytest.mark.django_db(transaction=True)
def test_the_same_keys_from_two_sides_at_once_are_stored_once():
    scene = make_scene()
    talks = [scene.chat()[1] for _number in range(4)]
    keys = [uuid4() for _talk in talks]
    together = threading.Barrier(2)
    found: list[list[AddedMessage | Refusal]] = []

    def say(order: int) -> None:
        try:
            for _round in range(5):
                together.wait(10)
                items = [words(talk, "在吗", key=key) for talk, key in zip(talks, keys, strict=True)][::order]
                found.append(add_messages(items, now=later()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=say, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 10
    assert sum(not one.is_repeat for outcomes in found for one in outcomes if isinstance(one, AddedMessage)) == 4
    assert Message.objects.count() == 4
