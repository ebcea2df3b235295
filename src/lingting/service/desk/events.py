"""What the desk announces.

Live audiences: `case:<id>` staff who have it open, `account:<id>` its owner, `desk` every inbox
(ids only, never words: not every desk may see every case), `chat:<conversation>` the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class CaseFact(Fact):
    """A fact about a case; everyone at the desk hears that the row changed."""

    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int

    def topics(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}", "desk")


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseFact):
    customer_id: int
    queue_id: int
    channel: str
    type_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseChanged(CaseFact):
    """Fields of a case changed: `changes` maps a field to [old, new]."""

    changes: dict[str, list[Any]]

    def live(self) -> dict[str, Any]:
        return {"case_id": self.case_id, "fields": sorted(self.changes)}


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(CaseFact):
    assignee_id: int | None
    previous_id: int | None

    def topics(self) -> tuple[str, ...]:
        people = tuple(f"account:{person}" for person in (self.assignee_id, self.previous_id) if person)
        return (*super().topics(), *people)


@dataclass(frozen=True, kw_only=True)
class CaseQueued(CaseFact):
    """The case moved to another queue."""

    queue_id: int
    previous_id: int


@dataclass(frozen=True, kw_only=True)
class CaseSnoozed(CaseFact):
    until_at: str


@dataclass(frozen=True, kw_only=True)
class CaseWoken(CaseFact):
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseClosed(CaseFact):
    assignee_id: int | None


@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseFact):
    by_customer: bool


@dataclass(frozen=True, kw_only=True)
class CaseLinked(CaseFact):
    other_id: int


@dataclass(frozen=True, kw_only=True)
class MessageAdded(CaseFact):
    """Something was said. Notes and whispers never reach the customer's audience.

    The words go only to those who have the case open, its owner and the customer: not every desk may read
    every case. The lists of others learn that a row changed by a passing signal (`services.messages`).
    """

    changes_work: ClassVar[bool] = False
    conversation_id: int
    message_id: int
    message_kind: str
    text: str
    author_label: str
    assignee_id: int | None = None
    attachments: int = 0
    client_key: str | None = None

    def topics(self) -> tuple[str, ...]:
        mine = (f"account:{self.assignee_id}",) if self.assignee_id else ()
        hidden = self.message_kind in ("note", "whisper")
        return (f"case:{self.case_id}", *mine, *(() if hidden else (f"chat:{self.conversation_id}",)))

    def data(self) -> dict[str, Any]:
        return {name: value for name, value in super().data().items() if name != "text"}

    def live(self) -> dict[str, Any]:
        return {"case_id": self.case_id, **super().data()}


@dataclass(frozen=True, kw_only=True)
class MessagesRead(CaseFact):
    """One side has seen everything up to a message: `by` is customer or agent."""

    changes_work: ClassVar[bool] = False
    conversation_id: int
    up_to_id: int
    by: str

    def topics(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}", f"chat:{self.conversation_id}")


@dataclass(frozen=True, kw_only=True)
class ConversationEnded(CaseFact):
    conversation_id: int
    by: str

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"chat:{self.conversation_id}")


@dataclass(frozen=True, kw_only=True)
class CasesImported(Fact):
    """Cases were taken over from elsewhere: ids from `case_id` to `last_id`, `count` of them."""

    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int
    last_id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class CaseMerged(CaseFact):
    """The case went into another one; what comes for it belongs there."""

    into_id: int

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"case:{self.into_id}")


@dataclass(frozen=True, kw_only=True)
class CaseMergeUndone(CaseFact):
    """The case stands on its own again."""

    from_id: int

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"case:{self.from_id}")


@dataclass(frozen=True, kw_only=True)
class CaseSplitOff(CaseFact):
    """Some messages of the case became a case of their own."""

    new_case_id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class CaseSplitUndone(CaseFact):
    new_case_id: int


@dataclass(frozen=True, kw_only=True)
class TalksMoved(CaseFact):
    """Whole conversations went from one case to another (`case_id`); what hangs on them follows."""

    from_id: int
    conversation_ids: list[int]

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"case:{self.from_id}")


@dataclass(frozen=True, kw_only=True)
class CasesExported(Fact):
    """Somebody took a list of cases out of the house: which filter, as CSV or XLSX."""

    subject_type: ClassVar[str] = "accounts.account"
    subject_field: ClassVar[str] = "account_id"
    changes_work: ClassVar[bool] = False
    account_id: int
    filters: dict[str, Any]
    form: str
