"""What notices announce, to their reader only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class NoticeTold(Fact):
    """A new line in somebody's bell."""

    subject_type: ClassVar[str] = "notices.notice"
    subject_field: ClassVar[str] = "notice_id"

    notice_id: int
    account_id: int
    code: str
    level: str

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}",)
