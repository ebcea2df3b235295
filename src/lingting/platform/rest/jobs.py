"""The sweeps of kept answers and full buckets."""

from __future__ import annotations

from datetime import datetime

from lingting.platform.jobs import periodic
from lingting.platform.rest import idempotency, limits


@periodic("23 * * * *")
def forget_answers(*, now: datetime) -> None:
    """Every hour."""
    idempotency.delete_expired(now=now)


@periodic("*/10 * * * *")
def delete_full_buckets(*, now: datetime) -> None:
    """Every ten minutes."""
    limits.delete_full_buckets(now=now)
