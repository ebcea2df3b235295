"""What automation announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class RulePaused(Fact):
    """A rule went round in circles and was stopped."""

    subject_type: ClassVar[str] = "automation.rule"
    subject_field: ClassVar[str] = "rule_id"
    changes_work: ClassVar[bool] = False
    rule_id: int
    reason: str
