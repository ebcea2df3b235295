"""How a case becomes a complaint and gets its classes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lingting.kernel.procedures.models import StepRun
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.complaints import services
from lingting.service.complaints.models import Complaint
from lingting.service.complaints.tests.scene import category, classify, complaint_of, make_complaint_scene
from lingting.service.desk import services as desk
from lingting.service.desk.models import CaseType
from lingting.service.desk.selectors import fact_words, facts_of
from lingting.service.desk.tests.scene import NOW, Scene, later
from lingting.service.workorders.services import ask_department, save_department


@pytest.fixture
def scene(db: None) -> Scene:
    return make_complaint_scene()


def open_steps(complaint: Complaint) -> list[str]:
    rows = StepRun.objects.filter(run__subject_id=complaint.case_id, state="open").order_by("pk")
    return [key for key in rows.values_list("step__key", flat=True) if key != "investigate"]


def test_a_case_of_the_type_complaint_is_one_by_itself_and_its_procedure_runs(scene: Scene):
    kind = CaseType.objects.get(key="complaint")
    case = desk.open_case(scene.customer.pk, queue_id=scene.service.pk, channel="mail", type_id=kind.pk, actor=SYSTEM, now=NOW)
    complaint = Complaint.objects.get(case=case)
    assert (complaint.stage, complaint.filed_by, complaint.on_behalf) == ("received", None, False)
    assert open_steps(complaint) == ["receive"]


def test_another_type_makes_a_case_a_complaint_and_filing_gives_it_the_type(scene: Scene):
    case = scene.case()
    desk.set_type(case.pk, type_id=CaseType.objects.get(key="complaint").pk, actor=scene.lin.as_actor, now=later())
    assert Complaint.objects.filter(case=case).count() == 1
    other = complaint_of(scene)
    other.case.refresh_from_db()
    assert other.case.type.key == "complaint"
    assert services.file_complaint(other.case_id, actor=scene.lin.as_actor, now=later())[1] is False


def test_a_work_orders_own_case_is_no_complaint(scene: Scene):
    complaint = complaint_of(scene)
    department = save_department({"name_zh": "物流", "minutes": 60})
    order, _token = ask_department(
        complaint.case_id, department_id=department.pk, subject="查", question="在哪", actor=scene.lin.as_actor, now=NOW
    )
    assert not Complaint.objects.filter(case=order.case).exists()
    with pytest.raises(services.BadComplaint):
        services.file_complaint(order.case_id, actor=scene.lin.as_actor, now=NOW)


def test_on_the_customers_behalf_opens_a_case_with_the_words_as_a_note(scene: Scene):
    made = services.file_on_behalf(
        scene.customer.pk, queue_id=scene.service.pk, subject="漏水", words="电话里说漏水", actor=scene.lin.as_actor, now=NOW
    )
    assert (made.on_behalf, made.case.assignee, made.case.channel) == (True, scene.lin, "voice")
    assert made.case.messages.filter(kind="note", text="电话里说漏水").exists()
    assert open_steps(made) == ["classify"]


@pytest.mark.parametrize(
    ("public", "regulator", "severity", "priority"),
    [(False, False, 1, 3), (True, False, 3, 2), (False, True, 4, 1), (True, True, 4, 1)],
)
def test_public_and_regulator_raise_severity_and_priority(
    scene: Scene, public: bool, regulator: bool, severity: int, priority: int
):
    complaint = classify(scene, complaint_of(scene), severity=1, is_public=public, is_regulator=regulator)
    complaint.case.refresh_from_db()
    assert (complaint.severity, complaint.case.priority, complaint.stage) == (severity, priority, "handling")


def test_priority_is_never_lowered(scene: Scene):
    complaint = complaint_of(scene)
    desk.set_priority(complaint.case_id, priority=1, actor=scene.lin.as_actor, now=NOW)
    classify(scene, complaint, is_public=True)
    complaint.case.refresh_from_db()
    assert complaint.case.priority == 1


@pytest.mark.parametrize(("days", "repeat"), [(1, 30), (30, 30), (31, 90), (90, 90), (91, None)])
def test_the_same_customer_about_the_same_within_days_is_a_repeat(scene: Scene, days: int, repeat: int | None):
    first = classify(scene, complaint_of(scene))
    second = classify(scene, complaint_of(scene, at=NOW + timedelta(days=days)))
    assert (second.repeat_of, second.repeat_days) == (first if repeat else None, repeat)
    assert [one.pk for one in services.earlier_complaints(second)] == ([first.pk] if repeat else [])


def test_another_category_repeats_only_about_the_same_product(scene: Scene):
    classify(scene, complaint_of(scene))
    same_product = classify(scene, complaint_of(scene, at=later()), category_id=category("delivery-late").pk)
    neither = classify(scene, complaint_of(scene, at=later(120)), category_id=category("money-invoice").pk, product="HY-T3")
    assert same_product.repeat_days == 30
    assert neither.repeat_of is None


def test_classifying_opens_the_investigation_or_goes_straight_to_the_answer(scene: Scene):
    first = classify(scene, complaint_of(scene))
    assert open_steps(first) == ["departments", "own-check"]
    second = classify(scene, complaint_of(scene), investigates=False)
    assert open_steps(second) == ["answer"]
    assert "产品" in fact_words(facts_of(first.case_id))[0].words or "故障" in str(
        [w.words for w in fact_words(facts_of(first.case_id))]
    )


@pytest.mark.parametrize("wrong", [{"category_id": 0}, {"severity": 5}, {"severity": 0}])
def test_classes_have_to_exist(scene: Scene, wrong: dict[str, int]):
    complaint = complaint_of(scene)
    with pytest.raises(services.BadComplaint):
        classify(scene, complaint, **wrong)
    complaint.refresh_from_db()
    assert complaint.category is None
