"""What feedback announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class ContactRated(Fact):
    """A customer rated a conversation, 1-5."""

    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int
    conversation_id: int
    score: int
    account_id: int | None

    def topics(self) -> tuple[str, ...]:
        mine = (f"account:{self.account_id}",) if self.account_id else ()
        return (f"case:{self.case_id}", "floor", *mine)
