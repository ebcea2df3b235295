"""Departments of the invented business and a dozen work orders in every state, under the latest cases."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import Actor
from lingting.service.desk.models import Case
from lingting.service.workorders import services
from lingting.service.workorders.models import Department

# key, names, hours, mail, what customers read, members
_DEPARTMENTS = (
    ("logistics", "物流", "Logistics", 4, "wuliu@lingting.example", "我们正在与物流核实", "We are checking with logistics",
     ("dujiahe", "xuelian")),
    ("repair", "售后维修", "Repair", 8, "weixiu@lingting.example", "维修工程师正在检查", "Our repair engineers are looking into it",
     ("qinyue", "pangbo")),
    ("product", "产品", "Product", 24, "chanpin@lingting.example", "我们正在向产品团队确认", "We are asking our product team",
     ("xiezhiwei", "qinyue")),
    ("finance", "财务", "Finance", 8, "caiwu@lingting.example", "财务正在处理您的款项", "Our finance team is handling your payment",
     ("chengyinuo", "xiezhiwei")),
)  # fmt: skip

# department, subject, question, hours ago, state, who answers, what they say
_ORDERS = (
    ("logistics", "查包裹去向", "运单 SF1390027718 停在西安中转站两天没有更新，请核实包裹在哪里、预计几号送到。", 1.2, "asked", "", ""),
    ("logistics", "改收货地址", "客户搬家，请把未发出的两箱滤芯改送到碑林区友谊东路 12 号。", 2.5, "accepted", "薛莲", ""),
    ("logistics", "签收未收到",
     "系统显示本人签收，客户说没有收到，请调取签收底单。", 3.0, "returned", "薛莲",
     "客户的门牌号是哪个？底单上写的是 3 单元。"),
    ("logistics", "加急补发", "漏发一只增压泵，客户今天要用，请安排加急。", 6.0, "asked", "", ""),
    ("logistics", "破损理赔",
     "外箱破损、内胆开裂，照片已在工单里，请走承运商理赔。", 30.0, "answered", "薛莲",
     "已向承运商登记理赔，3 个工作日内到账；新品今天发出。"),
    ("repair", "水泵异响", "W600 开机两分钟后有高频异响，客户已换过滤芯。需要上门还是寄修？", 1.5, "accepted", "庞博", ""),
    ("repair", "保修期判定",
     "发票日期与激活日期差 40 天，按哪个算保修？", 5.0, "returned", "庞博",
     "请客户拍一张机身底部铭牌，我们按出厂批次核对。"),
    ("repair", "二次维修",
     "同一故障一个月内第二次报修，请主管复核上次维修记录。", 26.0, "answered", "秦越",
     "上次更换的电磁阀批次有问题，已安排免费更换并延保 6 个月。"),
    ("product", "漏水批次排查", "本周三起同型号漏水报修 4 起，是否批次问题？", 9.0, "asked", "", ""),
    ("product", "App 无法配网",
     "2.4.1 版本在鸿蒙 4 上搜索不到设备，是否已知问题？", 50.0, "answered", "谢知微",
     "已知问题，2.4.2 周五发布；临时办法是先打开定位权限再配网。"),
    ("finance", "退款未到账", "退款单 R20261118-0317 已审核三天，客户银行卡仍未收到。", 4.0, "accepted", "程一诺", ""),
    ("finance", "重复扣款", "客户同一订单被扣两次 1,299.00 元，请核对支付流水。", 40.0, "cancelled", "", ""),
)  # fmt: skip


def lay(*, seed: int, now: datetime) -> int:
    """Lays departments and, where there are cases to hang them under, work orders; returns how many."""
    departments = lay_departments()
    rows = Case.objects.select_related("assignee", "queue").filter(parent=None, merged_into=None).exclude(assignee=None)
    cases = list(rows.exclude(state="closed").order_by("-active_at", "-id")[: 2 * len(_ORDERS)])
    if len(cases) < len(_ORDERS):
        cases += list(rows.filter(state="closed").order_by("-active_at", "-id")[: len(_ORDERS)])
    cases = sorted(random.Random(seed).sample(cases, min(len(_ORDERS), len(cases))), key=lambda case: -case.pk)
    for case, (key, subject, question, hours, state, by, said) in zip(cases, _ORDERS, strict=False):
        _lay_order(case, departments[key], subject, question, hours, state, by, said, now=now)
    return min(len(cases), len(_ORDERS))


def lay_departments() -> dict[str, Department]:
    """The four departments with their members."""
    found = {}
    for order, (key, name_zh, name_en, hours, mail, public_zh, public_en, logins) in enumerate(_DEPARTMENTS, start=1):
        found[key] = services.ensure_department(
            key, name_zh=name_zh, name_en=name_en, minutes=hours * 60, mail=mail, public_zh=public_zh, public_en=public_en,
            order=order * 10,
        )  # fmt: skip
        found[key].members.set(Account.objects.filter(login__in=logins))
    return found


def _lay_order(
    case: Case, department: Department, subject: str, question: str, hours: float, state: str, by: str, said: str, *, now: datetime
) -> None:  # fmt: skip
    assert case.assignee is not None
    asked_at, agent = now - timedelta(hours=hours), case.assignee.as_actor
    order, _token = services.ask_department(
        case.pk, department_id=department.pk, subject=subject, question=question, actor=agent, now=asked_at
    )
    clerk = Actor("department", None, f"{department.name_zh}{by}")
    later = asked_at + timedelta(minutes=25)
    if state == "cancelled":
        services.cancel_order(order.pk, reason="客户已收到退款", actor=agent, now=later)
    elif by:
        services.accept_order(order.pk, by=by, actor=clerk, now=asked_at + timedelta(minutes=10))
    if state == "returned":
        services.ask_back(order.pk, services.Said(said, by=by), actor=clerk, now=later)
    elif state == "answered":
        services.answer_order(order.pk, services.Said(said, by=by), actor=clerk, now=asked_at + timedelta(hours=2))
