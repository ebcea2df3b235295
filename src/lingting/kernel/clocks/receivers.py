"""Clocks follow their calendars."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.calendars.events import CalendarChanged
from lingting.kernel.clocks.jobs import replan
from lingting.kernel.timeline.events import Actor, receives


@receives(CalendarChanged)
def move_due_moments(fact: CalendarChanged, actor: Actor, now: datetime) -> None:
    """Left to a worker: a calendar may carry a hundred thousand promises."""
    replan.later(calendar_id=fact.calendar_id, only_once=f"clocks:{fact.calendar_id}")
