"""The ladder goes on after a breach."""

from __future__ import annotations

from datetime import datetime

from lingting.platform.jobs import periodic
from lingting.service.promises import services


@periodic("* * * * *")
def climb_late_rungs(*, now: datetime) -> None:
    services.climb_late_rungs(now=now)
