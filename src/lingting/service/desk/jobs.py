"""Work of the desk that happens by itself, or takes too long for a page."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.services import tell
from lingting.platform.jobs import job, periodic
from lingting.platform.realtime import notify
from lingting.service.desk import services


@periodic("* * * * *")
def wake_snoozed_cases(*, now: datetime) -> None:
    while services.wake_due_cases(now=now) == 500:
        pass


@job()
def act_on_many_cases(*, case_ids: list[int], act: str, value: str, account_id: int) -> None:
    """An act on a whole list; its person sees the progress and is told when it is done."""
    account = Account.objects.get(pk=account_id)
    topics = [f"account:{account_id}"]

    def progress(done: int) -> None:
        notify.signal(topics, kind="BulkProgress", data={"done": done, "total": len(case_ids)})

    now = timezone.now()
    outcome = services.act_on_cases(case_ids, act=act, value=value, actor=account.as_actor, now=now, progress=progress)
    params = {"changed": len(outcome.changed), "unchanged": outcome.unchanged, "refused": len(outcome.refused)}
    tell(account, code="desk.bulk_done", params=params, url="/desk/", now=timezone.now())
    notify.signal(topics, kind="BulkProgress", data={"done": len(case_ids), "total": len(case_ids)})
