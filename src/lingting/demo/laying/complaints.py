"""A few dozen complaints over the history, one planted hot spot among them, and a measure that came of an older one."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from lingting.kernel.accounts.models import Account
from lingting.service.complaints import foundation, services
from lingting.service.complaints.models import Category, Cause, CompensationItem, Complaint, Measure
from lingting.service.desk.models import Case

# category, product, what the answer was, root cause, responsibility, weight
_KINDS = (
    ("product-fault", "HY-V8", "已为您更换主板，并延长保修三个月。", "manufacture", "supplier", 4),
    ("product-fault", "HY-W600", "已上门更换接头并复检。", "manufacture", "supplier", 4),
    ("product-fault", "HY-T3", "已寄出新机，旧机由快递上门取回。", "manufacture", "supplier", 3),
    ("delivery-late", "HY-A500", "包裹已由站点专人送达，赠送优惠券致歉。", "carrier", "supplier", 4),
    ("delivery-lost", "HY-WF1", "已补发，并由承运商赔付。", "carrier", "supplier", 2),
    ("installation-late", "HY-DW8", "已改约并安排组长上门，安装费全免。", "installer", "supplier", 3),
    ("installation-charges", "HY-W1200", "多收的辅材费已原路退回。", "installer", "supplier", 2),
    ("service-attitude", "", "组长已致歉，并对该通服务复盘。", "conduct", "centre", 3),
    ("service-slow", "HY-R40", "问题已解决，由专人跟进到底。", "rules", "centre", 2),
    ("money-refund", "HY-L2", "退款已到账。", "system", "centre", 2),
    ("money-price", "HY-C3", "已按价保规则退差价。", "wording", "centre", 2),
)
_SPOT = ("product-fault", "HY-W600", "同批次增压泵异响，已为您免费更换。", "manufacture", "supplier", 0)
_REASONS = ("多次上门未解决", "漏水泡了地板", "耽误使用一周", "等待时间过长")
_SPOT_COUNT, _COUNT = 11, 44


def lay(*, seed: int, now: datetime) -> int:
    """Turns demo cases into complaints, older ones closed, recent ones in every stage; returns how many."""
    rng = random.Random(seed + 48)
    foundation.lay(now=now)
    rows = Case.objects.filter(parent=None, merged_into=None, complaint=None, is_demo=True).exclude(assignee=None)
    closed = list(rows.filter(state="closed").values_list("pk", "opened_at").order_by("pk"))
    meant = list(rows.filter(state="closed", type__key="complaint").values_list("pk", "opened_at").order_by("pk"))
    closed = meant if len(meant) >= 8 * _COUNT else closed
    if len(closed) < 4 * _COUNT:
        return 0
    recent = [pk for pk, at in closed if timedelta(days=3) < now - at < timedelta(days=6.5)]
    older = [pk for pk, at in closed if now - at >= timedelta(days=7)]
    for pk in rng.sample(recent, min(_SPOT_COUNT, len(recent))):
        _lay_ended(pk, _SPOT, rng=rng)
    for pk in rng.sample(older, min(_COUNT, len(older))):
        _lay_ended(pk, rng.choices(_KINDS, [kind[-1] for kind in _KINDS])[0], rng=rng)
    working = list(rows.exclude(state="closed").order_by("-opened_at", "pk")[:8])
    for place, case in enumerate(working):
        _lay_working(case, place, rng=rng, now=now)
    _lay_measure(now=now)
    return Complaint.objects.count()


def _lay_ended(case_id: int, kind: tuple[str, str, str, str, str, int], *, rng: random.Random) -> None:
    """A complaint of the past as it ended; its case stays closed, so it is written as it would have been left."""
    key, product, answer, cause, responsibility, _weight = kind
    case = Case.objects.select_related("customer", "assignee").get(pk=case_id)
    category = Category.objects.filter(key=key).first()
    reason = Cause.objects.filter(key=cause).first()
    if category is None or reason is None:
        return
    filed, owner = case.opened_at, case.assignee
    ended = filed + timedelta(hours=rng.choice((9, 20, 26, 33, 41, 45, 46, 58)))
    is_public = rng.random() < 0.08
    made = Complaint.objects.create(
        case=case, stage="closed", category=category, product=product, region=case.customer.city[:60], is_public=is_public,
        severity=services.raised_severity(category.severity, is_public=is_public, is_regulator=False), filed_at=filed, filed_by=owner,
        classified_at=filed + timedelta(minutes=40), classified_by=owner, answer=answer, answered_at=filed + timedelta(hours=6),
        answered_by=owner, cause=reason, responsibility=responsibility, conclusion=answer, closed_at=ended, closed_by=owner, is_demo=True,
    )  # fmt: skip
    _lay_past_call(made, rng=rng)
    if rng.random() < 0.5:
        item = CompensationItem.objects.filter(key=rng.choice(("coupon-20", "refund", "free-repair"))).first()
        if item and owner:
            made.compensations.create(
                item=item, amount=item.unit_cost or Decimal(rng.choice((50, 80, 99))), reason=rng.choice(_REASONS), state="granted",
                proposed_by=owner, proposed_at=filed + timedelta(hours=5), decided_at=filed + timedelta(hours=5), granted_by=owner,
                granted_at=filed + timedelta(hours=7),
            )  # fmt: skip


def _lay_past_call(made: Complaint, *, rng: random.Random) -> None:
    called = made.filed_at + timedelta(hours=8)
    is_reached = rng.random() < 0.85
    made.follow_ups.create(
        attempt=1, due_at=called, called_at=called, called_by=made.filed_by, is_reached=is_reached,
        satisfied=rng.random() < 0.82 if is_reached else None,
    )  # fmt: skip


def _lay_working(case: Case, place: int, *, rng: random.Random, now: datetime) -> None:
    """One in work, at a stage by its place; by the same services as people use."""
    owner = case.assignee
    if owner is None:
        return
    at = max(case.opened_at, now - timedelta(hours=30))
    made, _is_new = services.file_complaint(case.pk, actor=owner.as_actor, now=at)
    if place == 0:
        return
    key, product, answer, _cause, _who, _weight = rng.choice(_KINDS)
    services.classify_complaint(
        made.pk, category_id=Category.objects.get(key=key).pk, severity=2, product=product, region=case.customer.city[:60],
        is_public=place == 2, is_regulator=place == 3, actor=owner.as_actor, now=at,
    )  # fmt: skip
    if place in (3, 4, 5):
        refund = CompensationItem.objects.get(key="refund")
        services.propose_compensation(
            made.pk, item_id=refund.pk, amount=Decimal(rng.choice((180, 260, 380))), reason=_REASONS[place - 3], account=owner, now=at
        )
    if place >= 5:
        services.answer_complaint(made.pk, text=answer, sends=False, actor=owner.as_actor, now=now)


def _lay_measure(*, now: datetime) -> None:
    owner = Account.objects.filter(employee__team__isnull=False, grants__role__key="supervisor").order_by("pk").first()
    category = Category.objects.filter(key="delivery").first()
    if owner is None or category is None:
        return
    Measure.objects.create(
        title="承运商换线：西南仓改由专线直发", owner=owner, due_date=(now - timedelta(days=21)).date(), expected_drop=50,
        cell={"category": category.pk}, finding={"observed": 9, "expected": 3.4, "p": 0.02}, state="done", made_by=owner,
        made_at=now - timedelta(days=30), done_at=now - timedelta(days=21), is_demo=True,
    )  # fmt: skip
