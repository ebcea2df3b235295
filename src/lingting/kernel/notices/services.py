"""Telling a person something inside the product."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.events import NoticeTold
from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.services import record
from lingting.platform.realtime import notify


@transaction.atomic
def tell(account: Account, *, code: str, params: dict[str, Any], url: str = "", level: str = "info", now: datetime) -> Notice:
    """Puts a line in someone's bell and rings it; its words are made from `code` and `params` in the reader's language.

    `level` is info, ready, warning or breach. The words of the code stand in `registry.register_text`.
    """
    notice = Notice.objects.create(account=account, code=code, params=params, url=url, level=level, created_at=now)
    fact = NoticeTold(notice_id=notice.pk, account_id=account.pk, code=code, level=level)
    record(fact, actor=SYSTEM, now=now)
    return notice


def mark_read(account: Account, *, notice_id: int | None = None, now: datetime) -> int:
    """Marks one notice read, or all; returns how many were unread. Other windows of the person hear of it."""
    unread = Notice.objects.filter(account=account, read_at=None)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    count = unread.update(read_at=now)
    if count:
        notify.signal([f"account:{account.pk}"], kind="NoticesRead", data={"count": count})
    return count
