"""Routing and the live hub: who may listen to the floor, and who is connected."""

from __future__ import annotations

from lingting.kernel.accounts.models import Account
from lingting.platform.realtime.presence import PresenceReport, connected_accounts, on_presence
from lingting.platform.realtime.topics import each, register_topic
from lingting.platform.realtime.visitors import Visitor
from lingting.service.routing.services import note_connected, note_disconnected


def connect() -> None:
    """Called once when the apps are ready."""
    register_topic("floor", each(may_watch_floor))
    on_presence(report_presence)


def may_watch_floor(visitor: Visitor, topic: str) -> bool:
    if not visitor.is_staff:
        return False
    account = Account.objects.filter(pk=visitor.id, is_active=True).first()
    return account is not None and (account.can("wallboard.view_floor") or account.can("routing.supervise"))


def report_presence(report: PresenceReport) -> None:
    note_connected(report.accounts, now=report.at)
    if report.left:
        note_disconnected(report.left - connected_accounts(now=report.at), now=report.at)
