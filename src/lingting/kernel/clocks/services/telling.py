"""What every fact about a clock has in common, and a breach that is noticed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lingting.kernel.clocks.events import ClockBreached, ClockFact
from lingting.kernel.clocks.models import Clock, State
from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record_many


def locked(clock_id: int) -> Clock:
    """The clock with kind and calendar, its row locked until the transaction ends. Raises `Clock.DoesNotExist`."""
    return Clock.objects.select_for_update(of=("self",)).select_related("kind", "calendar").get(pk=clock_id)


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def tell(fact: type[ClockFact], clock: Clock, *, actor: Actor, now: datetime, **more: Any) -> None:
    """Records a fact of the clock; `more` are the fact's own fields."""
    tell_all([(fact_of(fact, clock, **more), actor)], now=now)


def tell_all(facts: Sequence[tuple[ClockFact, Actor]], *, now: datetime) -> None:
    """Records facts of many clocks at once."""
    record_many([Happening(fact, actor) for fact, actor in facts], now=now)


def fact_of(fact: type[ClockFact], clock: Clock, **more: Any) -> ClockFact:
    return fact(clock_id=clock.pk, promise=clock.kind.key, about=clock.subject_kind, about_id=clock.subject_id, **more)


def notice_breach(clock: Clock, *, actor: Actor, now: datetime) -> None:
    """A running clock whose due moment came before the sweep did is breached; told before anything else happens to it."""
    if clock.state == State.RUNNING and clock.breached_at is None and clock.due_at is not None and clock.due_at <= now:
        clock.breached_at = clock.due_at
        clock.next_at = None
        clock.save(update_fields=["breached_at", "next_at"])
        tell(ClockBreached, clock, actor=actor, now=now, due_at=clock.due_at.isoformat())
