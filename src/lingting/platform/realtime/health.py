"""How the hubs are doing, for `/readyz` and the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lingting.platform.realtime.models import Hub
from lingting.platform.realtime.presence import FRESH_SECONDS


@dataclass(frozen=True, slots=True)
class HubHealth:
    """All fresh hubs together; `hub_lag_seconds` is the worst of them, `None` without a hub."""

    hubs: int
    hub_lag_seconds: float | None
    connections: int


def hub_health(*, now: datetime) -> HubHealth:
    """Seconds since the slowest hub had read everything committed. One small query.

    A hub that stopped reporting counts its silence as lag; after twelve seconds it counts as gone.
    """
    fresh = Hub.objects.fresh(since=now - timedelta(seconds=FRESH_SECONDS)).filter(stopped_at=None)
    rows = list(fresh.values_list("seen_at", "lag_seconds", "connections"))
    lags = [lag + max(0.0, (now - seen_at).total_seconds() - 5) for seen_at, lag, _connections in rows]
    return HubHealth(len(rows), max(lags, default=None), sum(row[2] for row in rows))
