"""What work orders announce; live to those who have the customer's case open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class OrderFact(Fact):
    """A fact about a work order, told where the customer's case is (`case_id`)."""

    subject_type: ClassVar[str] = "desk.case"
    subject_field: ClassVar[str] = "case_id"
    case_id: int
    order_id: int
    department_id: int
    department: str

    def topics(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}", "desk", f"department:{self.department_id}")


@dataclass(frozen=True, kw_only=True)
class WorkOrderAsked(OrderFact):
    subject: str


@dataclass(frozen=True, kw_only=True)
class WorkOrderAccepted(OrderFact):
    by: str


@dataclass(frozen=True, kw_only=True)
class WorkOrderReturned(OrderFact):
    """The department asks back, or was answered (`is_ours`)."""

    by: str
    is_ours: bool


@dataclass(frozen=True, kw_only=True)
class WorkOrderAnswered(OrderFact):
    by: str


@dataclass(frozen=True, kw_only=True)
class WorkOrderHandedOn(OrderFact):
    """Another department is to answer: `department` now, `previous` before."""

    previous: str


@dataclass(frozen=True, kw_only=True)
class WorkOrderCancelled(OrderFact):
    reason: str
