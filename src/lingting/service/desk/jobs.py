"""Work of the desk that happens by itself, or takes too long for a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone, translation

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.services import tell
from lingting.platform.jobs import job, periodic
from lingting.platform.realtime import notify
from lingting.service.desk import selectors, services
from lingting.service.desk.models import BulkAct


@periodic("* * * * *")
def wake_snoozed_cases(*, now: datetime) -> None:
    while services.wake_due_cases(now=now) == 500:
        pass


@job()
def act_on_many_cases(*, bulk_id: int) -> None:
    """An act on a whole list, or its taking back; run again after a crash, it goes on where it stopped.

    Its person sees the progress and is told when it is done.
    """
    bulk = BulkAct.objects.select_related("account").get(pk=bulk_id)
    if bulk.finished_at:
        return
    topics = [f"account:{bulk.account_id}"]
    with translation.override(bulk.account.language):
        left = bulk.total
        while left:
            left = services.continue_bulk_act(bulk_id, permitted=permitted, now=timezone.now())
            notify.signal(topics, kind="BulkProgress", data={"done": bulk.total - left, "total": bulk.total, "id": bulk_id})
    found = selectors.bulk_outcomes(bulk_id)
    params = {key: found[key] for key in ("changed", "unchanged", "refused")}
    tell(bulk.account, code="desk.bulk_done", params=params, url=reverse("desk:bulk-outcome", args=[bulk_id]), now=timezone.now())


def permitted(account: Account, case_ids: Sequence[int], permission: str) -> list[int]:
    """Those of the cases that a person may do something to now; rights are read anew each time."""
    return selectors.permitted_ids(Account.objects.get(pk=account.pk), case_ids, permission=permission)
