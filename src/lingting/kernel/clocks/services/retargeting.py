"""Another promise for a running clock: by priority or tier, or because its calendar was edited."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lingting.kernel.clocks.events import ClockRetargeted
from lingting.kernel.clocks.models import Clock, Retarget, State
from lingting.kernel.clocks.promises import Promise, passed, plan, promise_of, share_reached
from lingting.kernel.clocks.services.running import check_promise
from lingting.kernel.clocks.services.telling import iso, locked, notice_breach, tell
from lingting.kernel.timeline.events import SYSTEM, Actor

CALENDAR_CHANGED = "calendar-changed"
"""The `reason` of a due moment that moved because opening hours or special days were edited."""
BATCH = 500


@transaction.atomic
def retarget_clock(clock_id: int, *, promise: Promise, reason: str, actor: Actor, now: datetime) -> Clock:
    """Another target, calendar or moment; the open time that has passed stays passed and the due moment is new.

    A breach is taken back when the new due moment is still to come; the record keeps that there was one. The same
    promise, or a clock that has ended, changes nothing. Raises `UnsoundPromise`.
    """
    check_promise(promise)
    clock = locked(clock_id)
    if not clock.is_live or promise_of(clock) == promise:
        return clock
    notice_breach(clock, actor=actor, now=now)
    record_of_it = _before(clock, reason=reason, actor=actor, now=now)
    clock.elapsed = passed(clock, now=now)
    if clock.state == State.RUNNING:
        clock.running_since_at = now
    clock.target_minutes, clock.due_at = promise.target_minutes, promise.due_at
    clock.calendar_id, clock.warning_shares = promise.calendar_id, list(promise.warning_shares)
    _replan(clock, now=now)
    clock.save(
        update_fields=[
            "elapsed", "running_since_at", "target_minutes", "calendar", "warning_shares", "due_at", "next_at", "breached_at",
            "warned_share",
        ]
    )  # fmt: skip
    _after(record_of_it, clock)
    record_of_it.save()
    _tell_retargeted(record_of_it, clock, actor=actor, now=now)
    return clock


def _before(clock: Clock, *, reason: str, actor: Actor, now: datetime) -> Retarget:
    return Retarget(
        clock=clock, at=now, by=actor.label[:80], reason=reason[:200], old_target_minutes=clock.target_minutes,
        old_calendar_id=clock.calendar_id, old_due_at=clock.due_at, was_breached=clock.breached_at is not None,
    )  # fmt: skip


def _after(retarget: Retarget, clock: Clock) -> None:
    retarget.new_target_minutes, retarget.new_calendar_id = clock.target_minutes, clock.calendar_id
    retarget.new_due_at = clock.due_at


def _replan(clock: Clock, *, now: datetime) -> None:
    """The due moment anew, a breach taken back where it is still to come, warnings as far as they are due now.

    A due moment that has passed already is left to the sweep, which tells of it as of any other breach.
    """
    was_breached_at, clock.breached_at = clock.breached_at, None
    plan(clock)
    if was_breached_at is not None and (clock.due_at is None or clock.due_at <= now) and _is_overdue(clock, now=now):
        clock.breached_at = clock.due_at or was_breached_at
        plan(clock)
        return
    if clock.state == State.RUNNING and clock.warned_share is not None:
        reached = share_reached(clock, now=now)
        clock.warned_share = min(clock.warned_share, reached) if reached is not None else None
        plan(clock)


def _is_overdue(clock: Clock, *, now: datetime) -> bool:
    target = clock.target
    return passed(clock, now=now) >= target if target is not None else clock.due_at is not None and clock.due_at <= now


def _tell_retargeted(retarget: Retarget, clock: Clock, *, actor: Actor, now: datetime) -> None:
    tell(
        ClockRetargeted, clock, actor=actor, now=now, reason=retarget.reason, old_due_at=iso(retarget.old_due_at),
        due_at=iso(clock.due_at), is_breached=clock.breached_at is not None,
    )  # fmt: skip


def replan_calendar(calendar_id: int, *, now: datetime) -> int:
    """The due moments of a calendar's running clocks anew, 500 a transaction; returns how many moved.

    Counted is from the last start, pause or change of the promise, with the hours as they are now; a breach that was
    told stays. Safe to repeat and to run beside the sweep, which also asks the calendar before it calls a breach.
    """
    moved, last_id = 0, 0
    while True:
        with transaction.atomic():
            clocks = list(
                Clock.objects.select_for_update(of=("self",)).select_related("kind", "calendar")
                .filter(calendar_id=calendar_id, state=State.RUNNING, breached_at=None, target_minutes__isnull=False,
                        pk__gt=last_id)
                .order_by("pk")[:BATCH]
            )  # fmt: skip
            if not clocks:
                return moved
            last_id = clocks[-1].pk
            moved += replan_clocks(clocks, now=now)


def replan_clocks(clocks: list[Clock], *, now: datetime) -> int:
    """Writes what moved, keeps a record of it and tells. The rows are locked by the caller."""
    changed: list[tuple[Clock, Retarget]] = []
    rescheduled: list[Clock] = []
    for clock in clocks:
        retarget = _before(clock, reason=CALENDAR_CHANGED, actor=SYSTEM, now=now)
        next_at = clock.next_at
        plan(clock)
        if clock.due_at != retarget.old_due_at:
            _after(retarget, clock)
            changed.append((clock, retarget))
        if clock.due_at != retarget.old_due_at or clock.next_at != next_at:
            rescheduled.append(clock)
    Clock.objects.bulk_update(rescheduled, ["due_at", "next_at"])
    Retarget.objects.bulk_create(retarget for _clock, retarget in changed)
    for clock, retarget in changed:
        _tell_retargeted(retarget, clock, actor=SYSTEM, now=now)
    return len(changed)
