"""Is there a router, and does it work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lingting.service.routing.models import RouterLease

SILENT_AFTER_SECONDS = 6.0
GROUP = "all"


@dataclass(frozen=True)
class RouterHealth:
    """`beat_seconds`: how long ago the leader last finished a round; None: there has never been one."""

    has_leader: bool
    beat_seconds: float | None
    process: str = ""


def router_health(*, now: datetime) -> RouterHealth:
    """One small query."""
    lease = RouterLease.objects.filter(pk=GROUP).first()
    if lease is None:
        return RouterHealth(has_leader=False, beat_seconds=None)
    silence = max(0.0, (now - lease.beat_at).total_seconds())
    return RouterHealth(has_leader=silence < SILENT_AFTER_SECONDS, beat_seconds=round(silence, 3), process=lease.process)
