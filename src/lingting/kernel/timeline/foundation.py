"""The log's months exist from the first start."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.timeline.services import make_months


def lay(*, now: datetime) -> None:
    make_months(now=now)
