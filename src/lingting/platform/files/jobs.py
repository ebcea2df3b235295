"""The nightly sweep of files nobody needs."""

from __future__ import annotations

from datetime import datetime

from lingting.platform.files import services
from lingting.platform.jobs import periodic


@periodic("41 19 * * *")
def sweep_unused(*, now: datetime) -> None:
    """Once a night (03:41 in China; cron lines are UTC)."""
    services.sweep_unused(now=now)
