"""Judging the floor against its limits."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from lingting.insight.wallboard.events import AlertClosed, AlertOpened
from lingting.insight.wallboard.models import Alert, AlertLimit
from lingting.insight.wallboard.selectors import Crossing, floor_now, open_alerts
from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.services import record
from lingting.service.routing.models import PresenceState

NOTICE_CODE = "floor_alert"


@transaction.atomic
def judge_floor(*, now: datetime) -> tuple[int, int]:
    """Opens alerts for limits that are crossed and closes those that no longer are; returns how many of each.

    A limit of one queue goes before the limit for all. Supervisors who are signed in get a notice of a new alert.
    """
    list(AlertLimit.objects.select_for_update().filter(is_active=True))  # One judge at a time.
    announced = {(alert.limit_id, alert.queue_id): alert for alert in open_alerts()}
    crossed = {(each.limit.pk, each.row.now.queue.pk): each for each in floor_now(now=now).crossings}
    fresh = [crossing for key, crossing in crossed.items() if key not in announced]
    for crossing in fresh:
        _open(crossing, now=now)
    over = [alert for key, alert in announced.items() if key not in crossed]
    for alert in over:
        _close(alert, now=now)
    return len(fresh), len(over)


def _open(crossing: Crossing, *, now: datetime) -> Alert:
    limit, queue_id, value = crossing.limit, crossing.row.now.queue.pk, crossing.value
    alert = Alert.objects.create(limit=limit, queue_id=queue_id, value=value, opened_at=now)
    fact = AlertOpened(queue_id=queue_id, alert_kind=limit.kind, value=round(value, 1), limit=float(limit.limit))
    record(fact, actor=SYSTEM, now=now)
    params = {"queue": alert.queue.name_zh, "queue_en": alert.queue.name_en or alert.queue.name_zh, "kind": limit.kind,
              "value": round(value), "limit": float(limit.limit)}  # fmt: skip
    for account in _watchers():
        tell(account, code=NOTICE_CODE, params=params, url=reverse("wallboard:floor"), level="warning", now=now)
    return alert


def _close(alert: Alert, *, now: datetime) -> None:
    alert.closed_at = now
    alert.save(update_fields=["closed_at"])
    fact = AlertClosed(
        queue_id=alert.queue_id, alert_kind=alert.limit.kind, value=round(alert.value, 1), limit=float(alert.limit.limit)
    )
    record(fact, actor=SYSTEM, now=now)


def _watchers() -> list[Account]:
    """Supervisors and leaders who are there."""
    present = Account.objects.filter(is_active=True, presence__isnull=False).exclude(presence__state=PresenceState.OFFLINE)
    return [account for account in present if account.can("routing.supervise")]


