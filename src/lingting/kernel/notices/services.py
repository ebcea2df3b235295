"""Telling a person something inside the product."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.models import Notice


def tell(
    account: Account, *, code: str, params: dict[str, Any], url: str = "", level: str = "info", now: datetime
) -> Notice:
    """Puts a line in someone's bell; its words are made from `code` and `params` in the reader's language."""
    return Notice.objects.create(account=account, code=code, params=params, url=url, level=level, created_at=now)
