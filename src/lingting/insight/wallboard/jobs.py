"""The floor is judged every minute."""

from __future__ import annotations

from datetime import datetime

from lingting.insight.wallboard.services import judge_floor
from lingting.platform.jobs import periodic


@periodic("* * * * *")
def judge_the_floor(*, now: datetime) -> None:
    judge_floor(now=now)
