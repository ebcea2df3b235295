"""Starting, pausing, resuming and ending clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.calendars.models import Calendar
from lingting.kernel.clocks.events import ClockCancelled, ClockPaused, ClockResumed, ClockStarted, ClockStopped
from lingting.kernel.clocks.models import LIVE_STATES, Clock, Kind, Pause, State
from lingting.kernel.clocks.promises import Promise, passed, plan
from lingting.kernel.clocks.services.telling import fact_of, iso, locked, notice_breach, tell, tell_all
from lingting.kernel.timeline.events import Actor
from lingting.platform.database.inserting import insert_many, new_row
from lingting.platform.refusals import Invalid


class UnsoundPromise(Invalid):
    """A promise needs a target or a moment, not both, and warnings before its end."""

    code = "unsound_promise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A clock to be started: what `start_clock` takes."""

    kind_key: str
    subject_kind: str
    subject_id: int
    actor: Actor
    promise: Promise | None = None
    started_at: datetime | None = None


def start_clock(
    kind_key: str, *, subject_kind: str, subject_id: int, promise: Promise | None = None, started_at: datetime | None = None,
    actor: Actor, now: datetime,
) -> Clock:  # fmt: skip
    """Starts a promise about a subject; where one of the kind lives already, that one is returned unchanged.

    Without `promise` the kind's own target, calendar and warnings hold. `started_at` may lie in the past (a mail that
    waited in the mailbox). Raises `Kind.DoesNotExist`, `UnsoundPromise`.
    """
    start = Start(
        kind_key=kind_key, subject_kind=subject_kind, subject_id=subject_id, actor=actor, promise=promise, started_at=started_at
    )
    return start_clocks([start], now=now)[0]


@transaction.atomic
def start_clocks(starts: Sequence[Start], *, now: datetime) -> list[Clock]:
    """The same for many, in their order; no two of one kind about one subject. A handful of statements for all."""
    kinds = {kind.key: kind for kind in Kind.objects.select_related("calendar").filter(key__in={each.kind_key for each in starts})}
    for each in starts:
        if each.kind_key not in kinds:
            raise Kind.DoesNotExist(each.kind_key)
    living = _living(starts)
    calendars = Calendar.objects.in_bulk({each.promise.calendar_id for each in starts if each.promise and each.promise.calendar_id})
    new: dict[tuple[str, int, str], Clock] = {}
    for each in starts:
        if _what(each) not in living:
            new[_what(each)] = _new_clock(each, kind=kinds[each.kind_key], calendars=calendars, begun_at=each.started_at or now)
    try:
        with transaction.atomic():
            insert_many(list(new.values()))
    except IntegrityError:
        # Somebody else started one of them at this moment: that one lives, the others are started by themselves.
        if len(starts) == 1:
            return [_living(starts)[_what(starts[0])]]
        return [start_clocks([each], now=now)[0] for each in starts]
    tell_all([
        (fact_of(ClockStarted, new[_what(each)], due_at=iso(new[_what(each)].due_at)), each.actor)
        for each in starts if _what(each) in new
    ], now=now)  # fmt: skip
    return [(living | new)[_what(each)] for each in starts]


def _what(start: Start) -> tuple[str, int, str]:
    return start.subject_kind, start.subject_id, start.kind_key


def _living(starts: Sequence[Start]) -> dict[tuple[str, int, str], Clock]:
    """Those that run or pause already, by subject and kind."""
    rows = Clock.objects.select_related("kind", "calendar").filter(
        subject_kind__in={each.subject_kind for each in starts}, subject_id__in={each.subject_id for each in starts},
        kind__key__in={each.kind_key for each in starts}, state__in=LIVE_STATES,
    )  # fmt: skip
    return {(clock.subject_kind, clock.subject_id, clock.kind.key): clock for clock in rows}


def usual_promise(kind: Kind) -> Promise:
    """What holds where nobody says otherwise."""
    return Promise(target_minutes=kind.target_minutes, calendar_id=kind.calendar_id, warning_shares=tuple(kind.warning_shares))


def _new_clock(start: Start, *, kind: Kind, calendars: Mapping[int, Calendar], begun_at: datetime) -> Clock:
    promise = start.promise or usual_promise(kind)
    check_promise(promise)
    values = {
        "kind_id": kind.pk, "subject_kind": start.subject_kind, "subject_id": start.subject_id,
        "target_minutes": promise.target_minutes, "calendar_id": promise.calendar_id, "due_at": promise.due_at,
        "warning_shares": list(promise.warning_shares), "started_at": begun_at, "running_since_at": begun_at,
    }  # fmt: skip
    clock = new_row(Clock, values)
    clock.kind = kind
    if promise.calendar_id is not None:
        clock.calendar = kind.calendar if promise.calendar_id == kind.calendar_id else calendars[promise.calendar_id]
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
