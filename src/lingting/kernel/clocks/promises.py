"""The arithmetic of one promise: what has passed, what is left, when it is due and when to look next. No queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lingting.kernel.calendars.selectors import Spans, spans_of
from lingting.kernel.clocks.models import Clock, State


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What is promised: so many open minutes of a calendar (None: round the clock), or a fixed moment.

    `warning_shares` are 0-1 of the target, ascending.
    """

    target_minutes: int | None = None
    due_at: datetime | None = None
    calendar_id: int | None = None
    warning_shares: tuple[Decimal, ...] = (Decimal("0.5"), Decimal("0.8"))

    @property
    def is_sound(self) -> bool:
        """Exactly one of target and moment; shares inside 0-1."""
        return ((self.target_minutes is None) != (self.due_at is None)) and all(0 < share < 1 for share in self.warning_shares)


def promise_of(clock: Clock) -> Promise:
    """What a clock promises now."""
    return Promise(
        target_minutes=clock.target_minutes, due_at=None if clock.target_minutes is not None else clock.due_at,
        calendar_id=clock.calendar_id, warning_shares=tuple(clock.warning_shares),
    )  # fmt: skip


def spans_for(clock: Clock) -> Spans:
    """The open time that the clock counts; no query when the clock was read with its calendar."""
    return spans_of(clock.calendar_id, version=clock.calendar.version if clock.calendar else None)


def passed(clock: Clock, *, now: datetime) -> timedelta:
    """The open time that has passed."""
    if clock.running_since_at is None:
        return clock.elapsed
    return clock.elapsed + spans_for(clock).elapsed(clock.running_since_at, now)


def left(clock: Clock, *, now: datetime) -> timedelta | None:
    """The open time that is left; negative when overdue; None when a fixed moment is gone with its clock's end."""
    target = clock.target
    if target is not None:
        return target - passed(clock, now=now)
    if clock.due_at is None:
        return None
    at, spans = (clock.ended_at or now), spans_for(clock)
    return spans.elapsed(at, clock.due_at) if at < clock.due_at else -spans.elapsed(clock.due_at, at)


def plan(clock: Clock) -> None:
    """Writes `due_at` and `next_at` of a clock as they follow from the rest of it."""
    if clock.state != State.RUNNING:
        clock.next_at = None
        if clock.target_minutes is not None and clock.state == State.PAUSED:
            clock.due_at = clock.breached_at
        return
    if clock.breached_at is not None:
        clock.due_at, clock.next_at = (clock.due_at if clock.target_minutes is None else clock.breached_at), None
        return
    clock.due_at = due_moment(clock)
    warning = next((moment for share, moment in _warnings(clock) if not _is_told(clock, share)), None)
    known = [moment for moment in (warning, clock.due_at) if moment is not None]
    clock.next_at = min(known, default=None)


def due_moment(clock: Clock) -> datetime | None:
    """When a running clock is due; None: its calendar does not open long enough in twelve years."""
    target, since = clock.target, clock.running_since_at
    if target is None or since is None:
        return clock.due_at
    return spans_for(clock).add(since, target - clock.elapsed)


def share_reached(clock: Clock, *, now: datetime) -> Decimal | None:
    """The highest warning share whose moment has come."""
    return max((share for share, moment in _warnings(clock) if moment <= now), default=None)


def _warnings(clock: Clock) -> Iterator[tuple[Decimal, datetime]]:
    """Every warning share with its moment, in order; those that never come are left out."""
    target, since, spans = clock.target, clock.running_since_at, spans_for(clock)
    for share in sorted(clock.warning_shares):
        if target is not None and since is not None:
            moment = spans.add(since, _part(target, share) - clock.elapsed)
        elif clock.due_at is not None:
            moment = spans.add(clock.started_at, _part(spans.elapsed(clock.started_at, clock.due_at), share))
        else:
            moment = None
        if moment is not None:
            yield share, moment


def _part(whole: timedelta, share: Decimal) -> timedelta:
    """A share of a duration in whole microseconds."""
    return timedelta(microseconds=int((whole // timedelta(microseconds=1)) * share))


def _is_told(clock: Clock, share: Decimal) -> bool:
    return clock.warned_share is not None and share <= clock.warned_share
