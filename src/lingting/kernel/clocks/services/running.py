"""Starting, pausing, resuming and ending clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.clocks.events import ClockCancelled, ClockPaused, ClockResumed, ClockStarted, ClockStopped
from lingting.kernel.clocks.models import LIVE_STATES, Clock, Kind, Pause, State
from lingting.kernel.clocks.promises import Promise, passed, plan
from lingting.kernel.clocks.services.telling import iso, locked, notice_breach, tell
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Invalid


class UnsoundPromise(Invalid):
    """A promise needs a target or a moment, not both, and warnings before its end."""

    code = "unsound_promise"


@transaction.atomic
def start_clock(
    kind_key: str, *, subject_kind: str, subject_id: int, promise: Promise | None = None, started_at: datetime | None = None,
    actor: Actor, now: datetime,
) -> Clock:  # fmt: skip
    """Starts a promise about a subject; where one of the kind lives already, that one is returned unchanged.

    Without `promise` the kind's own target, calendar and warnings hold. `started_at` may lie in the past (a mail that
    waited in the mailbox). Raises `Kind.DoesNotExist`, `UnsoundPromise`.
    """
    living = Clock.objects.select_related("kind", "calendar").filter(
        subject_kind=subject_kind, subject_id=subject_id, kind__key=kind_key, state__in=LIVE_STATES
    )
    found = living.first()
    if found is not None:
        return found
    kind = Kind.objects.select_related("calendar").get(key=kind_key)
    clock = _new_clock(kind, promise or usual_promise(kind), begun_at=started_at or now)
    clock.subject_kind, clock.subject_id = subject_kind, subject_id
    try:
        with transaction.atomic():
            clock.save(force_insert=True)
    except IntegrityError:
        return living.get()
    tell(ClockStarted, clock, actor=actor, now=now, due_at=iso(clock.due_at))
    return clock


def usual_promise(kind: Kind) -> Promise:
    """What holds where nobody says otherwise."""
    return Promise(target_minutes=kind.target_minutes, calendar_id=kind.calendar_id, warning_shares=tuple(kind.warning_shares))


def _new_clock(kind: Kind, promise: Promise, *, begun_at: datetime) -> Clock:
    check_promise(promise)
    clock = Clock(
        kind=kind, target_minutes=promise.target_minutes, calendar_id=promise.calendar_id, due_at=promise.due_at,
        warning_shares=list(promise.warning_shares), started_at=begun_at, running_since_at=begun_at,
    )  # fmt: skip
    if promise.calendar_id is not None and promise.calendar_id == kind.calendar_id:
        clock.calendar = kind.calendar
    plan(clock)
    return clock


def check_promise(promise: Promise) -> None:
    """Raises `UnsoundPromise` with what is wrong."""
    if not promise.is_sound:
        raise UnsoundPromise(_("Give this promise a time limit or a moment, and warnings between 0 and 100 %."))


@transaction.atomic
def pause_clock(clock_id: int, *, reason: str, actor: Actor, now: datetime) -> Clock:
    """Time stands still, e.g. while the customer is asked. One that is not running stays as it is."""
    clock = locked(clock_id)
    if clock.state != State.RUNNING:
        return clock
    notice_breach(clock, actor=actor, now=now)
    clock.elapsed = passed(clock, now=now)
    clock.state, clock.paused_at, clock.pause_reason, clock.running_since_at = State.PAUSED, now, reason, None
    plan(clock)
    clock.save(update_fields=["elapsed", "state", "paused_at", "pause_reason", "running_since_at", "due_at", "next_at"])
    Pause.objects.create(clock=clock, reason=reason, paused_at=now, paused_by=actor.label[:80])
    tell(ClockPaused, clock, actor=actor, now=now, reason=reason)
    return clock


@transaction.atomic
def resume_clock(clock_id: int, *, actor: Actor, now: datetime) -> Clock:
    """Time goes on; the due moment moves by what the pause took. One that is not paused stays as it is."""
    clock = locked(clock_id)
    if clock.state != State.PAUSED:
        return clock
    _end_pause(clock, actor=actor, now=now)
    clock.state, clock.paused_at, clock.pause_reason, clock.running_since_at = State.RUNNING, None, "", now
    plan(clock)
    clock.save(update_fields=["state", "paused_at", "pause_reason", "running_since_at", "due_at", "next_at"])
    tell(ClockResumed, clock, actor=actor, now=now, due_at=iso(clock.due_at))
    return clock


@transaction.atomic
def stop_clock(clock_id: int, *, actor: Actor, now: datetime) -> Clock:
    """The promise is fulfilled: kept when the due moment has not come. One that has ended stays as it is."""
    clock = locked(clock_id)
    if not clock.is_live:
        return clock
    notice_breach(clock, actor=actor, now=now)
    _end(clock, state=State.STOPPED, actor=actor, now=now)
    tell(
        ClockStopped,
        clock,
        actor=actor,
        now=now,
        is_kept=clock.breached_at is None,
        elapsed_seconds=clock.elapsed.total_seconds(),
    )
    return clock


@transaction.atomic
def cancel_clock(clock_id: int, *, reason: str = "", actor: Actor, now: datetime) -> Clock:
    """There is nothing to promise any more (merged, spam): counts neither as kept nor as breached."""
    clock = locked(clock_id)
    if not clock.is_live:
        return clock
    _end(clock, state=State.CANCELLED, actor=actor, now=now)
    tell(ClockCancelled, clock, actor=actor, now=now, reason=reason)
    return clock


def _end(clock: Clock, *, state: State, actor: Actor, now: datetime) -> None:
    if clock.state == State.PAUSED:
        _end_pause(clock, actor=actor, now=now)
    clock.elapsed = passed(clock, now=now)
    clock.state, clock.ended_at, clock.running_since_at, clock.paused_at, clock.next_at = state, now, None, None, None
    clock.save(update_fields=["elapsed", "state", "ended_at", "running_since_at", "paused_at", "next_at"])


def _end_pause(clock: Clock, *, actor: Actor, now: datetime) -> None:
    Pause.objects.filter(clock=clock, resumed_at=None).update(resumed_at=now, resumed_by=actor.label[:80])


def pause_clocks_of(
    subject_kind: str, subject_id: int, *, reason: str, kinds: tuple[str, ...] = (), actor: Actor, now: datetime
) -> int:
    """All running clocks of a subject (or those of some kinds); returns how many were paused."""
    running = _of(subject_kind, subject_id, kinds).filter(state=State.RUNNING)
    return _each(running, lambda pk: pause_clock(pk, reason=reason, actor=actor, now=now))


def resume_clocks_of(subject_kind: str, subject_id: int, *, kinds: tuple[str, ...] = (), actor: Actor, now: datetime) -> int:
    """All paused clocks of a subject (or those of some kinds); returns how many."""
    paused = _of(subject_kind, subject_id, kinds).filter(state=State.PAUSED)
    return _each(paused, lambda pk: resume_clock(pk, actor=actor, now=now))


def stop_clocks_of(subject_kind: str, subject_id: int, *, kinds: tuple[str, ...] = (), actor: Actor, now: datetime) -> int:
    """All living clocks of a subject (or those of some kinds); returns how many."""
    return _each(_of(subject_kind, subject_id, kinds), lambda pk: stop_clock(pk, actor=actor, now=now))


def cancel_clocks_of(
    subject_kind: str, subject_id: int, *, kinds: tuple[str, ...] = (), reason: str = "", actor: Actor, now: datetime
) -> int:
    """All living clocks of a subject (or those of some kinds); returns how many."""
    return _each(_of(subject_kind, subject_id, kinds), lambda pk: cancel_clock(pk, reason=reason, actor=actor, now=now))


def _of(subject_kind: str, subject_id: int, kinds: tuple[str, ...]) -> QuerySet[Clock]:
    living = Clock.objects.filter(subject_kind=subject_kind, subject_id=subject_id, state__in=LIVE_STATES)
    return living.filter(kind__key__in=kinds) if kinds else living


@transaction.atomic
def _each(clocks: QuerySet[Clock], act: Callable[[int], object]) -> int:
    """In order of id, so that two who do the same cannot lock each other out."""
    ids = list(clocks.order_by("id").values_list("pk", flat=True))
    for pk in ids:
        act(pk)
    return len(ids)
