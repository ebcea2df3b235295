"""What the wallboard announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class AlertOpened(Fact):
    """A queue crossed a limit."""

    subject_type: ClassVar[str] = "desk.queue"
    subject_field: ClassVar[str] = "queue_id"
    queue_id: int
    alert_kind: str
    value: float
    limit: float

    def topics(self) -> tuple[str, ...]:
        return ("floor",)


@dataclass(frozen=True, kw_only=True)
class AlertClosed(AlertOpened):
    """The queue is within the limit again."""
