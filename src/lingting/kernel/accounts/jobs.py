"""Keeping the record of sign-in attempts short."""

from __future__ import annotations

from datetime import datetime, timedelta

from lingting.kernel.accounts.models import SignInAttempt
from lingting.platform.jobs import periodic

KEPT = timedelta(days=30)


@periodic("40 19 * * *")
def forget_old_attempts(*, now: datetime) -> None:
    """Attempts hold names and addresses: after thirty days nothing needs them."""
    SignInAttempt.objects.filter(at__lt=now - KEPT).delete()
