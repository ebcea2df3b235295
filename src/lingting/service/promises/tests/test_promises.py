"""Which policy holds, what its clocks do as people speak, and who is told when time runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from lingting.kernel.clocks.models import Clock
from lingting.kernel.clocks.services import sweep
from lingting.kernel.metrics.registry import Period
from lingting.kernel.metrics.selectors import measure
from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.desk import services as desk
from lingting.service.desk.models import Case, Conversation
from lingting.service.desk.tests.scene import NOW, Scene, make_scene
from lingting.service.promises import foundation, services
from lingting.service.promises.models import Climb, Policy, Promised, Rung


@pytest.fixture
def scene(db: None) -> Scene:
    Policy.objects.all().delete()
    foundation.lay(now=NOW)
    Policy.objects.all().delete()
    return make_scene()


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def mail(scene: Scene, **more: object) -> tuple[Case, Conversation]:
    case = desk.open_case(scene.customer.pk, queue_id=scene.service.pk, channel="mail", actor=SYSTEM, now=NOW, **more)  # type: ignore[arg-type]
    return case, desk.start_conversation(case.pk, channel="mail", now=NOW)


def policy(**more: object) -> Policy:
    values = {"name_zh": "邮件", "channels": ["mail"], "first_answer_minutes": 1440, "next_answer_minutes": 600,
              "resolution_minutes": 2880}  # fmt: skip
    rungs = more.pop("rungs", ())
    return services.save_policy(values | more, rungs=rungs)  # type: ignore[arg-type, operator]


def clock(case: Case, kind: str) -> Clock:
    return Clock.objects.filter(subject_kind="desk.case", subject_id=case.pk, kind__key=kind).latest("pk")


def test_a_mail_is_promised_an_answer_and_the_case_shows_when(scene: Scene):
    policy()
    case, thread = mail(scene, subject="漏水")
    scene.says(thread, "漏水了", at=hours(1))
    case.refresh_from_db()
    assert case.due_at == hours(25)
    assert clock(case, "resolution").due_at == hours(48)
    assert Promised.objects.get(case=case).because == {"channel": "mail"}


def test_an_answer_fulfils_the_promise_and_the_resolution_waits_for_the_customer(scene: Scene):
    policy()
    case, thread = mail(scene)
    scene.says(thread, "漏水了", at=hours(1))
    desk.add_message(thread.pk, kind="agent", text="请发照片", actor=scene.lin.as_actor, now=hours(3))
    first = clock(case, "first-answer")
    assert (first.state, first.breached_at) == ("stopped", None)
    assert clock(case, "resolution").state == "paused"
    case.refresh_from_db()
    assert case.due_at is None
    scene.says(thread, "照片来了", at=hours(13))
    resolution = clock(case, "resolution")
    assert (resolution.state, resolution.due_at) == ("running", hours(58))
    assert clock(case, "next-answer").due_at == hours(23)
    case.refresh_from_db()
    assert case.due_at == hours(23)
    desk.close_case(case.pk, actor=scene.lin.as_actor, now=hours(14))
    assert not Clock.objects.filter(state__in=["running", "paused"]).exists()


def test_the_first_policy_that_fits_holds_and_a_new_type_retargets_what_runs(scene: Scene):
    policy(order=90)
    policy(name_zh="投诉", order=10, types=[scene.complaint.pk], channels=[], resolution_minutes=1440, next_answer_minutes=None)
    case, thread = mail(scene)
    scene.says(thread, "我要投诉", at=hours(1))
    assert clock(case, "resolution").due_at == hours(48)
    desk.set_type(case.pk, type_id=scene.complaint.pk, actor=scene.lin.as_actor, now=hours(2))
    assert Promised.objects.get(case=case).because == {"type": "投诉"}
    assert clock(case, "resolution").due_at == hours(24)
    desk.set_type(case.pk, type_id=None, actor=scene.lin.as_actor, now=hours(3))
    assert clock(case, "resolution").due_at == hours(48)


def test_a_chat_that_no_policy_knows_keeps_the_desks_own_due_moment(scene: Scene):
    policy()
    case, talk = scene.chat()
    scene.says(talk, "在吗", at=hours(1))
    case.refresh_from_db()
    assert case.due_at is not None
    assert not Clock.objects.exists()


def test_the_ladder_is_climbed_once_as_time_runs_out(scene: Scene):
    rungs = [
        {"at_share": "0.8", "act": "tell-owner"},
        {"at_share": "1", "act": "tell-leader"},
        {"at_share": "1", "act": "raise-priority"},
        {"at_share": "1", "after_minutes": 60, "act": "give-person", "person_id": scene.zhou.pk},
    ]
    policy(rungs=rungs, resolution_minutes=None)
    case, thread = mail(scene, assignee_id=scene.lin.pk)
    scene.says(thread, "漏水了", at=NOW)
    sweep(now=hours(20))
    assert list(Notice.objects.values_list("account", "code")) == [(scene.lin.pk, "promises.warning")]
    for moment in (hours(24.5), hours(24.6)):
        sweep(now=moment)
    case.refresh_from_db()
    assert case.priority == 2
    assert Notice.objects.filter(account=scene.zhao, code="promises.breach").count() == 1
    assert services.climb_late_rungs(now=hours(24.6)) == 0
    assert services.climb_late_rungs(now=hours(25.6)) == 1
    assert services.climb_late_rungs(now=hours(26)) == 0
    case.refresh_from_db()
    assert case.assignee == scene.zhou
    assert Climb.objects.count() == 4


def test_a_rung_that_is_refused_says_so_and_stops_nobody(scene: Scene):
    policy(rungs=[{"at_share": "1", "act": "give-person", "person_id": scene.he.pk}], resolution_minutes=None)
    case, thread = mail(scene, assignee_id=scene.lin.pk)
    scene.says(thread, "漏水了", at=NOW)
    type(scene.he).objects.filter(pk=scene.he.pk).update(is_active=False)
    assert sweep(now=hours(25)).breached == 1
    assert Climb.objects.get().outcome
    case.refresh_from_db()
    assert case.assignee == scene.lin


def test_merged_cases_owe_nothing_and_come_back_with_their_promise(scene: Scene):
    policy(resolution_minutes=2880)
    kept, _talk = mail(scene)
    case, thread = mail(scene)
    scene.says(thread, "还是漏", at=hours(1))
    desk.merge_case(case.pk, into_id=kept.pk, actor=scene.lin.as_actor, now=hours(2))
    assert set(Clock.objects.filter(subject_id=case.pk).values_list("state", flat=True)) <= {"stopped", "cancelled"}
    desk.undo_merge(case.pk, actor=scene.lin.as_actor, now=hours(3))
    assert clock(case, "resolution").state == "running"


def test_kept_and_breached_promises_are_figures_with_their_sample(scene: Scene):
    policy(resolution_minutes=None)
    for answer_at in (hours(2), hours(30)):
        _case, thread = mail(scene)
        scene.says(thread, "在吗", at=NOW)
        desk.add_message(thread.pk, kind="agent", text="在", actor=scene.lin.as_actor, now=answer_at)
    [whole] = measure(["first_answer_kept"], Period(NOW, hours(40)), now=hours(40))
    assert (whole.figures["first_answer_kept"].value, whole.figures["first_answer_kept"].sample) == (0.5, 2)


@pytest.mark.parametrize(
    "more",
    [
        {"name_zh": ""},
        {"first_answer_minutes": None, "next_answer_minutes": None, "resolution_minutes": None},
        {"rungs": [{"act": "tell-person"}]},
        {"rungs": [{"act": "move-queue"}]},
        {"rungs": [{"act": "dance"}]},
        {"rungs": [{"act": "tell-owner", "at_share": "1.5"}]},
    ],
)
def test_a_policy_that_cannot_work_is_not_kept(scene: Scene, more: dict[str, object]):
    with pytest.raises(services.BadPolicy):
        policy(**more)


def test_a_saved_ladder_keeps_its_rungs_and_drops_the_others(scene: Scene):
    made = policy(rungs=[{"at_share": "0.8", "act": "tell-owner"}, {"act": "tell-leader"}])
    first = made.rungs.order_by("at_share").first()
    assert first is not None
    values = {"name_zh": "邮件", "first_answer_minutes": 60}
    services.save_policy(values, rungs=[{"id": first.pk, "at_share": "0.5", "act": "tell-owner"}], policy_id=made.pk)
    assert [(each.pk, each.at_share) for each in Rung.objects.all()] == [(first.pk, Decimal("0.500"))]
