"""Limits, approval by somebody else whose limit covers, giving."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from lingting.kernel.notices.models import Notice
from lingting.kernel.organisation.models import Employee, Position
from lingting.platform.refusals import Refusal
from lingting.service.complaints import services
from lingting.service.complaints.models import Compensation, CompensationItem, CompensationLimit
from lingting.service.complaints.tests.scene import complaint_of, make_complaint_scene, refund
from lingting.service.desk.tests.scene import NOW, Scene, later


@pytest.fixture
def scene(db: None) -> Scene:
    return make_complaint_scene()


def test_within_ones_own_limit_nobody_else_is_asked(scene: Scene):
    made = refund(scene, complaint_of(scene), 100)
    assert (made.state, made.decided_by) == ("approved", None)
    assert not Notice.objects.filter(code="complaints.approval").exists()


def test_the_limit_holds_for_all_compensation_of_a_complaint_together(scene: Scene):
    complaint = complaint_of(scene)
    refund(scene, complaint, 60)
    assert refund(scene, complaint, 41).state == "proposed"
    assert refund(scene, complaint_of(scene), 60).state == "approved"


def test_above_it_the_nearest_leader_whose_limit_covers_is_asked(scene: Scene):
    refund(scene, complaint_of(scene), 400)
    assert list(Notice.objects.filter(code="complaints.approval").values_list("account", flat=True)) == [scene.zhao.pk]
    refund(scene, complaint_of(scene), 1500)
    assert Notice.objects.filter(code="complaints.approval", account=scene.zhou).count() == 1


def test_the_proposer_never_approves_whatever_their_limit(scene: Scene):
    made = refund(scene, complaint_of(scene), 2500, account=scene.zhou)
    CompensationLimit.objects.update(amount=5000)
    with pytest.raises(services.OwnProposal):
        services.decide_compensation(made.pk, is_approved=True, account=scene.zhou, now=later())
    assert services.decide_compensation(made.pk, is_approved=True, account=scene.zhao, now=later()).state == "approved"


def test_whoevers_limit_does_not_cover_the_total_may_reject_but_not_approve(scene: Scene):
    made = refund(scene, complaint_of(scene), 600)
    with pytest.raises(services.BeyondLimit):
        services.decide_compensation(made.pk, is_approved=True, account=scene.zhao, now=later())
    with pytest.raises(services.BadCompensation):
        services.decide_compensation(made.pk, is_approved=False, account=scene.zhao, now=later())
    services.decide_compensation(made.pk, is_approved=False, note="证据不足", account=scene.zhao, now=later())
    assert Notice.objects.get(account=scene.lin).code == "complaints.rejected"
    assert services.total_of(made.complaint) == 0


def test_given_only_once_approved_and_only_once(scene: Scene):
    made = refund(scene, complaint_of(scene), 400)
    with pytest.raises(services.AlreadyDecided):
        services.grant_compensation(made.pk, account=scene.lin, now=later())
    services.decide_compensation(made.pk, is_approved=True, account=scene.zhao, now=later())
    assert services.grant_compensation(made.pk, account=scene.lin, now=later()).state == "granted"
    with pytest.raises(services.AlreadyDecided):
        services.grant_compensation(made.pk, account=scene.lin, now=later())


def test_pieces_cost_what_the_catalogue_says_and_the_item_has_a_most(scene: Scene):
    complaint = complaint_of(scene)
    coupon = CompensationItem.objects.get(key="coupon-20").pk
    assert refund(scene, complaint, 999, item_id=coupon, quantity=3).amount == Decimal("60.00")
    with pytest.raises(services.BadCompensation):
        refund(scene, complaint, 0, item_id=coupon, quantity=3)
    with pytest.raises(services.BadCompensation):
        refund(scene, complaint, 5001)


@pytest.mark.parametrize(
    "wrong", [{"amount": None}, {"amount": Decimal(-1)}, {"amount": Decimal("NaN")}, {"quantity": 0}, {"item_id": 0}]
)
def test_amounts_are_amounts(scene: Scene, wrong: dict[str, object]):
    with pytest.raises(services.BadCompensation):
        refund(scene, complaint_of(scene), 10, **wrong)
    assert not Compensation.objects.exists()


def test_a_position_gives_a_limit_too_and_the_highest_counts(scene: Scene):
    senior = Position.objects.create(key="senior", name_zh="资深客服", rank=20)
    CompensationLimit.objects.create(position=senior, amount=300)
    Employee.objects.filter(account=scene.lin).update(position=senior)
    scene.lin.refresh_from_db()
    assert services.limit_of(type(scene.lin).objects.get(pk=scene.lin.pk)) == 300


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told():
    scene = make_complaint_scene()
    made = refund(scene, complaint_of(scene), 400)
    ready = Barrier(2)

    def decide(account: object, is_approved: bool) -> str:
        try:
            ready.wait(10)
            return services.decide_compensation(
                made.pk,
                is_approved=is_approved,
                note="不符",
                account=account,
                now=NOW,  # type: ignore[arg-type]
            ).state
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(decide, [scene.zhao, scene.zhou], [True, False]))
    made.refresh_from_db()
    assert answers.count("compensation_already_decided") == 1
    assert made.state in answers
