"""What the customers' app announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class CustomerFact(Fact):
    subject_type: ClassVar[str] = "crm.customer"
    subject_field: ClassVar[str] = "customer_id"
    customer_id: int

    def topics(self) -> tuple[str, ...]:
        return (f"customer:{self.customer_id}",)


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(CustomerFact):
    """A new customer; guests of the chat are announced when they first write."""

    is_guest: bool


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(CustomerFact):
    """Fields changed: `changes` maps a field to [old, new]."""

    changes: dict[str, list[Any]]

    def live(self) -> dict[str, Any]:
        return {"customer_id": self.customer_id, "fields": sorted(self.changes)}


@dataclass(frozen=True, kw_only=True)
class CustomerNoted(CustomerFact):
    """Somebody wrote down what colleagues should know."""

    note_id: int


@dataclass(frozen=True, kw_only=True)
class ContactPointsChanged(CustomerFact):
    """A number or address came, went or became the preferred one; `kinds` says of which kind."""

    kinds: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomerTagged(CustomerFact):
    """The tags changed: names before and after."""

    before: list[str]
    after: list[str]


@dataclass(frozen=True, kw_only=True)
class _Joining(Fact):
    subject_type: ClassVar[str] = "crm.customer"
    subject_field: ClassVar[str] = "kept_id"
    kept_id: int
    absorbed_id: int
    merge_id: int

    def topics(self) -> tuple[str, ...]:
        return (f"customer:{self.kept_id}", f"customer:{self.absorbed_id}")


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(_Joining):
    """Two were found to be one: everything of the absorbed one now hangs on the kept one."""


@dataclass(frozen=True, kw_only=True)
class CustomerMergeUndone(_Joining):
    """The two are two again, each with what it had."""
