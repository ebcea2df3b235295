"""Writes of promises: which policy holds, what the clocks do, the ladder."""

from lingting.service.promises.services.climbing import climb, climb_late_rungs
from lingting.service.promises.services.holding import answered, asked, closed, hold, hold_many, merged_away, mirror_due
from lingting.service.promises.services.policies import BadPolicy, save_policy

__all__ = [
    "BadPolicy",
    "answered",
    "asked",
    "climb",
    "climb_late_rungs",
    "closed",
    "hold",
    "hold_many",
    "merged_away",
    "mirror_due",
    "save_policy",
]
