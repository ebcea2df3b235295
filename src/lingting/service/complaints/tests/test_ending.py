"""The answer, the call afterwards, the closing; and what rules and figures see of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lingting.kernel.automation.registry import actions_of, whens_of
from lingting.kernel.clocks.models import Clock
from lingting.kernel.metrics.registry import GroupBy, Period
from lingting.kernel.metrics.selectors import measure
from lingting.kernel.procedures.models import Run
from lingting.kernel.questionnaires.services import BadAnswers
from lingting.kernel.timeline.registry import subject_kind
from lingting.service.complaints import services
from lingting.service.complaints.models import Cause, Complaint, FollowUp
from lingting.service.complaints.tests.scene import classify, complaint_of, make_complaint_scene, refund
from lingting.service.desk.models import Message
from lingting.service.desk.services import close_case, start_conversation
from lingting.service.desk.tests.scene import NOW, Scene
from lingting.service.workorders.services import Said, answer_order, ask_department, save_department


@pytest.fixture
def scene(db: None) -> Scene:
    return make_complaint_scene()


def hours(count: float):
    return NOW + timedelta(hours=count)


def answered(scene: Scene, **more: object) -> Complaint:
    complaint = classify(scene, complaint_of(scene), **more)
    return services.answer_complaint(complaint.pk, text="换新机", sends=False, actor=scene.lin.as_actor, now=hours(5))


def close(scene: Scene, complaint: Complaint, *, at: float = 30, **more: object) -> Complaint:
    given = {"cause_id": Cause.objects.get(key="carrier").pk, "responsibility": "supplier", "conclusion": "承运商野蛮装卸",
             "actor": scene.lin.as_actor, "now": hours(at)}  # fmt: skip
    return services.close_complaint(complaint.pk, **given | more)  # type: ignore[arg-type]


def state_of_run(complaint: Complaint) -> tuple[str, list[str]]:
    run = Run.objects.get(subject_id=complaint.case_id, procedure__key="complaint")
    return run.state, list(run.steps.filter(state="open").values_list("step__key", flat=True))


def test_the_answer_is_said_to_the_customer_and_a_call_is_planned(scene: Scene):
    complaint = classify(scene, complaint_of(scene))
    start_conversation(complaint.case_id, channel="chat", now=NOW)
    services.answer_complaint(complaint.pk, text="给您换新机", actor=scene.lin.as_actor, now=hours(5))
    assert Message.objects.get(case=complaint.case, kind="agent").text == "给您换新机"
    call = FollowUp.objects.get(complaint=complaint)
    clock = Clock.objects.get(subject_kind="complaints.followup", subject_id=call.pk)
    assert (call.due_at, clock.due_at, clock.state) == (hours(25), hours(25), "running")
    assert state_of_run(complaint) == ("running", ["follow-up"])


def test_a_satisfied_customer_ends_the_follow_up(scene: Scene):
    complaint = answered(scene)
    call = services.record_call(
        complaint.follow_ups.get().pk,
        is_reached=True,
        answers={"satisfied": 4, "kept": True},
        actor=scene.lin.as_actor,
        now=hours(20),
    )
    complaint.refresh_from_db()
    assert (call.satisfied, call.response.subject_id, complaint.stage) == (True, call.pk, "followed")
    assert Clock.objects.get(subject_kind="complaints.followup").state == "stopped"
    assert state_of_run(complaint)[1] == ["close"]
    with pytest.raises(services.CallWasMade):
        services.record_call(call.pk, is_reached=False, actor=scene.lin.as_actor, now=hours(21))


def test_reached_needs_the_answer_and_three_points_are_not_satisfied(scene: Scene):
    call = answered(scene).follow_ups.get()
    with pytest.raises(BadAnswers):
        services.record_call(call.pk, is_reached=True, actor=scene.lin.as_actor, now=hours(20))
    call.refresh_from_db()
    assert call.called_at is None
    done = services.record_call(call.pk, is_reached=True, answers={"satisfied": 3}, actor=scene.lin.as_actor, now=hours(20))
    assert done.satisfied is False


def test_up_to_three_tries(scene: Scene):
    complaint = answered(scene)
    for attempt in (1, 2, 3):
        call = complaint.follow_ups.get(called_at=None)
        assert call.attempt == attempt
        services.record_call(call.pk, is_reached=False, actor=scene.lin.as_actor, now=hours(20 + attempt))
    complaint.refresh_from_db()
    assert (complaint.follow_ups.count(), complaint.stage) == (3, "followed")


def test_closing_says_what_is_missing(scene: Scene):
    complaint = complaint_of(scene)
    with pytest.raises(services.NotReadyToClose) as refused:
        close(scene, complaint)
    assert len(refused.value.details["missing"]) == 2
    done = answered(scene)
    refund(scene, done, 400)
    department = save_department({"name_zh": "物流", "minutes": 60})
    ask_department(
        done.case_id, department_id=department.pk, subject="查", question="在哪", actor=scene.lin.as_actor, now=hours(6)
    )
    with pytest.raises(services.NotReadyToClose) as refused:
        close(scene, done)
    assert len(refused.value.details["missing"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"cause_id": 0}, {"responsibility": ""}, {"responsibility": "me"}, {"conclusion": " "}, {"responsibility": "department"}],
)
def test_closing_needs_cause_responsibility_and_words(scene: Scene, wrong: dict[str, object]):
    complaint = answered(scene)
    with pytest.raises(services.BadComplaint):
        close(scene, complaint, **wrong)
    complaint.refresh_from_db()
    assert complaint.stage == "answered"


def test_closed_closes_the_case_ends_the_run_and_drops_the_planned_call(scene: Scene):
    complaint = close(scene, answered(scene))
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.case.state, complaint.follow_ups.count()) == ("closed", "closed", 0)
    assert Clock.objects.get(subject_kind="complaints.followup").state == "cancelled"
    assert state_of_run(complaint) == ("cancelled", [])
    with pytest.raises(services.ComplaintIsClosed):
        close(scene, complaint)


def test_the_whole_way_finishes_the_procedure(scene: Scene):
    complaint = classify(scene, complaint_of(scene))
    department = save_department({"name_zh": "物流", "minutes": 60})
    order, _token = ask_department(
        complaint.case_id, department_id=department.pk, subject="查", question="在哪", actor=scene.lin.as_actor, now=hours(1)
    )
    assert state_of_run(complaint)[1] == ["departments", "own-check"]
    answer_order(order.pk, Said("丢了", by="小王"), actor=scene.he.as_actor, now=hours(2))
    assert state_of_run(complaint)[1] == ["own-check"]
    made = refund(scene, complaint, 400)
    services.answer_complaint(complaint.pk, text="退款", sends=False, actor=scene.lin.as_actor, now=hours(3))
    assert state_of_run(complaint)[1] == ["compensate"]
    services.decide_compensation(made.pk, is_approved=True, account=scene.zhao, now=hours(4))
    services.grant_compensation(made.pk, account=scene.lin, now=hours(5))
    services.record_call(
        complaint.follow_ups.get().pk, is_reached=True, answers={"satisfied": 5}, actor=scene.lin.as_actor, now=hours(20)
    )
    close(scene, complaint)
    assert state_of_run(complaint) == ("done", [])


def test_figures_with_their_samples(scene: Scene):
    close(scene, answered(scene), at=30)
    close(scene, answered(scene), at=49)
    waits = complaint_of(scene)
    call = answered(scene).follow_ups.get()
    services.record_call(call.pk, is_reached=True, answers={"satisfied": 5}, actor=scene.lin.as_actor, now=hours(20))
    scene.case()
    [row] = measure(
        ["complaint_rate", "complaints_closed_in_48h", "complaint_satisfaction"], Period(NOW, hours(47)), now=hours(47)
    )
    assert (row.figures["complaints_closed_in_48h"].value, row.figures["complaints_closed_in_48h"].sample) == (1.0, 1)
    assert (row.figures["complaint_satisfaction"].value, row.figures["complaint_satisfaction"].sample) == (1.0, 1)
    assert row.figures["complaint_rate"].value is None
    [row] = measure(["complaints_closed_in_48h"], Period(NOW, hours(60)), now=hours(60))
    assert (row.figures["complaints_closed_in_48h"].value, row.figures["complaints_closed_in_48h"].sample) == (0.25, 4)
    for group in (GroupBy.QUEUE, GroupBy.AGENT, GroupBy.HOUR, GroupBy.DAY, GroupBy.WEEKDAY):
        assert measure(["complaint_rate"], Period(NOW, hours(60)), now=hours(60), group_by=group)
    assert waits.stage == "received"


def test_the_rate_counts_letters_as_contacts(scene: Scene):
    from lingting.kernel.timeline.events import SYSTEM
    from lingting.service.desk.services import open_case

    for _number in range(4):
        open_case(scene.customer.pk, queue_id=scene.service.pk, channel="mail", actor=SYSTEM, now=NOW)
    complaint_of(scene)
    [row] = measure(["complaint_rate"], Period(NOW, hours(1)), now=hours(1))
    assert (row.figures["complaint_rate"].value, row.figures["complaint_rate"].sample) == (250.0, 4)


def test_rules_read_the_classes_and_can_classify(scene: Scene):
    complaint, plain = complaint_of(scene), scene.case()
    classified = classify(scene, complaint, is_regulator=True)
    values = subject_kind("desk.case").read([complaint.case_id, plain.pk])
    assert values[complaint.case_id]["severity"] == 4
    assert (values[complaint.case_id]["is_repeat"], values[plain.pk]["is_complaint"], values[plain.pk]["severity"]) == (
        False,
        False,
        None,
    )
    params = {"category": classified.category_id, "severity": 3}
    actions_of("desk.case")["classify_complaint"].perform(plain.pk, params, scene.lin.as_actor, NOW)
    assert Complaint.objects.get(case=plain).severity == 3
    assert {"ComplaintFiled", "ComplaintClosed"} <= set(whens_of("desk.case"))


def test_a_case_closes_with_its_complaint_and_never_before_it(scene: Scene):
    complaint = classify(scene, complaint_of(scene))
    with pytest.raises(services.ComplaintStillOpen) as refused:
        close_case(complaint.case_id, actor=scene.lin.as_actor, now=hours(1))
    assert refused.value.details["missing"] == services.missing_for_closing(complaint)
    services.answer_complaint(complaint.pk, text="换新机", sends=False, actor=scene.lin.as_actor, now=hours(5))
    with pytest.raises(services.ComplaintStillOpen):
        close_case(complaint.case_id, actor=scene.lin.as_actor, now=hours(6))
    close(scene, complaint)
    complaint.case.refresh_from_db()
    assert complaint.case.state == "closed"
