"""Reasons that every centre meets; the kinds of clock are laid by the apps that promise."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.clocks.services import ensure_breach_reason

_REASONS = (
    ("too-much-work", "工作量超出人手", "More work than people"),
    ("hard-case", "问题复杂，处理时间长", "A hard case that takes long"),
    ("other-department", "协作部门未按时答复", "Another department answered late"),
    ("waiting-customer", "等待客户补充信息", "Waited for the customer"),
    ("overlooked", "遗漏", "Overlooked"),
    ("system-failure", "系统故障", "System failure"),
    ("other", "其他", "Other"),
)


def lay(*, now: datetime) -> None:
    for place, (key, name_zh, name_en) in enumerate(_REASONS):
        ensure_breach_reason(key, name_zh=name_zh, name_en=name_en, order=place)
