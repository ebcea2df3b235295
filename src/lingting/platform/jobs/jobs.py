"""The sweeps that keep the queue healthy."""

from __future__ import annotations

from datetime import datetime

from lingting.platform.jobs import services
from lingting.platform.jobs.declaring import periodic


@periodic("* * * * * */20")
def requeue_stalled(*, now: datetime) -> None:
    """Every 20 seconds."""
    services.requeue_stalled(now=now)


@periodic("17 20 * * *")
def delete_old(*, now: datetime) -> None:
    """Once a night (04:17 in China; cron lines are UTC)."""
    services.delete_old(now=now)
