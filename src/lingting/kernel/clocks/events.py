"""What clocks announce; live to the audiences that the subject's kind names (`timeline.registry`).

Receivers registered with `@receives(ClockBreached)` run in the same transaction: escalation is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact
from lingting.kernel.timeline.registry import subject_kind


@dataclass(frozen=True, kw_only=True)
class ClockFact(Fact):
    """`promise` is the key of the kind of clock; `about` and `about_id` name the subject; moments are ISO texts."""

    subject_type: ClassVar[str] = "clocks.clock"
    subject_field: ClassVar[str] = "clock_id"

    clock_id: int
    promise: str
    about: str
    about_id: int

    def topics(self) -> tuple[str, ...]:
        return subject_kind(self.about).topics(self.about_id)


@dataclass(frozen=True, kw_only=True)
class ClockStarted(ClockFact):
    due_at: str | None


@dataclass(frozen=True, kw_only=True)
class ClockPaused(ClockFact):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClockResumed(ClockFact):
    due_at: str | None


@dataclass(frozen=True, kw_only=True)
class ClockRetargeted(ClockFact):
    """Another promise; `is_breached` after the change."""

    reason: str
    old_due_at: str | None
    due_at: str | None
    is_breached: bool


@dataclass(frozen=True, kw_only=True)
class ClockWarned(ClockFact):
    """The share (0-1) of the target that has passed; when several passed at once, the highest."""

    share: float
    due_at: str | None


@dataclass(frozen=True, kw_only=True)
class ClockBreached(ClockFact):
    """The due moment came and the promise was not kept."""

    due_at: str | None


@dataclass(frozen=True, kw_only=True)
class ClockExplained(ClockFact):
    """A person said why it was breached."""

    reason: str
    note: str


@dataclass(frozen=True, kw_only=True)
class ClockStopped(ClockFact):
    """Kept or not: `is_kept`; `elapsed_seconds` of open time."""

    is_kept: bool
    elapsed_seconds: float


@dataclass(frozen=True, kw_only=True)
class ClockCancelled(ClockFact):
    """The promise no longer exists; it counts neither as kept nor as breached."""

    reason: str
