"""Limits every centre begins with; edited in the settings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from lingting.insight.wallboard.models import AlertKind, AlertLimit

_LIMITS = ((AlertKind.WAITING, 8), (AlertKind.LONGEST_WAIT, 120), (AlertKind.SERVICE_LEVEL, 70))


def lay(*, now: datetime) -> None:
    if not AlertLimit.objects.exists():
        AlertLimit.objects.bulk_create(AlertLimit(kind=kind, limit=Decimal(limit)) for kind, limit in _LIMITS)
