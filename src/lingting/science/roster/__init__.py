"""People, shifts, breaks and meetings: rosters with a price, a lower bound and an explanation.

Start with ``Problem`` and ``solve``; see docs/science/roster.md.
"""

from .answers import Swap, WhyNot, check_swap, why_not
from .checking import Price, Violation, price_of, violations
from .design import ShiftRule, candidate_shifts
from .law import CHINA, EUROPEAN_UNION, LAWS, LabourLaw
from .model import (
    Break,
    Contract,
    Cover,
    Demand,
    History,
    Ledger,
    Meeting,
    Person,
    Problem,
    RosterError,
    Shift,
    TeamDay,
    Wish,
)
from .plan import Plan
from .rerostering import Change, changes, reroster
from .roster import Roster, Share, Staffing
from .solving import NoRosterError, Progress, Stop, solve

__all__ = [
    "CHINA",
    "EUROPEAN_UNION",
    "LAWS",
    "Break",
    "Change",
    "Contract",
    "Cover",
    "Demand",
    "History",
    "LabourLaw",
    "Ledger",
    "Meeting",
    "NoRosterError",
    "Person",
    "Plan",
    "Price",
    "Problem",
    "Progress",
    "Roster",
    "RosterError",
    "Share",
    "Shift",
    "ShiftRule",
    "Staffing",
    "Stop",
    "Swap",
    "TeamDay",
    "Violation",
    "WhyNot",
    "Wish",
    "candidate_shifts",
    "changes",
    "check_swap",
    "price_of",
    "reroster",
    "solve",
    "violations",
    "why_not",
]
