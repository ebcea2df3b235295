"""What complaints announce: told in the customer's case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact
from lingting.service.desk.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class ComplaintFact(CaseFact):
    complaint_id: int


@dataclass(frozen=True, kw_only=True)
class ComplaintFiled(ComplaintFact):
    """The case became a complaint."""

    on_behalf: bool


@dataclass(frozen=True, kw_only=True)
class ComplaintClassified(ComplaintFact):
    category_id: int
    category: str
    severity: int
    is_repeat: bool
    is_public: bool
    is_regulator: bool


@dataclass(frozen=True, kw_only=True)
class ComplaintAnswered(ComplaintFact):
    """The outcome was told to the customer; `was_sent`: as a message of the case."""

    was_sent: bool


@dataclass(frozen=True, kw_only=True)
class CompensationFact(ComplaintFact):
    """Amounts as text, in the centre's currency."""

    compensation_id: int
    item: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class CompensationProposed(CompensationFact):
    """`is_approved`: within the proposer's own limit, so nobody else decides."""

    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class CompensationDecided(CompensationFact):
    is_approved: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class CompensationGranted(CompensationFact):
    pass


@dataclass(frozen=True, kw_only=True)
class FollowUpDone(ComplaintFact):
    attempt: int
    is_reached: bool
    satisfied: bool | None


@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(ComplaintFact):
    cause: str
    responsibility: str


@dataclass(frozen=True, kw_only=True)
class ComplaintsExported(Fact):
    """Somebody took a list of complaints out of the house: which filter, as CSV or XLSX."""

    subject_type: ClassVar[str] = "accounts.account"
    subject_field: ClassVar[str] = "account_id"
    changes_work: ClassVar[bool] = False
    account_id: int
    filters: dict[str, str]
    form: str
