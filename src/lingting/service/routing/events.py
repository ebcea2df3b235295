"""What routing announces. `floor` is the audience of wallboards and supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class ContactFact(Fact):
    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int
    conversation_id: int
    contact_id: int
    queue_id: int

    def topics(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}", "floor", f"chat:{self.conversation_id}")


@dataclass(frozen=True, kw_only=True)
class ContactQueued(ContactFact):
    channel: str


@dataclass(frozen=True, kw_only=True)
class ContactAbandoned(ContactFact):
    wait_seconds: float
    outcome: str


@dataclass(frozen=True, kw_only=True)
class ContactAnswered(ContactFact):
    """A person has it. `reason` explains the choice (see `science.match`)."""

    account_id: int
    account_label: str
    wait_seconds: float

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"account:{self.account_id}")


@dataclass(frozen=True, kw_only=True)
class OfferMade(ContactFact):
    offer_id: int
    account_id: int
    expires_at: str

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}", "floor")


@dataclass(frozen=True, kw_only=True)
class OfferClosed(ContactFact):
    """An offer was declined, timed out or withdrawn (accepted ones are `ContactAnswered`)."""

    offer_id: int
    account_id: int
    decision: str

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}", "floor")


@dataclass(frozen=True, kw_only=True)
class AssignmentEnded(ContactFact):
    account_id: int
    end_reason: str

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}", f"case:{self.case_id}", "floor")


@dataclass(frozen=True, kw_only=True)
class PresenceChanged(Fact):
    subject_type: ClassVar[str] = "accounts.account"
    subject_field: ClassVar[str] = "account_id"
    account_id: int
    state: str
    reason_key: str | None
    cause: str

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}", "floor")


@dataclass(frozen=True, kw_only=True)
class ConsultAsked(Fact):
    """A colleague was asked to look at a conversation."""

    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int
    conversation_id: int
    asked_id: int
    by_label: str
    question: str

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.asked_id}", f"case:{self.case_id}")


@dataclass(frozen=True, kw_only=True)
class QueueSettingsChanged(Fact):
    """A queue's rule, skills or members changed; the router reads them anew within seconds."""

    subject_type: ClassVar[str] = "desk.queue"
    subject_field: ClassVar[str] = "queue_id"
    queue_id: int
    what: str

    def topics(self) -> tuple[str, ...]:
        return ("floor",)
