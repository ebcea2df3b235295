"""Months and years: from demand as a distribution to classes, requisition dates, seats and budget, and how sure they are.

Start with ``LongDemand``, ``Workload``, ``Group`` and ``cheapest_plan``; see docs/science/capacity.md.
"""

from lingting.science.capacity.cheapest import Effort
from lingting.science.capacity.cohorts import Classes, Played, play
from lingting.science.capacity.demand import Event, LongDemand
from lingting.science.capacity.errors import CapacityError
from lingting.science.capacity.leaving import Leaving, StayingCurve, staying_curve
from lingting.science.capacity.outlook import Budget, CapacityPlan, GroupOutlook, PlannedClass, Proof, Share
from lingting.science.capacity.plan import cheapest_plan, judged_plan
from lingting.science.capacity.ramp import Ramp, RampShape
from lingting.science.capacity.terms import Group, Hiring, LeadTime, Prices, Site
from lingting.science.capacity.workload import Workload

__all__ = [
    "Budget",
    "CapacityError",
    "CapacityPlan",
    "Classes",
    "Effort",
    "Event",
    "Group",
    "GroupOutlook",
    "Hiring",
    "LeadTime",
    "Leaving",
    "LongDemand",
    "PlannedClass",
    "Played",
    "Prices",
    "Proof",
    "Ramp",
    "RampShape",
    "Share",
    "Site",
    "StayingCurve",
    "Workload",
    "cheapest_plan",
    "judged_plan",
    "play",
    "staying_curve",
]
