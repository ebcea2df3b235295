"""Reading one's notices."""

from __future__ import annotations

from django.db.models import QuerySet

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.models import Notice

MOST_COUNTED = 100


def unread_count(account: Account) -> int:
    """How many are unread, at most 100: the bell shows 99+ from there, and the query stays small."""
    return Notice.objects.filter(account=account, read_at=None)[:MOST_COUNTED].count()


def notices_of(account: Account, *, only_unread: bool = False) -> QuerySet[Notice]:
    """A person's notices, newest first."""
    rows = Notice.objects.filter(account=account)
    return (rows.filter(read_at=None) if only_unread else rows).order_by("-id")
