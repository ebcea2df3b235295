"""What promises announce."""

from __future__ import annotations

from dataclasses import dataclass

from lingting.service.desk.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class PromiseMade(CaseFact):
    """Another policy holds for the case (or none: `policy_id` is null)."""

    policy_id: int | None
    because: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class CaseEscalated(CaseFact):
    """A rung of the ladder was climbed."""

    act: str
    promise: str
