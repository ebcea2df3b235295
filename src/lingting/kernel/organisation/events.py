"""What the organisation announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class _OfEmployee(Fact):
    subject_type: ClassVar[str] = "organisation.employee"
    subject_field: ClassVar[str] = "employee_id"

    employee_id: int
    account_id: int


@dataclass(frozen=True, kw_only=True)
class EmployeeJoined(_OfEmployee):
    """Somebody new has an account and a place."""


@dataclass(frozen=True, kw_only=True)
class EmployeeMoved(_OfEmployee):
    """Another team, site or position; ids, None for none."""

    team_id: int | None
    site_id: int
    position_id: int | None


@dataclass(frozen=True, kw_only=True)
class EmployeeSkillsChanged(_OfEmployee):
    """`levels`: skill key to level 1-5, all of them as they are now."""

    levels: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class EmployeeLeft(_OfEmployee):
    """The account is closed: no sign-in, no new work. `left_date` is ISO text."""

    left_date: str


@dataclass(frozen=True, kw_only=True)
class EmployeeReturned(_OfEmployee):
    """The account is open again."""
