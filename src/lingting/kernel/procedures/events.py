"""What procedures announce; live to the audiences of the subject and to whoever has the step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lingting.kernel.timeline.events import Fact
from lingting.kernel.timeline.registry import subject_kind


@dataclass(frozen=True, kw_only=True)
class VersionFact(Fact):
    subject_type: ClassVar[str] = "procedures.procedure"
    subject_field: ClassVar[str] = "procedure_id"

    procedure_id: int
    version_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class VersionPublished(VersionFact):
    """From now on runs start by this version; `readers` are asked to read it."""

    note: str
    readers: int


@dataclass(frozen=True, kw_only=True)
class VersionRetired(VersionFact):
    pass


@dataclass(frozen=True, kw_only=True)
class ReadingConfirmed(VersionFact):
    account_id: int

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}",)


@dataclass(frozen=True, kw_only=True)
class RunFact(Fact):
    """`procedure` is the key; `about` and `about_id` name the subject."""

    subject_type: ClassVar[str] = "procedures.run"
    subject_field: ClassVar[str] = "run_id"

    run_id: int
    procedure: str
    about: str
    about_id: int

    def topics(self) -> tuple[str, ...]:
        return subject_kind(self.about).topics(self.about_id)


@dataclass(frozen=True, kw_only=True)
class RunStarted(RunFact):
    version: int


@dataclass(frozen=True, kw_only=True)
class RunFinished(RunFact):
    """`ending` is the key of the outcome that led to the end."""

    ending: str


@dataclass(frozen=True, kw_only=True)
class RunCancelled(RunFact):
    reason: str


@dataclass(frozen=True, kw_only=True)
class RunMigrated(RunFact):
    """Moved to another version; `mapping` is old step key to new step key of the open steps."""

    from_version: int
    to_version: int
    mapping: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class StepFact(RunFact):
    """`step` is the key of the step, `step_run_id` this passage; `assignee_id` whoever has it."""

    step_run_id: int
    step: str
    assignee_id: int | None

    def topics(self) -> tuple[str, ...]:
        mine = (f"account:{self.assignee_id}",) if self.assignee_id else ()
        return (*super().topics(), *mine)


@dataclass(frozen=True, kw_only=True)
class StepStarted(StepFact):
    due_at: str | None


@dataclass(frozen=True, kw_only=True)
class StepTaken(StepFact):
    """Somebody of the role or team took it."""


@dataclass(frozen=True, kw_only=True)
class StepReassigned(StepFact):
    previous_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class StepCompleted(StepFact):
    """`answers` by item key of the step's form (empty without one); `is_late`: after its limit."""

    outcome: str
    is_late: bool
    answers: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StepSkipped(StepFact):
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StepDecided(StepFact):
    """An approval: `amount` as text, None without one."""

    is_approved: bool
    amount: str | None
    note: str
