"""Which members of staff are connected, over all hub processes.

Each hub writes the accounts connected to it into its own row every five seconds and on
change; the union of fresh rows is the truth. A page that navigates closes its stream for
about a second, so readers wait a grace period before they call somebody gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lingting.platform.realtime.models import Hub

FRESH_SECONDS = 12

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PresenceReport:
    """Staff accounts connected to one hub at one moment.

    `joined` and `left` are the differences from this hub's report before. Somebody who left
    this hub may be connected to another: ask `connected_accounts` before acting on it.
    """

    hub: str
    at: datetime
    accounts: frozenset[int]
    joined: frozenset[int]
    left: frozenset[int]


PresenceCallback = Callable[[PresenceReport], None]

_callbacks: list[PresenceCallback] = []


def on_presence(callback: PresenceCallback) -> PresenceCallback:
    """Hear who is connected: every five seconds and within half a second of a change.

    Called in a thread of the hub's process with Django's ORM; also usable as a decorator.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def connected_accounts(*, now: datetime) -> frozenset[int]:
    """Ids of staff accounts with a live connection to any hub. One small query."""
    fresh = Hub.objects.fresh(since=now - timedelta(seconds=FRESH_SECONDS))
    return frozenset(account for accounts in fresh.values_list("accounts", flat=True) for account in accounts)


def announce(report: PresenceReport) -> None:
    """Give a report to every callback; one that fails is logged and does not stop the others."""
    for callback in _callbacks:
        try:
            callback(report)
        except Exception:  # noqa: BLE001 - another app's code, run by ours
            _log.exception("A presence callback failed.")
