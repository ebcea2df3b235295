"""From forecast to required people: certainty, deadlines, groups of skills, rounding and absence.

Start with ``DemandPaths`` and ``required_agents``; see docs/science/staffing.md.
"""

from .absence import Basis, Cause, RosteredPeople, people_with_absence
from .deadlines import (
    BacklogPlan,
    Window,
    WorkDue,
    backlog_plan,
    fewest_agents,
    least_even_agents,
    smoothest_agents,
    work_due,
)
from .demand import DemandPaths
from .requirement import Outlook, Requirement, outlook, required_agents
from .rounding import GroupedPeople, apportioned, rounded_by_group

__all__ = [
    "BacklogPlan",
    "Basis",
    "Cause",
    "DemandPaths",
    "GroupedPeople",
    "Outlook",
    "Requirement",
    "RosteredPeople",
    "Window",
    "WorkDue",
    "apportioned",
    "backlog_plan",
    "fewest_agents",
    "least_even_agents",
    "outlook",
    "people_with_absence",
    "required_agents",
    "rounded_by_group",
    "smoothest_agents",
    "work_due",
]
