"""Merging, splitting, a case's own fields, and the time put into it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from lingting.kernel.timeline.models import Entry
from lingting.service.crm.models import Customer
from lingting.service.desk import selectors, services
from lingting.service.desk.models import Case, CaseField, CaseMerge, Conversation, Message
from lingting.service.desk.tests.scene import CUSTOMER, NOW, Scene, later


def two_mails(scene: Scene) -> tuple[Case, Case, Conversation]:
    """An older case of Lin Xiao's and a younger one with a mail thread in it."""
    older = scene.case(assignee=scene.lin, subject="漏水")
    younger = scene.case(assignee=scene.lin, subject="还是漏水", at=later())
    thread = services.start_conversation(younger.pk, channel="mail", now=later())
    scene.says(thread, "还在漏", at=later(120))
    return older, younger, thread


def test_a_merged_case_brings_everything_said_and_leaves_a_redirect(scene: Scene):
    older, younger, thread = two_mails(scene)
    services.set_tags(younger.pk, names=["漏水"], actor=scene.lin.as_actor, now=NOW)
    services.merge_case(younger.pk, into_id=older.pk, actor=scene.lin.as_actor, now=later(180))
    older.refresh_from_db()
    younger.refresh_from_db()
    assert (younger.state, younger.merged_into_id) == ("closed", older.pk)
    assert (older.preview, older.unread_count, older.waiting_since_at) == ("还在漏", 1, later(120))
    assert list(older.tags.values_list("name", flat=True)) == ["漏水"]
    assert services.case_for(younger.pk) == older.pk
    late = scene.says(thread, "有人在吗", at=later(240))
    assert late.case_id == older.pk


def test_undoing_a_merge_gives_back_what_came_with_it_and_what_was_said_since(scene: Scene):
    older, younger, thread = two_mails(scene)
    services.merge_case(younger.pk, into_id=older.pk, actor=scene.lin.as_actor, now=later(180))
    scene.says(thread, "有人在吗", at=later(240))
    assert services.undo_merge(younger.pk, actor=scene.lin.as_actor, now=later(300))
    assert not services.undo_merge(younger.pk, actor=scene.lin.as_actor, now=later(300))
    younger.refresh_from_db()
    assert (younger.state, younger.merged_into_id, younger.preview) == ("open", None, "有人在吗")
    assert younger.messages.count() == 2
    assert not older.messages.exists()
    assert services.case_for(younger.pk) == younger.pk
    kinds = Entry.objects.filter(kind__in=["CaseMerged", "CaseMergeUndone"]).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["CaseMerged", "CaseMergeUndone"]


def test_merges_in_a_chain_lead_to_the_last(scene: Scene):
    first, second, _thread = two_mails(scene)
    third = scene.case(subject="第三件")
    services.merge_case(second.pk, into_id=first.pk, actor=scene.lin.as_actor, now=NOW)
    services.merge_case(first.pk, into_id=third.pk, actor=scene.lin.as_actor, now=NOW)
    assert services.case_for(second.pk) == third.pk


@pytest.mark.parametrize("reason", ["itself", "another customer", "a running chat", "a closed case", "merged already"])
def test_what_cannot_be_merged_says_why(scene: Scene, reason: str):
    older, younger, _thread = two_mails(scene)
    into = older.pk
    if reason == "itself":
        into = younger.pk
    elif reason == "another customer":
        other = Customer.objects.create(name="李强", created_at=NOW, updated_at=NOW)
        Case.objects.filter(pk=older.pk).update(customer=other)
    elif reason == "a running chat":
        services.start_conversation(younger.pk, channel="chat", now=NOW)
    elif reason == "a closed case":
        services.close_case(older.pk, actor=scene.lin.as_actor, now=NOW)
    else:
        services.merge_case(younger.pk, into_id=older.pk, actor=scene.lin.as_actor, now=NOW)
    with pytest.raises((services.CannotMerge, services.UnknownChoice)):
        services.merge_case(younger.pk, into_id=into, actor=scene.lin.as_actor, now=NOW)
    assert CaseMerge.objects.count() == (1 if reason == "merged already" else 0)


def test_chosen_messages_become_a_case_and_come_back_with_what_was_added(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin, subject="两件事")
    kept = scene.says(talk, "滤芯怎么换？")
    moved = scene.says(talk, "另外发票没有收到", at=later(90))
    new = services.split_case(case.pk, message_ids=[moved.id], subject="发票", actor=scene.lin.as_actor, now=later(120))
    assert (new.subject, new.customer_id, new.assignee_id, new.preview) == (
        "发票", scene.customer.pk, scene.lin.pk, "另外发票没有收到",
    )  # fmt: skip
    assert list(case.messages.values_list("pk", flat=True)) == [kept.id]
    services.add_note(new.pk, text="财务在查", actor=scene.lin.as_actor, now=later(150))
    assert services.undo_split(new.pk, actor=scene.lin.as_actor, now=later(200))
    assert case.messages.count() == 3
    assert Message.objects.get(pk=moved.id).conversation_id == talk.pk
    assert services.case_for(new.pk) == case.pk


def test_a_split_leaves_something_behind(scene: Scene):
    case, talk = scene.chat()
    only = scene.says(talk, "你好")
    with pytest.raises(services.CannotSplit):
        services.split_case(case.pk, message_ids=[only.id], subject="", actor=scene.lin.as_actor, now=NOW)
    with pytest.raises(services.UnknownChoice):
        services.split_case(case.pk, message_ids=[only.id + 1], subject="", actor=scene.lin.as_actor, now=NOW)


def test_a_case_needs_its_fields_before_staff_close_it(scene: Scene):
    case = scene.case(assignee=scene.lin)
    services.set_type(case.pk, type_id=scene.complaint.pk, actor=scene.lin.as_actor, now=NOW)
    given = services.FieldGiven(
        "型号", "Model", "choice", options="w600 = 净水器 W600 | Purifier W600\n其他 | Other", is_required=True
    )
    field = services.save_case_field(given, type_id=scene.complaint.pk)
    with pytest.raises(services.FieldsMissing, match=r"型号|Model"):
        services.close_case(case.pk, actor=scene.lin.as_actor, now=NOW)
    with pytest.raises(services.BadFieldValue):
        services.set_field(case.pk, field_id=field.pk, text="w900", actor=scene.lin.as_actor, now=NOW)
    assert services.set_field(case.pk, field_id=field.pk, text="other", actor=scene.lin.as_actor, now=NOW)
    assert not services.set_field(case.pk, field_id=field.pk, text="other", actor=scene.lin.as_actor, now=NOW)
    services.close_case(case.pk, actor=scene.lin.as_actor, now=NOW)
    case.refresh_from_db()
    assert [each.value for each in selectors.fields_of_case(case)] == ["other"]


@pytest.mark.parametrize(
    ("kind", "good", "stored", "bad"),
    [
        ("number", "1,250.50", 1250.5, "viele"),
        ("date", "2026-11-20", "2026-11-20", "2026-13-40"),
        ("text", "HY", "HY", "长" * 301),
    ],
)
def test_fields_take_what_their_kind_says(scene: Scene, kind: str, good: str, stored: object, bad: str):
    field = services.save_case_field(services.FieldGiven("值", "Value", kind), type_id=None)
    case = scene.case()
    services.set_field(case.pk, field_id=field.pk, text=good, actor=scene.lin.as_actor, now=NOW)
    assert case.field_values.get().value == stored
    with pytest.raises(services.BadFieldValue):
        services.set_field(case.pk, field_id=field.pk, text=bad, actor=scene.lin.as_actor, now=NOW)
    services.set_field(case.pk, field_id=field.pk, text=" ", actor=scene.lin.as_actor, now=NOW)
    assert not case.field_values.exists()


def test_a_field_with_values_keeps_its_kind(scene: Scene):
    field = services.save_case_field(services.FieldGiven("订单号"), type_id=None)
    services.set_field(scene.case().pk, field_id=field.pk, text="1", actor=CUSTOMER, now=NOW)
    with pytest.raises(services.BadField):
        services.save_case_field(services.FieldGiven("订单号", kind="number"), type_id=None, field_id=field.pk)
    assert CaseField.objects.get().kind == "text"


def test_the_pages_merge_split_and_note_time(scene: Scene, client: Client):
    older, younger, _thread = two_mails(scene)
    client.force_login(scene.lin)
    page = client.get(f"/desk/cases/{younger.pk}/merging/")
    assert f'value="{older.pk}"' in page.content.decode()
    refused = client.post(f"/desk/cases/{younger.pk}/merging/", {"number": "999999999"}, headers={"HX-Request": "true"})
    assert refused.status_code == 404
    merged = client.post(f"/desk/cases/{younger.pk}/merging/", {"into": older.pk}, headers={"HX-Request": "true"})
    assert merged.headers["HX-Location"] == f"/desk/cases/{older.pk}/"
    assert f"/desk/cases/{older.pk}/" in client.get(f"/desk/cases/{younger.pk}/").content.decode()
    assert client.get(f"/desk/cases/{older.pk}/splitting/").status_code == 200
    client.post(f"/desk/cases/{older.pk}/time/", {"minutes": "12", "note": "回访"})
    rows, total = selectors.time_of_case(older.pk)
    assert (rows[0].note, rows[0].spent_date, total) == ("回访", timezone.localdate(), 12)
    assert client.post(f"/desk/cases/{older.pk}/time/", {"minutes": "9999"}).status_code == 422


def test_somebody_elses_case_is_not_merged(scene: Scene, client: Client):
    older, younger, _thread = two_mails(scene)
    client.force_login(scene.he)
    assert client.post(f"/desk/cases/{younger.pk}/merging/", {"into": older.pk}).status_code == 404
