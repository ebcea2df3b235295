"""The promises of every service centre: mail within 24 hours, complaints within 48."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.clocks.services import ensure_kind
from lingting.service.desk.models import CaseType
from lingting.service.promises import services
from lingting.service.promises.models import FIRST_ANSWER, NEXT_ANSWER, RESOLUTION, Policy, RungAct

_TELL = [
    {"at_share": "0.8", "act": RungAct.TELL_OWNER},
    {"at_share": "1", "act": RungAct.TELL_LEADER},
    {"at_share": "1", "act": RungAct.RAISE_PRIORITY},
]


def lay(*, now: datetime) -> None:
    """Kinds of clock; and, where no policy was ever made, the two that the trade expects."""
    ensure_kind(FIRST_ANSWER, name_zh="首次答复", name_en="First answer", target_minutes=24 * 60, calendar=None, order=10)
    ensure_kind(NEXT_ANSWER, name_zh="后续答复", name_en="Further answer", target_minutes=24 * 60, calendar=None, order=20)
    ensure_kind(RESOLUTION, name_zh="办结", name_en="Resolution", target_minutes=48 * 60, calendar=None, order=30)
    if Policy.objects.exists():
        return
    complaint = CaseType.objects.filter(key="complaint").values_list("pk", flat=True).first()
    if complaint:
        values = {"name_zh": "投诉 48 小时办结", "name_en": "Complaints within 48 hours", "order": 10, "types": [complaint],
                  "first_answer_minutes": 240, "resolution_minutes": 48 * 60}  # fmt: skip
        services.save_policy(values, rungs=_TELL)
    values = {"name_zh": "邮件 24 小时答复", "name_en": "Mail answered within 24 hours", "order": 90, "channels": ["mail", "form"],
              "first_answer_minutes": 24 * 60, "next_answer_minutes": 24 * 60}  # fmt: skip
    services.save_policy(values, rungs=_TELL[:2])
