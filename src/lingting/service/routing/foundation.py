"""The reasons for being away that every centre has, and the weights of channels."""

from __future__ import annotations

from datetime import datetime

from lingting.service.routing.models import AwayReason, ChannelLoad
from lingting.service.routing.services.presence import MISSED_REASON_KEY

_REASONS = (
    ("short-break", "小休", "Short break", "coffee", False),
    ("meal", "用餐", "Meal", "tools-kitchen-2", False),
    ("training", "培训", "Training", "school", True),
    ("coaching", "辅导", "Coaching", "messages", True),
    ("meeting", "会议", "Meeting", "users", True),
    ("paperwork", "案头工作", "Paperwork", "file-text", True),
    (MISSED_REASON_KEY, "多次未应答", "Missed offers", "bell-off", False),
)
_LOADS = (("chat", 1, False), ("mail", 1, False), ("sms", 1, False), ("social", 1, False), ("voice", 1, True))


def lay(*, now: datetime) -> None:
    for order, (key, name_zh, name_en, icon, is_paid_work) in enumerate(_REASONS, start=1):
        AwayReason.objects.get_or_create(
            key=key,
            defaults={
                "name_zh": name_zh, "name_en": name_en, "icon": icon, "is_paid_work": is_paid_work, "order": 10 * order,
            },
        )  # fmt: skip
    for channel, weight, is_exclusive in _LOADS:
        ChannelLoad.objects.get_or_create(channel=channel, defaults={"weight": weight, "is_exclusive": is_exclusive})
