"""The sweep every few seconds, and due moments that follow an edited calendar."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from lingting.kernel.clocks import services
from lingting.platform.jobs import job, periodic


@periodic("* * * * * */5")
def sweep_clocks(*, now: datetime) -> None:
    services.sweep(now=now)


@job()
def replan(*, calendar_id: int) -> None:
    services.replan_calendar(calendar_id, now=timezone.now())
