"""Keeping the bell short."""

from __future__ import annotations

from datetime import datetime, timedelta

from lingting.kernel.notices.models import Notice
from lingting.platform.jobs import periodic

READ_KEPT = timedelta(days=60)
ALL_KEPT = timedelta(days=365)


@periodic("20 3 * * *")
def forget_old_notices(*, now: datetime) -> None:
    """Read ones go after two months, all after a year."""
    Notice.objects.filter(read_at__lt=now - READ_KEPT).delete()
    Notice.objects.filter(created_at__lt=now - ALL_KEPT).delete()
