"""Is it alive, and is it ready: two JSON answers for load balancers and people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from lingting.platform.realtime.health import hub_health
from lingting.service.routing.selectors import router_health

HUB_LAG_LIMIT_SECONDS = 10.0
_state: dict[str, bool] = {}


def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as this process can answer at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations, router and hub all are well; 503 with what is not."""
    now = timezone.now()
    checks = {name: _checked(check, now) for name, check in _CHECKS.items()}
    ready = all(check["ok"] for check in checks.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503
    )


def _checked(check: Callable[[datetime], dict[str, Any]], now: datetime) -> dict[str, Any]:
    try:
        return check(now)
    except DatabaseError as error:
        return {"ok": False, "problem": type(error).__name__}


def _database(now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        standby = cursor.fetchone()[0]
    return {"ok": not standby, "is_standby": standby}


def _migrations(now: datetime) -> dict[str, Any]:
    if not _state.get("migrated"):
        executor = MigrationExecutor(connection)
        _state["migrated"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {"ok": _state["migrated"]}


def _router(now: datetime) -> dict[str, Any]:
    health = router_health(now=now)
    return {"ok": health.has_leader, "beat_seconds": health.beat_seconds}


def _hub(now: datetime) -> dict[str, Any]:
    health = hub_health(now=now)
    lag = health.hub_lag_seconds
    return {
        "ok": lag is not None and lag < HUB_LAG_LIMIT_SECONDS,
        "lag_seconds": lag,
        "connections": health.connections,
    }


_CHECKS: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "database": _database,
    "migrations": _migrations,
    "router": _router,
    "hub": _hub,
}
