"""Changing clocks: every function is one transaction, safe to repeat, and locks the clock's row."""

from lingting.kernel.clocks.promises import Promise
from lingting.kernel.clocks.services.explaining import NotBreached, explain_breach
from lingting.kernel.clocks.services.kinds import ensure_breach_reason, ensure_kind, save_breach_reason, save_kind
from lingting.kernel.clocks.services.retargeting import replan_calendar, retarget_clock
from lingting.kernel.clocks.services.running import (
    Start,
    UnsoundPromise,
    cancel_clock,
    cancel_clocks_of,
    pause_clock,
    pause_clocks_of,
    resume_clock,
    resume_clocks_of,
    start_clock,
    start_clocks,
    stop_clock,
    stop_clocks_of,
)
from lingting.kernel.clocks.services.sweeping import Swept, sweep

__all__ = [
    "NotBreached",
    "Promise",
    "Start",
    "Swept",
    "UnsoundPromise",
    "cancel_clock",
    "cancel_clocks_of",
    "ensure_breach_reason",
    "ensure_kind",
    "explain_breach",
    "pause_clock",
    "pause_clocks_of",
    "replan_calendar",
    "resume_clock",
    "resume_clocks_of",
    "retarget_clock",
    "save_breach_reason",
    "save_kind",
    "start_clock",
    "start_clocks",
    "stop_clock",
    "stop_clocks_of",
    "sweep",
]
