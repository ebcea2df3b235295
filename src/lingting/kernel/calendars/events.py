"""What calendars announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Fact):
    """Its hours or its special days are others now: whoever remembers openings reads them again."""

    subject_type: ClassVar[str] = "calendars.calendar"
    subject_field: ClassVar[str] = "calendar_id"

    calendar_id: int
