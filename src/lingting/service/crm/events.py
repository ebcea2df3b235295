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
