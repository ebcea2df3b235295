"""Writes of automation: keeping rules, and running them over the log."""

from lingting.kernel.automation.services.acting import checked_actions, perform
from lingting.kernel.automation.services.rules import BadRule, RuleGiven, delete_rule, save_rule, switch_rule
from lingting.kernel.automation.services.running import MOST_DEPTH, MOST_FIRINGS_AN_HOUR, run_rules

__all__ = [
    "MOST_DEPTH",
    "MOST_FIRINGS_AN_HOUR",
    "BadRule",
    "RuleGiven",
    "checked_actions",
    "delete_rule",
    "perform",
    "run_rules",
    "save_rule",
    "switch_rule",
]
