"""What e-mail announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class CaseMailFact(Fact):
    """Something about a case's letters; whoever has the case open hears it."""

    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int
    letter_id: int

    def topics(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}",)


@dataclass(frozen=True, kw_only=True)
class LetterHeld(CaseMailFact):
    """A letter waits for its moment and can be taken back until then."""


@dataclass(frozen=True, kw_only=True)
class LetterWithdrawn(CaseMailFact):
    """A letter was taken back before it went."""


@dataclass(frozen=True, kw_only=True)
class LetterMoved(CaseMailFact):
    """A letter was sent, failed, or came back: `state` says which, `trouble` why."""

    state: str
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class MailQuarantined(Fact):
    """A mail could not be read, or came too often: it is kept for a person to look at."""

    subject_type: ClassVar[str] = "email.rawmail"
    subject_field: ClassVar[str] = "raw_id"
    raw_id: int
    mailbox_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MailboxChanged(Fact):
    """A mailbox was set up or changed."""

    subject_type: ClassVar[str] = "email.mailbox"
    subject_field: ClassVar[str] = "mailbox_id"
    mailbox_id: int
    address: str
