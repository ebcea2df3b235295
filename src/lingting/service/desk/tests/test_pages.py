"""The desk in the browser's eyes: what each person sees, what is safe, what is refused."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lingting.service.desk import services
from lingting.service.desk.models import Attachment, CannedReply, Case, CaseType, Draft, Mention, Message, SavedView, Tag
from lingting.service.desk.selectors import inbox
from lingting.service.desk.tests.scene import CUSTOMER, NOW, Scene, later, signed_in
from lingting.service.desk.views.choices import snooze_options

HX = {"HX-Request": "true"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def toast_of(response: object) -> str:
    return json.loads(response.headers["HX-Trigger"])["toast"]["text"]  # type: ignore[attr-defined]


def test_strangers_are_sent_to_the_sign_in(scene: Scene):
    case = scene.case()
    for url in (reverse("desk:home"), reverse("desk:case", args=[case.pk]), reverse("desk:canned-replies")):
        assert Client().get(url).status_code == 302


@pytest.mark.parametrize(
    "view", ["mine", "unassigned", "team", "mentions", "waiting", "snoozed", "overdue", "orders", "closed", "all"]
)
def test_every_view_opens_empty_and_full(scene: Scene, view: str):
    client = signed_in(scene.zhou)
    assert client.get(reverse("desk:inbox", args=[view])).status_code == 200
    case, talk = scene.chat(assignee=scene.zhou)
    scene.says(talk, "在吗")
    services.add_note(case.pk, text="@周敏", mention_ids=[scene.zhou.pk], actor=scene.lin.as_actor, now=later())
    assert client.get(reverse("desk:inbox", args=[view])).status_code == 200
    assert client.get(reverse("desk:inbox", args=[view]), headers=HX).status_code == 200


def test_each_view_lists_what_it_says(scene: Scene):
    mine, unowned = scene.case(assignee=scene.lin, subject="我的"), scene.case(subject="没人管")
    closed = scene.case(assignee=scene.lin, subject="完了")
    services.close_case(closed.pk, actor=scene.lin.as_actor, now=later())
    client = signed_in(scene.lin)

    def ids(view: str) -> set[int]:
        response = client.get(reverse("desk:inbox", args=[view]), headers=HX)
        return {row["id"] for row in response.context["rows"]}

    assert ids("mine") == {mine.pk}
    assert ids("unassigned") == {unowned.pk}
    assert ids("closed") == {closed.pk}
    assert ids("all") == {mine.pk, unowned.pk, closed.pk}


def test_sight_ends_where_the_reach_ends(scene: Scene):
    """Lin (own) sees her cases and her team's queue, Zhao (team) also hers, He (other team) none of them, Zhou all."""
    hers, theirs, waiting = scene.case(assignee=scene.lin), scene.case(assignee=scene.zhao), scene.case()
    elsewhere = scene.case(queue=scene.sales)
    seen = {
        scene.lin: {hers.pk, waiting.pk},
        scene.zhao: {hers.pk, theirs.pk, waiting.pk},
        scene.he: {elsewhere.pk},
        scene.zhou: {hers.pk, theirs.pk, waiting.pk, elsewhere.pk},
    }
    for person, expected in seen.items():
        client = signed_in(person)
        rows = client.get(reverse("desk:inbox", args=["all"]), headers=HX).context["rows"]
        assert {row["id"] for row in rows} == expected
        for case in (hers, theirs, waiting, elsewhere):
            status = 200 if case.pk in expected else 404
            for name in ("case", "head", "side", "messages", "canned"):
                assert client.get(reverse(f"desk:{name}", args=[case.pk]), headers=HX).status_code == status, (person, name)


def test_foreign_cases_take_no_acts(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    client = signed_in(scene.he)
    acts = {
        "assignment": scene.he.pk,
        "closure": "",
        "snooze": "1h",
        "priority": 1,
        "kind": "",
        "tags": "x",
        "subject": "x",
        "queue": scene.sales.pk,
    }
    for name, value in acts.items():
        assert client.post(reverse(f"desk:{name}", args=[case.pk]), {"value": value}, headers=HX).status_code == 404
    assert client.post(reverse("desk:saying", args=[case.pk]), {"text": "x", "mode": "note"}, headers=HX).status_code == 404
    case.refresh_from_db()
    assert (case.state, case.assignee, case.priority) == ("open", scene.lin, 3)


def test_a_mention_opens_the_case_for_reading_only(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "在吗")
    services.add_note(case.pk, text="@何静", mention_ids=[scene.he.pk], actor=scene.lin.as_actor, now=later())
    client = signed_in(scene.he)
    rows = client.get(reverse("desk:inbox", args=["mentions"]), headers=HX).context["rows"]
    assert [row["id"] for row in rows] == [case.pk]
    assert client.get(reverse("desk:case", args=[case.pk])).status_code == 200
    assert Mention.objects.get().seen_at is not None


def test_nothing_a_customer_writes_becomes_markup(scene: Scene):
    scene.customer.name = EVIL
    scene.customer.save()
    case, talk = scene.chat(assignee=scene.lin, subject=EVIL)
    scene.says(talk, f"{EVIL} 看 https://example.com/?a=1&b=<i> 和 javascript:alert(3)")
    services.add_note(case.pk, text=EVIL, actor=scene.lin.as_actor, now=later())
    services.set_tags(case.pk, names=[EVIL[:40]], actor=scene.lin.as_actor, now=later())
    client = signed_in(scene.lin)
    for url in (reverse("desk:case", args=[case.pk]), reverse("desk:inbox", args=["mine"]), reverse("desk:side", args=[case.pk])):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    page = client.get(reverse("desk:case", args=[case.pk])).content.decode()
    assert '<a href="https://example.com/?a=1&amp;b=" target="_blank" rel="noopener noreferrer nofollow">' in page
    assert 'href="javascript' not in page


def test_a_double_submit_says_it_once(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "在吗")
    client, key = signed_in(scene.lin), str(uuid4())
    given = {"text": "在的", "mode": "reply", "client_key": key, "then": "close"}
    first = client.post(reverse("desk:saying", args=[case.pk]), given, headers=HX)
    again = client.post(reverse("desk:saying", args=[case.pk]), given, headers=HX)
    assert (first.status_code, again.status_code) == (200, 200)
    assert Message.objects.filter(kind="agent").count() == 1
    assert f'data-key="{key}"' in again.content.decode()
    assert Case.objects.get().state == "closed"


def test_answering_a_case_nobody_owns_takes_it(scene: Scene):
    case, talk = scene.chat()
    scene.says(talk, "在吗")
    services.save_draft(case.pk, account_id=scene.lin.pk, mode="reply", text="在", now=NOW)
    signed_in(scene.lin).post(reverse("desk:saying", args=[case.pk]), {"text": "在的", "mode": "reply"}, headers=HX)
    case.refresh_from_db()
    assert case.assignee == scene.lin
    assert not Draft.objects.exists()


def test_acting_on_what_somebody_closed_says_who_and_when(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    services.close_case(case.pk, actor=scene.zhao.as_actor, now=NOW)
    response = signed_in(scene.lin).post(reverse("desk:saying", args=[case.pk]), {"text": "您好", "mode": "reply"}, headers=HX)
    assert response.status_code == 409
    assert "赵磊" in toast_of(response)
    assert Message.objects.count() == 0


def test_taking_what_somebody_took_is_refused(scene: Scene):
    case = scene.case()
    services.assign_case(case.pk, assignee_id=scene.zhao.pk, actor=scene.zhao.as_actor, now=NOW)
    given = {"value": scene.zhou.pk, "expected": "0"}
    response = signed_in(scene.zhou).post(reverse("desk:assignment", args=[case.pk]), given, headers=HX)
    assert response.status_code == 409
    assert "赵磊" in toast_of(response)


def test_closing_offers_to_undo(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    client = signed_in(scene.lin)
    response = client.post(reverse("desk:closure", args=[case.pk]), headers=HX)
    undo = json.loads(response.headers["HX-Trigger"])["toast"]["undo_url"]
    assert client.post(undo, headers=HX).status_code == 204
    case.refresh_from_db()
    assert case.state == "open"


def test_only_ones_own_uploads_can_be_attached_and_only_the_sighted_open_them(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    given = SimpleUploadedFile("发票.txt", "合计 128 元".encode())
    stored = signed_in(scene.lin).post(reverse("desk:upload"), {"file": given}).json()
    letter = {"text": "见附件", "mode": "reply", "attachment": stored["id"]}
    signed_in(scene.zhou).post(reverse("desk:saying", args=[case.pk]), letter, headers=HX)
    assert Attachment.objects.count() == 0
    signed_in(scene.lin).post(reverse("desk:saying", args=[case.pk]), letter, headers=HX)
    assert Attachment.objects.count() == 1
    assert signed_in(scene.zhou).get(stored["url"]).status_code == 200
    assert signed_in(scene.he).get(stored["url"]).status_code == 404


def test_new_messages_come_after_a_known_one(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    first = scene.says(talk, "第一句")
    scene.says(talk, "第二句", at=later(70))
    page = signed_in(scene.lin).get(reverse("desk:messages", args=[case.pk]), {"after": first.id}).content.decode()
    assert "第二句" in page
    assert "第一句" not in page


def test_rows_tell_what_left_the_list(scene: Scene):
    stays, leaves = scene.case(assignee=scene.lin), scene.case(assignee=scene.lin)
    services.close_case(leaves.pk, actor=scene.lin.as_actor, now=later())
    page = signed_in(scene.lin).get(reverse("desk:rows", args=["mine"]), {"ids": f"{stays.pk},{leaves.pk},x"}).content.decode()
    assert f'id="row-{stays.pk}"' in page
    assert f'id="row-{leaves.pk}"' not in page


def test_only_the_owners_look_counts_as_read(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    said = scene.says(talk, "在吗")
    url = reverse("desk:reading", args=[case.pk])
    signed_in(scene.zhou).post(url, {"up_to": said.id})
    assert Case.objects.get().unread_count == 1
    signed_in(scene.lin).post(url, {"up_to": said.id})
    assert Case.objects.get().unread_count == 0


def test_filters_and_saved_views_narrow_the_list(scene: Scene):
    plain, urgent = scene.case(), scene.case()
    services.set_priority(urgent.pk, priority=1, actor=scene.zhou.as_actor, now=NOW)
    services.set_tags(urgent.pk, names=["漏水"], actor=scene.zhou.as_actor, now=NOW)
    client = signed_in(scene.zhou)
    for query in ({"priority": 1}, {"tag": Tag.objects.get().pk}, {"priority": 1, "assignee": 0, "queue": scene.service.pk}):
        rows = client.get(reverse("desk:inbox", args=["all"]), query, headers=HX).context["rows"]
        assert [row["id"] for row in rows] == [urgent.pk]
    client.post(reverse("desk:views"), {"name": "加急", "view": "all", "query": "priority=1"})
    view = SavedView.objects.get()
    rows = client.get(reverse("desk:inbox", args=[f"saved-{view.pk}"]), headers=HX).context["rows"]
    assert [row["id"] for row in rows] == [urgent.pk]
    assert signed_in(scene.lin).get(reverse("desk:inbox", args=[f"saved-{view.pk}"])).status_code == 404
    assert plain.pk != urgent.pk


def test_search_finds_number_customer_and_words_within_ones_sight(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "净化器一直漏水")
    for words in (str(case.pk), f"#{case.pk}", "王芳", "漏水"):
        for person, found in ((scene.lin, [case.pk]), (scene.he, [])):
            page = signed_in(person).get(reverse("desk:find"), {"q": words}).json()["found"]
            assert [int(each["url"].rstrip("/").rsplit("/", 1)[1]) for each in page] == found, (words, person)


def test_bulk_acts_on_the_picked_or_the_whole_list_within_ones_rights(scene: Scene):
    cases = [scene.case(assignee=scene.lin) for _ in range(3)]
    foreign = scene.case(assignee=scene.he)
    url = reverse("desk:bulk")
    picked = {"act": "priority", "value": "1", "picked": [cases[0].pk, foreign.pk], "view": "all", "query": ""}
    assert signed_in(scene.lin).post(url, picked, headers=HX).status_code == 204
    assert list(Case.objects.filter(priority=1)) == [cases[0]]
    whole = {"act": "close", "whole": "1", "view": "mine", "query": ""}
    assert signed_in(scene.lin).post(url, whole, headers=HX).status_code == 204
    assert Case.objects.filter(state="closed").count() == 3
    assert signed_in(scene.lin).post(url, {"act": "close", "view": "mine"}, headers=HX).status_code == 422


def test_without_a_script_forms_lead_back_to_the_case(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    client = signed_in(scene.lin)
    for name, given in (("saying", {"text": "好", "mode": "reply"}), ("closure", {}), ("reopening", {})):
        response = client.post(reverse(f"desk:{name}", args=[case.pk]), given)
        assert (response.status_code, response.headers["Location"]) == (302, reverse("desk:case", args=[case.pk]))


def _many(scene: Scene, count: int) -> None:
    for number in range(count):
        _case, talk = scene.chat(assignee=scene.lin, at=later(number))
        scene.says(talk, f"第 {number} 个问题", at=later(number))


@pytest.mark.parametrize("view", ["mine", "all", "overdue", "team"])
def test_a_page_costs_the_same_queries_for_one_row_and_for_many(scene: Scene, view: str, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(scene.zhao)
    _many(scene, 1)
    client.get(reverse("desk:inbox", args=[view]), headers=HX)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("desk:inbox", args=[view]), headers=HX)
    _many(scene, 30)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("desk:inbox", args=[view]), headers=HX)
    assert len(many) == len(few) <= 22


def test_a_conversation_costs_the_same_queries_for_one_message_and_for_many(scene: Scene):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    case, talk = scene.chat(assignee=scene.lin)
    client = signed_in(scene.lin)
    services.add_note(case.pk, text="备注", actor=scene.lin.as_actor, now=NOW)
    client.get(reverse("desk:messages", args=[case.pk]))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("desk:messages", args=[case.pk]))
    for number in range(30):
        scene.says(talk, f"{number}", at=later(number))
        services.add_note(case.pk, text=f"{number}", actor=scene.lin.as_actor, now=later(number))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("desk:messages", args=[case.pk]))
    assert len(many) == len(few)


def test_depth_is_walked_without_gap_or_repeat(scene: Scene):
    _many(scene, 60)
    client, seen, after = signed_in(scene.zhou), [], ""
    while True:
        shown = client.get(reverse("desk:inbox", args=["all"]), {"after": after}, headers=HX).content.decode()
        seen += [int(number) for number in re.findall(r'data-case="(\d+)"', shown)]
        following = re.search(r"after=([\w-]+)", shown)
        if following is None:
            break
        after = following[1]
    assert seen == list(Case.objects.order_by("-active_at", "-id").values_list("id", flat=True))


@pytest.mark.parametrize("rare", [0, 100])
def test_a_tag_finds_the_same_cases_however_it_is_looked_for(scene: Scene, monkeypatch: pytest.MonkeyPatch, rare: int):
    monkeypatch.setattr(inbox, "RARE_TAG", rare)
    monkeypatch.setattr(inbox, "_rare_tags", {})
    marked = [scene.case(assignee=scene.lin), scene.case()]
    scene.case(assignee=scene.lin)
    for case in marked:
        services.set_tags(case.pk, names=["退换"], actor=CUSTOMER, now=NOW)
    asked = {"tag": Tag.objects.get(name="退换").pk}
    for person, expected in ((scene.zhou, marked), (scene.lin, marked)):
        found = signed_in(person).get(reverse("desk:inbox", args=["all"]), asked, headers=HX).context["rows"]
        assert {row["id"] for row in found} == {case.pk for case in expected}


def test_work_orders_stand_in_a_list_of_their_own(scene: Scene):
    case = scene.case(assignee=scene.lin)
    order = services.open_case(
        case.customer_id, queue_id=case.queue_id, channel="order", subject="#1 · 问仓库", assignee_id=scene.lin.pk, parent_id=case.pk,
        actor=scene.lin.as_actor, now=NOW,
    )  # fmt: skip
    client = signed_in(scene.lin)

    def ids(view: str, **query: str) -> set[int]:
        shown = client.get(reverse("desk:inbox", args=[view]), query, headers=HX)
        return {row["id"] for row in shown.context["rows"]}

    assert ids("mine") == ids("all") == {case.pk}
    assert ids("orders") == ids("all", channel="order") == {order.pk}
    assert ids("all", q=str(order.pk)) == {order.pk}
    counted = client.get(reverse("desk:counts")).json()
    assert (counted["mine"], counted["orders"]) == ("1", "1")


def test_chosen_filters_stand_as_chips_with_their_names(scene: Scene):
    asked = {"queue": scene.service.pk, "assignee": "0", "state": "open", "channel": "chat", "type": scene.complaint.pk}
    shown = signed_in(scene.zhou).get(reverse("desk:inbox", args=["all"]), asked, headers=HX)
    assert [str(chip["value"]) for chip in shown.context["chips"]] == ["处理中", "售后服务", "投诉", "在线聊天", "无人负责"]
    assert all(len(chip["rest"]) == 4 for chip in shown.context["chips"])


def test_canned_replies_are_ones_own_or_shared_by_permission(scene: Scene):
    given = {"title": "问候", "shortcut": "hi", "language": "zh-hans", "text": "您好{{customer.name}}"}
    client = signed_in(scene.lin)
    assert client.post(reverse("desk:canned-reply-new"), given).status_code == 302
    reply = CannedReply.objects.get()
    assert reply.owner == scene.lin
    assert signed_in(scene.he).get(reverse("desk:canned-reply", args=[reply.pk])).status_code == 404
    assert client.post(reverse("desk:canned-reply-new"), {**given, "text": "{{x.y}}"}).status_code == 422
    assert client.post(reverse("desk:canned-reply-new"), given).status_code == 422
    case = scene.case(assignee=scene.lin)
    assert client.get(reverse("desk:canned", args=[case.pk])).json()["found"][0]["text"] == "您好王芳"


def test_case_types_and_tags_are_kept(scene: Scene):
    client = signed_in(scene.zhou)
    assert client.post(reverse("desk:case-type-new"), {"name_zh": "回访", "is_active": "on"}).status_code == 302
    assert CaseType.objects.filter(name_zh="回访", is_active=True).count() == 1
    case = scene.case()
    services.set_tags(case.pk, names=["旧名", "别的"], actor=CUSTOMER, now=NOW)
    old = Tag.objects.get(name="旧名")
    assert client.post(reverse("desk:tag", args=[old.pk]), {"name": "别的"}).status_code == 422
    assert client.post(reverse("desk:tag", args=[old.pk]), {"name": "新名"}).status_code == 302
    assert sorted(case.tags.values_list("name", flat=True)) == ["别的", "新名"]
    for name in ("case-types", "tags-list", "canned-replies"):
        assert client.get(reverse(f"desk:{name}")).status_code == 200


def test_one_moment_has_one_name_when_a_case_is_put_off():
    named = [("tomorrow", "Tomorrow morning"), ("monday", "Next Monday"), ("week", "In a week")]
    days = {"Saturday": 21, "Sunday": 22, "Monday": 23}
    offered = {
        day: [option["value"] for option in snooze_options(named, now=NOW.replace(day=number))] for day, number in days.items()
    }
    assert offered == {"Saturday": ["tomorrow", "monday", "week"], "Sunday": ["tomorrow", "week"], "Monday": ["tomorrow", "monday"]}
