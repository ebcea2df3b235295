"""Acts on many cases, and a list taken away: each case for itself, within one's rights, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.urls import reverse

from lingting.kernel.accounts.models import Account, Role
from lingting.kernel.timeline.models import Entry
from lingting.service.desk import selectors, services
from lingting.service.desk.jobs import act_on_many_cases, permitted
from lingting.service.desk.models import BulkAct, BulkItem, Case, SavedView
from lingting.service.desk.services.refusals import UnknownChoice
from lingting.service.desk.tests.scene import NOW, Scene, later, signed_in

HX = {"HX-Request": "true"}


def anyone(account: Account, case_ids: Sequence[int], permission: str) -> Sequence[int]:
    return case_ids


def do(scene: Scene, ids: Sequence[int], act: str, value: str = "") -> BulkAct:
    bulk = services.ask_bulk_act(ids, act=act, value=value, account_id=scene.zhou.pk, now=later())
    while services.continue_bulk_act(bulk.pk, permitted=anyone, now=later(), most=2):
        pass
    return bulk


def test_one_refusal_does_not_hold_up_the_others_and_says_why(scene: Scene):
    ids = [scene.case().pk for _ in range(3)]
    services.close_case(ids[1], actor=scene.zhao.as_actor, now=NOW)
    bulk = do(scene, ids, "close")
    assert selectors.bulk_outcomes(bulk.pk) == {"waiting": 0, "changed": 2, "unchanged": 0, "refused": 1}
    (refusal,) = selectors.refusals_of(bulk.pk)
    assert refusal["cases"] == [ids[1]]
    assert "已关闭" in refusal["reason"] and "赵磊" not in refusal["reason"]


def test_an_unknown_act_is_not_taken(scene: Scene):
    with pytest.raises(UnknownChoice):
        services.ask_bulk_act([scene.case().pk], act="explode", account_id=scene.lin.pk, now=NOW)
    assert not BulkAct.objects.exists()


def test_an_act_whose_worker_died_goes_on_where_it_stopped(scene: Scene):
    ids = [scene.case().pk for _ in range(5)]
    bulk = services.ask_bulk_act(ids, act="priority", value="1", account_id=scene.zhou.pk, now=NOW)
    assert services.continue_bulk_act(bulk.pk, permitted=anyone, now=NOW, most=2) == 3
    act_on_many_cases(bulk_id=bulk.pk)
    assert Case.objects.filter(priority=1).count() == 5
    assert Entry.objects.filter(kind="CaseChanged").count() == 5
    assert BulkAct.objects.get().finished_at is not None


def test_rights_are_those_the_person_has_when_a_case_is_reached(scene: Scene):
    own, foreign = scene.case(assignee=scene.lin).pk, scene.case(assignee=scene.he).pk
    bulk = services.ask_bulk_act([own, foreign], act="priority", value="1", account_id=scene.lin.pk, now=NOW)
    services.continue_bulk_act(bulk.pk, permitted=permitted, now=NOW)
    assert dict(BulkItem.objects.values_list("case_id", "outcome")) == {own: "changed", foreign: "refused"}
    Role.objects.update(permissions=["desk.view_cases"])
    second = services.ask_bulk_act([own], act="priority", value="2", account_id=scene.lin.pk, now=NOW)
    services.continue_bulk_act(second.pk, permitted=permitted, now=NOW)
    assert Case.objects.get(pk=own).priority == 1


@pytest.mark.parametrize(
    ("act", "value"),
    [("assign", "he"), ("queue", "sales"), ("priority", "1"), ("tag", "急"), ("untag", "旧"), ("snooze", "+1"), ("close", "")],
)
def test_an_act_can_be_taken_back(scene: Scene, act: str, value: str):
    case = scene.case(assignee=scene.lin)
    services.set_tags(case.pk, names=["旧"], actor=scene.lin.as_actor, now=NOW)
    given = {"he": str(scene.he.pk), "sales": str(scene.sales.pk), "+1": (later() + timedelta(days=1)).isoformat()}

    def standing() -> tuple[object, ...]:
        now = Case.objects.get(pk=case.pk)
        tags = tuple(now.tags.values_list("name", flat=True).order_by("name"))
        return now.assignee_id, now.queue_id, now.priority, now.state, now.snoozed_until_at, tags

    before = standing()
    bulk = do(scene, [case.pk], act, given.get(value, value))
    assert standing() != before
    back = services.ask_undoing(bulk.pk, account_id=scene.zhou.pk, now=later(120))
    services.continue_bulk_act(back.pk, permitted=anyone, now=later(120))
    assert standing() == before
    with pytest.raises(services.NothingToUndo):
        services.ask_undoing(bulk.pk, account_id=scene.zhou.pk, now=later(130))


def test_what_was_changed_since_is_not_taken_back(scene: Scene):
    case = scene.case()
    bulk = do(scene, [case.pk], "priority", "1")
    services.set_priority(case.pk, priority=2, actor=scene.lin.as_actor, now=later())
    back = services.ask_undoing(bulk.pk, account_id=scene.zhou.pk, now=later())
    services.continue_bulk_act(back.pk, permitted=anyone, now=later())
    assert Case.objects.get().priority == 2
    assert selectors.bulk_outcomes(back.pk)["refused"] == 1


def test_a_whole_search_is_acted_on_not_one_page(scene: Scene):
    for number in range(3):
        _case, talk = scene.chat(assignee=scene.lin, at=later(number))
        scene.says(talk, "净水器漏水了", at=later(number))
    _other, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "发票", at=NOW)
    given = {"act": "close", "whole": "1", "view": "all", "query": "q=漏水"}
    assert signed_in(scene.lin).post(reverse("desk:bulk"), given, headers=HX).status_code == 204
    assert Case.objects.filter(state="closed").count() == 3
    size = signed_in(scene.lin).get(reverse("desk:bulk-size"), {"view": "all", "query": "q=漏水"}).json()
    assert size["count"] == 3


def test_the_outcome_page_is_ones_own_and_offers_the_way_back(scene: Scene):
    case = scene.case(assignee=scene.lin)
    client = signed_in(scene.lin)
    given = {"act": "priority", "value": "1", "label": "紧急", "picked": [case.pk], "view": "mine", "query": ""}
    client.post(reverse("desk:bulk"), given, headers=HX)
    url = reverse("desk:bulk-outcome", args=[BulkAct.objects.get().pk])
    page = client.get(url).content.decode()
    assert "紧急" in page
    assert reverse("desk:bulk-undoing", args=[BulkAct.objects.get().pk]) in page
    assert signed_in(scene.zhao).get(url).status_code == 404


def test_a_list_is_exported_within_ones_sight_and_put_on_record(scene: Scene):
    scene.case(assignee=scene.lin, subject="=HYPERLINK(1)")
    scene.case(assignee=scene.he, subject="别人的")
    answer = signed_in(scene.lin).get(reverse("desk:export", args=["all", "csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "'=HYPERLINK(1)" in text
    assert "王芳" in text
    assert "别人的" not in text
    assert Entry.objects.get(kind="CasesExported").data["form"] == "csv"
    assert signed_in(scene.zhou).get(reverse("desk:export", args=["all", "xlsx"])).status_code == 200
    Role.objects.update(permissions=["desk.view_cases"])
    assert signed_in(scene.lin).get(reverse("desk:export", args=["all", "csv"])).status_code == 403


def test_a_view_is_kept_for_everyone_by_those_who_act_on_many(scene: Scene):
    given = {"name": "紧急", "view": "all", "query": "priority=1", "shared": "all"}
    signed_in(scene.zhou).post(reverse("desk:views"), given, headers=HX)
    assert [view.name for view in selectors.saved_views(selectors.desk_of(scene.he))] == ["紧急"]
    Role.objects.update(permissions=["desk.view_cases"])
    signed_in(scene.he).post(reverse("desk:views"), given | {"name": "无权"}, headers=HX)
    assert not SavedView.objects.get(name="无权").is_for_all
