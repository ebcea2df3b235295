"""The routing rule as a pure function: waiting work and ready agents in, pairs and reasons out.

The live router and the simulator call the same rule (`rule.py`); neither needs compiled code to be right.
"""

from lingting.science.match.matching import MatchResult, Pair, Waiting, match
from lingting.science.match.parties import Agent, Id, MatchInputError, Policy, Relaxation, Work
from lingting.science.match.reasons import Code, Reason

__all__ = [
    "Agent",
    "Code",
    "Id",
    "MatchInputError",
    "MatchResult",
    "Pair",
    "Policy",
    "Reason",
    "Relaxation",
    "Waiting",
    "Work",
    "match",
]
