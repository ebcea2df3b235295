"""The clock of work orders."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.clocks.services import ensure_kind


def lay(*, now: datetime) -> None:
    ensure_kind("work-order", name_zh="工单答复", name_en="Work order", target_minutes=8 * 60, order=40)
