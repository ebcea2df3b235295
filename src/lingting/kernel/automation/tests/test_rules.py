"""Rules over the log, told with the desk's cases: they answer once, in order, and never in circles."""

from __future__ import annotations

import time

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lingting.kernel.accounts.models import Role
from lingting.kernel.automation import selectors, services
from lingting.kernel.automation.conditions import holds
from lingting.kernel.automation.models import Firing, Rule
from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.models import Entry
from lingting.service.desk import services as desk
from lingting.service.desk.models import Case
from lingting.service.desk.tests.scene import NOW, Scene, later, make_scene

PRIORITY_1 = [{"key": "priority", "params": {"priority": "1"}}]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return make_scene()


def rule(scene: Scene, **more: object) -> Rule:
    given = {
        "subject_type": "desk.case", "name_zh": "投诉优先", "whens": ["CaseOpened"], "actions": PRIORITY_1, "is_active": True,
    }  # fmt: skip
    return services.save_rule(services.RuleGiven(**(given | more)), account_id=scene.zhou.pk, now=NOW)  # type: ignore[arg-type]


UNREAD = """
    SELECT EXISTS (SELECT 1 FROM timeline_entry entry LEFT JOIN timeline_cursor place ON place.reader = 'automation'
                   WHERE (entry.xid, entry.id) > (COALESCE(place.xid, 0)::text::xid8, COALESCE(place.entry_id, 0)))
"""


def run_all() -> None:
    """Until every fact is read: a reader waits for transactions of other databases on the same server."""
    for _try in range(600):
        while services.run_rules(now=later()):
            pass
        with connection.cursor() as cursor:
            cursor.execute(UNREAD)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("a transaction on this server stays open")


def test_a_rule_answers_a_fact_once_and_its_act_carries_its_name(scene: Scene):
    kept = rule(scene)
    case = scene.case(subject="漏水")
    run_all()
    run_all()
    case.refresh_from_db()
    assert case.priority == 1
    firing = Firing.objects.get()
    assert (firing.rule, firing.subject_id, firing.outcome) == (kept, case.pk, "done")
    changed = Entry.objects.get(kind="CaseChanged")
    assert (changed.actor_kind, changed.actor_id) == ("rule", kept.pk)


def test_conditions_decide_and_what_the_fact_says_can_be_asked(scene: Scene):
    said = [
        {"field": "fact.message_kind", "op": "is", "value": "customer"},
        {"field": "fact.words", "op": "contains", "value": "退款"},
    ]
    rule(scene, whens=["MessageAdded"], conditions={"all": said}, actions=[{"key": "tag", "params": {"name": "退款"}}])
    case, talk = scene.chat()
    scene.says(talk, "在吗")
    scene.says(talk, "我要退款", at=later(70))
    run_all()
    assert list(case.tags.values_list("name", flat=True)) == ["退款"]
    assert Firing.objects.count() == 1


def test_a_refused_act_is_told_and_undoes_the_acts_before_it(scene: Scene):
    rule(scene, whens=["CaseClosed"], actions=[{"key": "note", "params": {"text": "已结"}}, *PRIORITY_1])
    case, _talk = scene.chat(assignee=scene.lin)
    desk.close_case(case.pk, actor=scene.lin.as_actor, now=NOW)
    run_all()
    firing = Firing.objects.get()
    assert firing.outcome == "refused"
    assert "重新打开" in firing.message or "Reopen" in firing.message
    assert not case.messages.filter(kind="note").exists()


def test_rules_that_answer_one_another_are_stopped_and_their_maker_told(scene: Scene):
    flip = {"conditions": {"all": [{"field": "priority", "op": "is", "value": "1"}]}, "whens": ["CaseChanged"]}
    rule(scene, name_zh="降", **flip, actions=[{"key": "priority", "params": {"priority": "4"}}])
    flop = flip | {"conditions": {"all": [{"field": "priority", "op": "is", "value": "4"}]}}
    rule(scene, name_zh="升", **flop, actions=PRIORITY_1)
    case = scene.case()
    desk.set_priority(case.pk, priority=1, actor=scene.lin.as_actor, now=NOW)
    run_all()
    assert Rule.objects.filter(paused_at__isnull=False).exists()
    assert Notice.objects.filter(account=scene.zhou, code="automation.paused").exists()
    assert Firing.objects.count() <= 2 * services.MOST_DEPTH


def test_a_rule_does_not_answer_the_same_thing_without_end(scene: Scene):
    kept = rule(scene, whens=["MessageAdded"], actions=[{"key": "tag", "params": {"name": "来信"}}])
    _case, talk = scene.chat()
    for number in range(services.MOST_FIRINGS_AN_HOUR + 3):
        scene.says(talk, f"第{number}条", at=later(number))
    run_all()
    kept.refresh_from_db()
    assert kept.paused_at is not None
    assert Firing.objects.count() == services.MOST_FIRINGS_AN_HOUR


def test_the_first_rule_that_says_so_ends_the_matter(scene: Scene):
    rule(scene, name_zh="一", order=1, stops=True)
    rule(scene, name_zh="二", order=2, actions=[{"key": "priority", "params": {"priority": "4"}}])
    case = scene.case()
    run_all()
    case.refresh_from_db()
    assert case.priority == 1


def test_what_died_before_its_commit_is_answered_again_exactly_once(scene: Scene):
    rule(scene, actions=[{"key": "note", "params": {"text": "新工单"}}])
    case, _talk = scene.chat()
    with pytest.raises(RuntimeError), transaction.atomic():
        services.run_rules(now=later())
        raise RuntimeError("the worker died")
    assert not Firing.objects.exists()
    run_all()
    assert case.messages.filter(kind="note").count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"name_zh": " "},
        {"whens": []},
        {"actions": []},
        {"actions": [{"key": "priority", "params": {}}]},
        {"actions": [{"key": "priority", "params": {"priority": "9"}}]},
        {"actions": [{"key": "snooze", "params": {"hours": "viele"}}]},
        {"conditions": {"all": [{"field": "nonsense", "op": "is", "value": "1"}]}},
        {"conditions": {"all": [{"field": "earlier_cases", "op": "at_least", "value": "viele"}]}},
        {"conditions": {"any": [{"field": "subject", "op": "contains", "value": ""}]}},
    ],
)
def test_a_rule_that_cannot_work_is_not_kept(scene: Scene, more: dict[str, object]):
    from lingting.platform.refusals import Invalid

    with pytest.raises(Invalid):
        rule(scene, **more)
    assert not Rule.objects.exists()


def test_a_dry_run_says_what_would_have_been_answered_and_does_nothing(scene: Scene):
    case = scene.case(subject="漏水")
    scene.case(subject="发票")
    conditions = {"all": [{"field": "subject", "op": "contains", "value": "漏"}]}
    found = selectors.dry_run("desk.case", whens=["CaseOpened"], conditions=conditions, days=30, now=later())
    assert (found.looked_at, found.matched, [each.subject_id for each in found.trials]) == (2, 1, [case.pk])
    assert Case.objects.filter(priority=1).count() == 0


@given(
    st.one_of(st.none(), st.integers(), st.text(max_size=8), st.floats(allow_nan=True), st.lists(st.text(max_size=3), max_size=3))
)
def test_any_value_can_be_compared(value: object):
    asked = {"field": "x", "value": "3"}
    for op in ("is", "is_not", "at_least", "at_most", "contains", "lacks", "empty", "filled"):
        assert holds({"all": [asked | {"op": op}]}, {"x": value}) in (True, False)
    for op, opposite in (("is", "is_not"), ("contains", "lacks"), ("empty", "filled")):
        assert holds({"all": [asked | {"op": op}]}, {"x": value}) != holds({"all": [asked | {"op": opposite}]}, {"x": value})


def test_the_editor_keeps_what_was_typed_and_saves_what_works(scene: Scene, client: Client):
    Role.objects.filter(key="scene-role").update(permissions=["automation.manage_rules", "desk.view_cases"])
    client.force_login(scene.zhou)
    form = {"subject_type": "desk.case", "name_zh": "", "when": "CaseOpened", "act-0-key": "priority", "act-0-priority": "1"}
    refused = client.post("/settings/automation/new/", form)
    assert refused.status_code == 422
    assert 'value="CaseOpened" checked' in refused.content.decode()
    shaped = client.post("/settings/automation/shape/", form | {"act": "add-all"})
    assert 'name="all-0-field"' in shaped.content.decode()
    saved = client.post("/settings/automation/new/", form | {"name_zh": "加急", "is_active": "on"})
    assert saved.status_code == 302
    kept = Rule.objects.get()
    assert kept.actions == PRIORITY_1
    assert "加急" in client.get("/settings/automation/").content.decode()
    assert client.post("/settings/automation/trial/", form).status_code == 200
    client.post(f"/settings/automation/{kept.pk}/use/", {})
    kept.refresh_from_db()
    assert not kept.is_active
    client.post(f"/settings/automation/{kept.pk}/removal/")
    assert not Rule.objects.exists()


def test_rules_and_what_they_did_are_read_over_the_api(scene: Scene, client: Client):
    kept = rule(scene)
    case = scene.case(subject="漏水")
    run_all()
    role = Role.objects.get(key="scene-role")
    Role.objects.filter(pk=role.pk).update(permissions=["automation.manage_rules"])
    client.force_login(scene.zhou)
    found = client.get("/api/v1/automation/rules").json()["items"]
    assert [(one["id"], one["whens"]) for one in found] == [(kept.pk, ["CaseOpened"])]
    assert client.get(f"/api/v1/automation/rules/{kept.pk}").json()["actions"] == PRIORITY_1
    fired = client.get(f"/api/v1/automation/rules/{kept.pk}/firings?outcome=done").json()["items"]
    assert [one["subject_id"] for one in fired] == [case.pk]
    assert client.get(f"/api/v1/automation/rules/{kept.pk + 1}").status_code == 404
    Role.objects.filter(pk=role.pk).update(permissions=[])
    assert client.get("/api/v1/automation/rules").status_code == 403
