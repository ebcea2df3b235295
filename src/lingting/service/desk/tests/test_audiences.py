"""Who hears what live, how facts read, and work that happens by itself."""

from __future__ import annotations

import pytest
from django.utils import translation

from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.models import Entry
from lingting.platform.realtime.visitors import Visitor
from lingting.service.desk import audiences, selectors, services
from lingting.service.desk.jobs import act_on_many_cases, wake_snoozed_cases
from lingting.service.desk.models import Case
from lingting.service.desk.tests.scene import NOW, Scene, later


def test_a_case_is_heard_by_those_who_may_see_it(scene: Scene):
    hers, other = scene.case(assignee=scene.lin), scene.case(queue=scene.sales)
    asked = frozenset({f"case:{hers.pk}", f"case:{other.pk}", "case:x", "case:999999"})
    heard = {person: audiences.of_cases(Visitor("staff", person.pk), asked) for person in (scene.lin, scene.he, scene.zhou)}
    assert heard[scene.lin] == {f"case:{hers.pk}"}
    assert heard[scene.he] == {f"case:{other.pk}"}
    assert heard[scene.zhou] == {f"case:{hers.pk}", f"case:{other.pk}"}
    assert audiences.of_cases(Visitor("customer", "1"), asked) == set()
    assert audiences.of_the_desk(Visitor("customer", "1"), frozenset({"desk"})) == set()


def test_the_desk_hears_ids_and_no_words(scene: Scene):
    case, talk = scene.chat(subject="秘密的主题")
    scene.says(talk, "秘密的话")
    services.set_subject(case.pk, subject="更秘密", actor=scene.zhou.as_actor, now=later())
    for topics, live in Entry.objects.values_list("topics", "live"):
        if "desk" in topics:
            assert "秘密" not in str(live)


def test_an_app_above_opens_queues_and_cases(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    from lingting.service.desk.selectors import sight

    monkeypatch.setattr(sight, "_served", [])
    monkeypatch.setattr(sight, "_invitations", [])
    waiting, theirs = scene.case(queue=scene.sales), scene.case(queue=scene.sales, assignee=scene.he)
    assert selectors.visible_case_ids(scene.lin, [waiting.pk, theirs.pk]) == set()
    selectors.register_served_queues(f"SELECT {scene.sales.pk} WHERE %(account)s = {scene.lin.pk}")
    selectors.register_invitation(lambda account_id, case_id: case_id == theirs.pk)
    assert selectors.visible_case_ids(scene.lin, [waiting.pk, theirs.pk]) == {waiting.pk, theirs.pk}


def test_what_happened_reads_as_sentences(scene: Scene):
    case, _talk = scene.chat()
    who = {"actor": scene.zhao.as_actor, "now": later()}
    services.assign_case(case.pk, assignee_id=scene.lin.pk, **who)
    services.set_priority(case.pk, priority=1, **who)
    services.queue_case(case.pk, queue_id=scene.sales.pk, keeps_assignee=True, **who)
    services.snooze_case(case.pk, until_at=later(9000), **who)
    services.close_case(case.pk, **who)
    services.reopen_case(case.pk, **who)
    with translation.override("zh-hans"):
        words = [fact.words for fact in selectors.fact_words(selectors.facts_of(case.pk))][::-1]
    assert words[0] == "进入“售后服务”队列"
    assert words[1] == "分配给林晓"
    assert "紧急" in words[2]
    assert words[3] == "从“售后服务”转到“售前咨询”"
    assert words[-2:] == ["已关闭", "重新打开"]


def test_a_long_act_is_done_by_a_worker_and_announced(scene: Scene):
    ids = [scene.case().pk for _ in range(3)]
    services.close_case(ids[0], actor=scene.zhao.as_actor, now=NOW)
    bulk = services.ask_bulk_act(ids, act="priority", value="2", account_id=scene.zhou.pk, now=later())
    act_on_many_cases(bulk_id=bulk.pk)
    assert Case.objects.filter(priority=2).count() == 2
    notice = Notice.objects.get()
    assert (notice.account, notice.params) == (scene.zhou, {"changed": 2, "unchanged": 0, "refused": 1})


def test_snoozed_cases_wake_by_themselves(scene: Scene):
    case = scene.case(assignee=scene.lin)
    services.snooze_case(case.pk, until_at=later(60), actor=scene.lin.as_actor, now=NOW)
    wake_snoozed_cases(now=later(61))
    assert Case.objects.get().state == "open"
