"""What every centre starts complaints with: categories, causes, a catalogue with limits, the call's questions, the procedure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lingting.kernel.accounts.models import Role
from lingting.kernel.clocks.services import ensure_kind
from lingting.kernel.procedures.services import ensure_procedure
from lingting.kernel.questionnaires.models import Questionnaire
from lingting.kernel.questionnaires.services import ItemDefinition, QuestionnaireDefinition, SectionDefinition, publish
from lingting.service.complaints.models import Category, Cause, CompensationItem, CompensationKind, CompensationLimit
from lingting.service.complaints.services.following import CLOCK, QUESTIONNAIRE

_CATEGORIES: tuple[tuple[str, str, str, int, tuple[tuple[str, str, str, int], ...]], ...] = (
    ("product", "产品质量", "Product quality", 2, (
        ("product-fault", "故障与损坏", "Faults and damage", 2), ("product-safety", "安全隐患", "Safety risk", 4),
        ("product-looks", "外观与配件", "Looks and parts", 1))),
    ("delivery", "物流配送", "Delivery", 2, (
        ("delivery-late", "延误", "Late", 2), ("delivery-lost", "丢件", "Lost", 3),
        ("delivery-damage", "运输破损", "Damaged in transit", 2))),
    ("installation", "安装维修", "Installation and repair", 2, (
        ("installation-late", "爽约与迟到", "Missed or late visit", 2), ("installation-quality", "安装质量", "Poor workmanship", 3),
        ("installation-charges", "乱收费", "Unexpected charges", 3))),
    ("service", "服务态度与能力", "Service", 2, (
        ("service-attitude", "态度", "Attitude", 3), ("service-answer", "答复有误", "Wrong answer", 2),
        ("service-slow", "处理拖延", "Slow handling", 2))),
    ("money", "价格与退款", "Price and refunds", 2, (
        ("money-refund", "退款未到", "Refund not received", 3), ("money-price", "价格争议", "Price dispute", 2),
        ("money-invoice", "发票", "Invoice", 1))),
    ("promise", "宣传与承诺不符", "Promise not kept", 3, ()),
)  # fmt: skip
_CAUSES = (
    ("design", "产品设计", "Product design"), ("manufacture", "生产与品控", "Manufacture and quality control"),
    ("carrier", "承运商", "Carrier"), ("installer", "安装服务商", "Installer"), ("rules", "规则或流程不合理", "Rules or process"),
    ("knowledge", "知识或培训不足", "Knowledge or training"), ("conduct", "个人执行不到位", "Individual conduct"),
    ("system", "系统故障", "System failure"), ("wording", "宣传表述不清", "Unclear wording"), ("expectation", "客户期望", "Expectation"),
)  # fmt: skip
_ITEMS: tuple[tuple[str, str, str, str, str | None, str | None], ...] = (
    ("apology-letter", "书面致歉", "Letter of apology", CompensationKind.APOLOGY, "0", None),
    ("coupon-20", "20 元优惠券", "Coupon of 20", CompensationKind.COUPON, "20", "100"),
    ("filter", "滤芯一支", "One filter", CompensationKind.GIFT, "89", "178"),
    ("free-repair", "免费维修或配件", "Free repair or part", CompensationKind.REPAIR, None, "800"),
    ("refund", "退款补偿", "Refund", CompensationKind.REFUND, None, "5000"),
)
_LIMITS = (("agent", 100), ("team-leader", 500), ("supervisor", 2000), ("manager", 10_000))

_CALL = QuestionnaireDefinition(
    key=QUESTIONNAIRE, name_zh="投诉回访", name_en="Follow-up after a complaint",
    sections=(
        SectionDefinition(
            name_zh="处理结果", name_en="The outcome",
            items=(
                ItemDefinition(
                    key="satisfied", kind="scale", text_zh="您对这次投诉的处理满意吗？",
                    text_en="How satisfied are you with the way we handled your complaint?", settings={"low": 1, "high": 5},
                    weight=Decimal(1), is_required=True,
                ),
                ItemDefinition(key="kept", kind="yes_no", text_zh="我们答应的都做到了吗？", text_en="Did we do all that we promised?"),
                ItemDefinition(key="comment", kind="text", text_zh="还有什么想告诉我们的？", text_en="Anything else you want to tell us?"),
            ),
        ),
    ),
)  # fmt: skip


def _step(key: str, zh: str, en: str, minutes: int | None, outcomes: list[tuple[str, str, str, str]], **more: Any) -> dict[str, Any]:
    step: dict[str, Any] = {
        "key": key, "title": {"zh": zh, "en": en},
        "outcomes": [{"key": name, "label": {"zh": said, "en": told}, "next": then} for name, said, told, then in outcomes],
    }  # fmt: skip
    if minutes is not None:
        step["limit_minutes"] = minutes
    return step | more


# Limits add up to 46.5 hours on the longest way: inside the 48 that customers are promised.
PROCEDURE: dict[str, Any] = {
    "key": "complaint", "name": {"zh": "投诉处理", "en": "Complaint"}, "subject_kind": "desk.case",
    "purpose": {
        "zh": "受理 → 定级分类 → 调查（部门协作）→ 答复 → 补偿（审批）→ 回访 → 结案，48 小时内完成。",
        "en": "Receive, classify, investigate with departments, answer, compensate after approval, follow up, close: within 48 h.",
    },
    "steps": [
        _step("receive", "受理", "Receive", 30, [("done", "已受理", "Received", "classify")],
              public={"zh": "受理您的投诉", "en": "Taking your complaint in"}, is_mailed=True),
        _step("classify", "定级分类", "Classify", 120, [("investigate", "需要调查", "Needs a look", "investigate"),
                                                     ("plain", "直接答复", "Answer at once", "answer")]),
        _step("investigate", "调查", "Investigate", None, [("departments", "部门协作", "Departments", "departments"),
                                                         ("own", "自查", "Our own look", "own-check")], kind="fork"),
        _step("departments", "部门协作", "Departments answer", 1080, [("done", "已回复", "They answered", "investigated")],
              public={"zh": "与相关部门核实", "en": "Checking with the departments concerned"}),
        _step("own-check", "自查记录与录音", "Look at our own records", 1080, [("done", "已核实", "Checked", "investigated")],
              public={"zh": "核实情况", "en": "Looking into it"}),
        _step("investigated", "调查完成", "Investigated", None, [("done", "完成", "Done", "answer")], kind="join"),
        _step("answer", "答复客户", "Answer the customer", 480, [("compensate", "答复并补偿", "Answered, with compensation", "compensate"),
                                                               ("done", "已答复", "Answered", "follow-up")],
              public={"zh": "答复您", "en": "Answering you"}),
        _step("compensate", "补偿到位", "Give the compensation", 480, [("done", "已补偿", "Given", "follow-up")],
              public={"zh": "落实补偿", "en": "Giving the compensation"}),
        _step("follow-up", "回访", "Follow up", 480, [("done", "已回访", "Called", "close")],
              public={"zh": "电话回访", "en": "Calling you back"}),
        _step("close", "定责结案", "Close with cause and responsibility", 120, [("done", "已结案", "Closed", "end")]),
    ],
}  # fmt: skip


def lay(*, now: datetime) -> None:
    """Idempotent; what people changed or put out of use stays so."""
    ensure_kind(CLOCK, name_zh="投诉回访", name_en="Follow-up call", target_minutes=20 * 60, calendar=None, order=50)
    if not Questionnaire.objects.filter(key=QUESTIONNAIRE).exists():
        publish(_CALL, now=now)
    if not Category.objects.exists():
        _lay_categories()
    if not Cause.objects.exists():
        for order, (key, zh, en) in enumerate(_CAUSES, start=1):
            Cause.objects.create(key=key, name_zh=zh, name_en=en, order=10 * order)
    if not CompensationItem.objects.exists():
        _lay_catalogue()
    ensure_procedure(PROCEDURE, now=now)


def _lay_categories() -> None:
    for order, (key, zh, en, severity, below) in enumerate(_CATEGORIES, start=1):
        top = Category.objects.create(key=key, name_zh=zh, name_en=en, severity=severity, order=100 * order)
        for place, (own, name_zh, name_en, usual) in enumerate(below, start=1):
            Category.objects.create(
                key=own, name_zh=name_zh, name_en=name_en, severity=usual, parent=top, order=100 * order + place
            )


def _lay_catalogue() -> None:
    for order, (key, zh, en, kind, unit, most) in enumerate(_ITEMS, start=1):
        CompensationItem.objects.create(
            key=key, name_zh=zh, name_en=en, kind=kind, unit_cost=unit and Decimal(unit), most_amount=most and Decimal(most),
            order=10 * order,
        )  # fmt: skip
    for role in Role.objects.filter(key__in=[key for key, _amount in _LIMITS]):
        CompensationLimit.objects.get_or_create(role=role, defaults={"amount": dict(_LIMITS)[role.key]})
