"""The kind of clock that steps run against."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.clocks.services import ensure_kind


def lay(*, now: datetime) -> None:
    ensure_kind("step", name_zh="步骤时限", name_en="Step limit", target_minutes=480, order=50)
