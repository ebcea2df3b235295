"""The desk's small centre with complaints laid: limits by role, a department, the procedure."""

from __future__ import annotations

from decimal import Decimal

from lingting.kernel.accounts.models import Account, Grant, Role
from lingting.kernel.organisation.models import Employee, Team
from lingting.kernel.procedures import foundation as procedures
from lingting.service.complaints import foundation, services
from lingting.service.complaints.models import Category, CompensationItem, CompensationLimit, Complaint
from lingting.service.desk.models import CaseType
from lingting.service.desk.tests.scene import NOW, Scene, make_scene
from lingting.service.workorders import foundation as orders

RIGHTS = ["complaints.view_complaints", "complaints.handle_complaints"]


def make_complaint_scene() -> Scene:
    """林晓 may decide up to 100, 赵磊 (leads, approves) up to 500, 周敏 (approves) up to 2,000."""
    procedures.lay(now=NOW)
    orders.lay(now=NOW)
    CaseType.objects.get_or_create(key="complaint", defaults={"name_zh": "投诉", "name_en": "Complaint"})
    foundation.lay(now=NOW)
    scene = make_scene()
    role = Role.objects.get(key="scene-role")
    role.permissions = [*role.permissions, *RIGHTS]
    role.save()
    CompensationLimit.objects.all().delete()
    CompensationLimit.objects.create(role=role, amount=100)
    for account, key, amount, reach in ((scene.zhao, "lead", 500, "team"), (scene.zhou, "head", 2000, "all")):
        more = Role.objects.create(
            key=f"scene-{key}", name_zh=key, name_en=key,
            permissions=["complaints.approve_compensation", "complaints.view_hotspots", "complaints.manage_measures",
                         "complaints.manage_catalogue"],
        )  # fmt: skip
        Grant.objects.create(account=account, role=more, reach=reach, granted_at=NOW)
        CompensationLimit.objects.create(role=more, amount=amount)
    Team.objects.filter(key="scene-after").update(parent=Team.objects.get(key="scene-sales"))
    Team.objects.filter(key="scene-sales").update(leader=Employee.objects.get(account=scene.zhou))
    return scene


def complaint_of(scene: Scene, *, assignee: Account | None = None, **more: object) -> Complaint:
    case = scene.case(assignee=assignee or scene.lin, **more)  # type: ignore[arg-type]
    return services.file_complaint(case.pk, actor=scene.lin.as_actor, now=case.opened_at)[0]


def classify(scene: Scene, complaint: Complaint, **more: object) -> Complaint:
    given = {"category_id": category().pk, "severity": 2, "product": "HY-W600", "actor": scene.lin.as_actor,
             "now": complaint.filed_at}  # fmt: skip
    return services.classify_complaint(complaint.pk, **given | more)  # type: ignore[arg-type]


def category(key: str = "product-fault") -> Category:
    return Category.objects.get(key=key)


def refund(scene: Scene, complaint: Complaint, worth: int, **more: object):
    given = {"item_id": CompensationItem.objects.get(key="refund").pk, "amount": Decimal(worth), "reason": "漏水泡了地板",
             "account": scene.lin, "now": NOW}  # fmt: skip
    return services.propose_compensation(complaint.pk, **given | more)  # type: ignore[arg-type]
