"""Assigning, moving, putting aside, ending and linking cases."""

from __future__ import annotations

import pytest

from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.models import Entry
from lingting.service.desk import services
from lingting.service.desk.models import Case, Conversation, Draft, Mention, Tag
from lingting.service.desk.services.refusals import BadMoment, CaseIsClosed, CaseWasTaken, UnknownChoice
from lingting.service.desk.tests.scene import CUSTOMER, NOW, Scene, later


def test_taking_a_case_somebody_else_took_says_who(scene: Scene):
    case = scene.case()
    who = {"actor": scene.lin.as_actor, "now": later()}
    services.assign_case(case.pk, assignee_id=scene.zhao.pk, actor=scene.zhao.as_actor, now=NOW)
    with pytest.raises(CaseWasTaken, match="赵磊"):
        services.assign_case(case.pk, assignee_id=scene.lin.pk, expected_id=None, **who)
    assert services.assign_case(case.pk, assignee_id=scene.lin.pk, **who)
    assert not services.assign_case(case.pk, assignee_id=scene.lin.pk, **who)
    assert Entry.objects.filter(kind="CaseAssigned").count() == 2


def test_nobody_takes_cases_with_a_switched_off_account(scene: Scene):
    case = scene.case()
    type(scene.he).objects.filter(pk=scene.he.pk).update(is_active=False)
    with pytest.raises(UnknownChoice):
        services.assign_case(case.pk, assignee_id=scene.he.pk, actor=scene.lin.as_actor, now=NOW)


def test_another_queue_means_waiting_for_a_person_again(scene: Scene):
    case = scene.case(assignee=scene.lin)
    services.queue_case(case.pk, queue_id=scene.sales.pk, actor=scene.lin.as_actor, now=NOW)
    case.refresh_from_db()
    assert (case.queue, case.assignee) == (scene.sales, None)
    assert list(Entry.objects.filter(kind__in=["CaseQueued", "CaseAssigned"]).order_by("id").values_list("kind", flat=True)) == [
        "CaseQueued", "CaseAssigned",
    ]  # fmt: skip


def test_changes_are_recorded_with_old_and_new(scene: Scene):
    case = scene.case()
    who = {"actor": scene.lin.as_actor, "now": NOW}
    assert services.set_priority(case.pk, priority=1, **who)
    assert not services.set_priority(case.pk, priority=1, **who)
    assert services.set_type(case.pk, type_id=scene.complaint.pk, **who)
    assert services.set_subject(case.pk, subject="  漏水  投诉 ", **who)
    changes = [entry.data["changes"] for entry in Entry.objects.filter(kind="CaseChanged").order_by("id")]
    assert changes == [{"priority": [3, 1]}, {"type_id": [None, scene.complaint.pk]}, {"subject": ["", "漏水 投诉"]}]
    with pytest.raises(UnknownChoice):
        services.set_priority(case.pk, priority=9, **who)


def test_tags_are_made_as_they_are_used(scene: Scene):
    case = scene.case()
    who = {"actor": scene.lin.as_actor, "now": NOW}
    services.set_tags(case.pk, names=["漏水", " 加急 ", "漏水"], **who)
    services.add_tag(case.pk, name="回访", **who)
    assert sorted(case.tags.values_list("name", flat=True)) == ["加急", "回访", "漏水"]
    assert Tag.objects.count() == 3


def test_a_snoozed_case_comes_back_on_time(scene: Scene):
    case = scene.case(assignee=scene.lin)
    services.snooze_case(case.pk, until_at=later(3600), actor=scene.lin.as_actor, now=NOW)
    assert services.wake_due_cases(now=later(3599)) == 0
    assert services.wake_due_cases(now=later(3600)) == 1
    case.refresh_from_db()
    assert (case.state, case.active_at) == ("open", later(3600))


@pytest.mark.parametrize("seconds", [0, -5, 400 * 86400])
def test_a_moment_to_come_back_lies_ahead(scene: Scene, seconds: int):
    case = scene.case()
    with pytest.raises(BadMoment):
        services.snooze_case(case.pk, until_at=later(seconds), actor=scene.lin.as_actor, now=NOW)


def test_closing_ends_the_chat_and_every_promise(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "谢谢")
    services.close_case(case.pk, actor=scene.lin.as_actor, now=later(90))
    case.refresh_from_db()
    assert (case.state, case.closed_by, case.due_at, case.unread_count) == ("closed", scene.lin, None, 0)
    assert Conversation.objects.get(pk=talk.pk).ended_by == "agent"
    assert Entry.objects.filter(kind="ConversationEnded").count() == 1


def test_every_act_on_a_closed_case_is_refused_until_it_is_reopened(scene: Scene):
    case = scene.case(assignee=scene.lin)
    who = {"actor": scene.lin.as_actor, "now": later()}
    services.close_case(case.pk, actor=scene.zhao.as_actor, now=NOW)
    acts = [
        lambda: services.close_case(case.pk, **who),
        lambda: services.assign_case(case.pk, assignee_id=scene.lin.pk, **who),
        lambda: services.queue_case(case.pk, queue_id=scene.sales.pk, **who),
        lambda: services.set_priority(case.pk, priority=1, **who),
        lambda: services.set_tags(case.pk, names=["x"], **who),
        lambda: services.snooze_case(case.pk, until_at=later(999), **who),
    ]
    for act in acts:
        with pytest.raises(CaseIsClosed, match="赵磊"):
            act()
    assert services.reopen_case(case.pk, **who)
    assert not services.reopen_case(case.pk, **who)
    services.set_priority(case.pk, priority=1, **who)


def test_notes_tell_those_mentioned_once(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    who = {"actor": scene.lin.as_actor, "now": later()}
    services.add_note(case.pk, text="@赵磊 请看一下", mention_ids=[scene.zhao.pk, scene.lin.pk, scene.zhao.pk], **who)
    assert list(Mention.objects.values_list("account_id", flat=True)) == [scene.zhao.pk]
    notice = Notice.objects.get()
    assert (notice.account, notice.code, notice.params["name"]) == (scene.zhao, "desk.mentioned", "林晓")
    assert services.see_mentions(case.pk, account_id=scene.zhao.pk, now=later()) == 1


def test_links_go_both_ways_and_come_off(scene: Scene):
    one, two = scene.case(), scene.case()
    who = {"actor": scene.lin.as_actor, "now": NOW}
    assert services.link_cases(two.pk, other_id=one.pk, **who)
    assert not services.link_cases(one.pk, other_id=two.pk, **who)
    assert services.unlink_cases(one.pk, other_id=two.pk, **who)
    assert not services.unlink_cases(one.pk, other_id=two.pk, **who)
    with pytest.raises(UnknownChoice):
        services.link_cases(one.pk, other_id=one.pk, **who)


def test_drafts_are_kept_per_person_and_mode_and_forgotten_when_empty(scene: Scene):
    case = scene.case()
    services.save_draft(case.pk, account_id=scene.lin.pk, mode="reply", text="您好", now=NOW)
    services.save_draft(case.pk, account_id=scene.lin.pk, mode="reply", text="您好，", now=later())
    services.save_draft(case.pk, account_id=scene.zhao.pk, mode="reply", text="稍等", now=NOW)
    assert sorted(Draft.objects.values_list("text", flat=True)) == ["您好，", "稍等"]
    services.save_draft(case.pk, account_id=scene.lin.pk, mode="reply", text="  ", now=later())
    assert Draft.objects.count() == 1


def test_a_canned_reply_fills_its_variables(scene: Scene):
    text = services.CannedText("hello", "zh-hans", "问候", "{{customer.name}}您好，我是{{ agent.name }}。{{case.subject}}")
    reply = services.save_canned_reply(text, owner_id=None)
    assert services.filled(reply.text, values={"customer.name": "王芳", "agent.name": "林晓"}) == "王芳您好，我是林晓。"
    assert services.filled("Hello {{customer.name}}, this is {{agent.name}}.", values={"agent.name": "林晓"}) == "Hello, this is 林晓."
    with pytest.raises(services.canned.ShortcutIsTaken):
        services.save_canned_reply(text, owner_id=None)
    services.save_canned_reply(text, owner_id=scene.lin.pk)


@pytest.mark.parametrize(
    ("shortcut", "title", "text", "field"),
    [("a b", "t", "x", "shortcut"), ("a", " ", "x", "title"), ("a", "t", "", "text"), ("a", "t", "{{secret}}", "text")],
)
def test_a_wrong_canned_reply_names_the_field(scene: Scene, shortcut: str, title: str, text: str, field: str):
    with pytest.raises(services.canned.BadCannedReply) as refusal:
        services.save_canned_reply(services.CannedText(shortcut, "zh-hans", title, text), owner_id=None)
    assert list(refusal.value.details["fields"]) == [field]


def test_an_import_takes_the_good_and_names_the_bad(scene: Scene):
    def item(**more: object) -> services.ImportedCase:
        given = {"queue": "scene-service", "channel": "mail", "opened_at": NOW, "customer": scene.customer.pk, **more}
        return services.ImportedCase(**given)  # type: ignore[arg-type]

    said = services.ImportedMessage("customer", "旧系统里的问题", NOW)
    answer = services.ImportedMessage("agent", "已处理", later(), author="scene-lin")
    results = services.import_cases(
        [item(messages=[said, answer]), item(queue="nowhere"), item(customer=0), item(state="open", messages=[said])],
        actor=scene.zhou.as_actor,
        now=later(100),
    )
    assert [result.case_id is not None for result in results] == [True, False, False, True]
    first = Case.objects.get(pk=results[0].case_id)
    assert (first.state, first.preview, first.active_at, first.messages.count()) == ("closed", "已处理", later(), 2)
    assert Case.objects.get(pk=results[3].case_id).waiting_since_at == NOW
    assert Case.objects.count() == 2
    assert CUSTOMER.label
