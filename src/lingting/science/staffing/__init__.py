"""From forecast to required people: certainty, deadlines, groups of skills, rounding and absence.

Start with ``DemandPaths`` and ``required_agents``; see docs/science/staffing.md.
"""

from .absence import Basis, Cause, RosteredPeople, people_with_absence
from .days import Promise, SimulatedOutlook, SimulatedRequirement, simulated_outlook, simulated_requirement
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
from .skills import Levels, SkillGroup, SkillQueue, SkillRequirement, fluid_cost, required_people
from .trial import simulated_levels

__all__ = [
    "BacklogPlan",
    "Basis",
    "Cause",
    "DemandPaths",
    "GroupedPeople",
    "Levels",
    "Outlook",
    "Promise",
    "Requirement",
    "RosteredPeople",
    "SimulatedOutlook",
    "SimulatedRequirement",
    "SkillGroup",
    "SkillQueue",
    "SkillRequirement",
    "Window",
    "WorkDue",
    "apportioned",
    "backlog_plan",
    "fewest_agents",
    "fluid_cost",
    "least_even_agents",
    "outlook",
    "people_with_absence",
    "required_agents",
    "required_people",
    "rounded_by_group",
    "simulated_levels",
    "simulated_outlook",
    "simulated_requirement",
    "smoothest_agents",
    "work_due",
]
