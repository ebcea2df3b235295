"""Being there: ready, away for a reason, offline; every change closes a spell and opens the next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.binding import bound_cursor
from lingting.service.routing.events import PresenceChanged
from lingting.service.routing.models import Assignment, AwayReason, Presence, PresenceSpell, PresenceState
from lingting.service.routing.services.refusals import UnknownReason
from lingting.service.routing.services.transfers import requeue_assignments_of
from lingting.service.routing.services.withdrawing import withdraw_offers_of

LOST_AFTER_SECONDS = 12.0
GRACE_SECONDS = 4.0
RETURN_SECONDS = 300.0
MISSED_REASON_KEY = "missed-offers"


@transaction.atomic
def become_ready(account_id: int, *, actor: Actor, now: datetime) -> Presence:
    """Work may come. Resets the count of missed offers. Locks the presence row."""
    presence = locked_presence(account_id, now=now)
    presence.missed_offers = 0
    presence.idle_since_at = now
    presence.seen_at = now
    return _enter(presence, state=PresenceState.READY, reason=None, cause="self", actor=actor, now=now)


def become_away(account_id: int, *, reason_key: str, actor: Actor, now: datetime, cause: str = "self") -> Presence:
    """No new work; what is in hand stays. Open offers go to others. Raises `UnknownReason`.

    Two transactions, the state first: nothing is locked after a presence row.
    """
    reason = AwayReason.objects.filter(key=reason_key).first()
    if reason is None:
        raise UnknownReason(_("Choose one of the listed reasons."))
    with transaction.atomic():
        presence = locked_presence(account_id, now=now)
        if cause == "self":
            presence.seen_at = now
        _enter(presence, state=PresenceState.AWAY, reason=reason, cause=cause, actor=actor, now=now)
    withdraw_offers_of(account_id, actor=actor, now=now)
    return presence


def go_offline(account_id: int, *, actor: Actor, now: datetime, cause: str = "self") -> Presence:
    """Gone: open offers and live conversations in hand go back to their queues, each in its own transaction.

    A crash in between is mended by `requeue_orphans`.
    """
    with transaction.atomic():
        presence = locked_presence(account_id, now=now)
        presence.returns_ready = cause == "connection_lost" and presence.state == PresenceState.READY
        _enter(presence, state=PresenceState.OFFLINE, reason=None, cause=cause, actor=actor, now=now)
    withdraw_offers_of(account_id, actor=actor, now=now)
    requeue_assignments_of(account_id, end_reason="lost" if cause == "connection_lost" else "left", actor=actor, now=now)
    return presence


def locked_presence(account_id: int, *, now: datetime) -> Presence:
    """The row of a person, made on first use, locked until the transaction ends."""
    Presence.objects.bulk_create(
        [Presence(account_id=account_id, state=PresenceState.OFFLINE, since_at=now)], ignore_conflicts=True
    )
    return Presence.objects.select_for_update(no_key=True).get(pk=account_id)


def _enter(
    presence: Presence, *, state: str, reason: AwayReason | None, cause: str, actor: Actor, now: datetime
) -> Presence:
    same = presence.state == state and presence.reason_id == (reason.pk if reason else None)
    if state != PresenceState.OFFLINE:
        presence.returns_ready = False
    if same:
        presence.save()
        return presence
    presence.state, presence.reason, presence.since_at = state, reason, now
    presence.save()
    PresenceSpell.objects.filter(account_id=presence.pk, ended_at=None).update(ended_at=now)
    if state != PresenceState.OFFLINE:
        PresenceSpell.objects.create(account_id=presence.pk, state=state, reason=reason, started_at=now)
    fact = PresenceChanged(
        account_id=presence.pk, state=state, reason_key=reason.key if reason else None, cause=cause
    )
    record(fact, actor=actor, now=now)
    return presence


def note_missed_offer(account_id: int, *, limit: int, now: datetime) -> bool:
    """Counts an offer that timed out; at the limit the person is set away. Returns whether they were."""
    Presence.objects.filter(pk=account_id).update(missed_offers=F("missed_offers") + 1)
    missed = Presence.objects.filter(pk=account_id, state=PresenceState.READY).values_list("missed_offers", flat=True).first()
    if missed is None or missed < limit:
        return False
    become_away(account_id, reason_key=MISSED_REASON_KEY, actor=SYSTEM, now=now, cause="missed_offers")
    return True


def forget_missed_offers(account_id: int) -> None:
    """The person takes work again; a row is written only where there is something to forget."""
    with bound_cursor(connection) as cursor:
        cursor.execute("UPDATE routing_presence SET missed_offers = 0 WHERE account_id = %s AND missed_offers > 0", [account_id])


def note_connected(account_ids: Collection[int], *, now: datetime) -> None:
    """The hub sees these people; whoever was ready when the connection broke is ready again."""
    if not account_ids:
        return
    Presence.objects.filter(pk__in=account_ids).update(seen_at=now)
    back = Presence.objects.filter(
        pk__in=account_ids, returns_ready=True, state=PresenceState.OFFLINE,
        since_at__gt=now - timedelta(seconds=RETURN_SECONDS),
    )  # fmt: skip
    for account_id in list(back.values_list("pk", flat=True)):
        become_ready(account_id, actor=SYSTEM, now=now)


def note_disconnected(account_ids: Collection[int], *, now: datetime) -> None:
    """The hub lost these people: they have a few seconds to come back (a page that loads), then they are gone."""
    if account_ids:
        Presence.objects.filter(pk__in=account_ids).exclude(state=PresenceState.OFFLINE).update(
            seen_at=now - timedelta(seconds=LOST_AFTER_SECONDS - GRACE_SECONDS)
        )


def drop_lost_agents(*, now: datetime) -> list[int]:
    """Everyone without a sign of life for twelve seconds goes offline; returns who."""
    lost = Presence.objects.exclude(state=PresenceState.OFFLINE).filter(
        seen_at__lt=now - timedelta(seconds=LOST_AFTER_SECONDS)
    )
    account_ids = list(lost.values_list("pk", flat=True))
    for account_id in account_ids:
        go_offline(account_id, actor=SYSTEM, now=now, cause="connection_lost")
    return account_ids


def requeue_orphans(*, now: datetime) -> int:
    """Mends what a crash left: work in the hand of, or on offer to, somebody who is not there. Returns how many."""
    gone = Presence.objects.filter(state=PresenceState.OFFLINE, since_at__lt=now - timedelta(seconds=5))
    holders = Assignment.objects.filter(released_at=None, account__presence__in=gone).values_list("account_id", flat=True)
    return sum(
        requeue_assignments_of(account_id, end_reason="lost", actor=SYSTEM, now=now) for account_id in set(holders)
    )
