"""Queueing formulas for service centres: Erlang B, C and A, limited lines, and the least agents for a target.

Start with ``Traffic``, ``performance`` and ``least_agents``; see docs/science/erlang.md.
"""

from .blending import BlendedPerformance, blended_performance, most_kept_busy
from .chat import Concurrency, chat_performance, least_chat_agents
from .errors import (
    BadFigureError,
    EmptyIntervalError,
    QueueingError,
    UnreachableTargetError,
    UnstableQueueError,
)
from .formulas import erlang_a, erlang_b, erlang_c
from .least import Target, fractional_agents, least_agents, least_lines
from .performance import Customers, Performance, ServiceLevelVariant, performance
from .priority import PriorityPerformance, least_priority_agents, priority_performance
from .retrials import RetrialPerformance, performance_with_retrials
from .shrinkage import combined_shrinkage, present_agents, rostered_people
from .traffic import Traffic

__all__ = [
    "BadFigureError",
    "BlendedPerformance",
    "Concurrency",
    "Customers",
    "EmptyIntervalError",
    "Performance",
    "PriorityPerformance",
    "QueueingError",
    "RetrialPerformance",
    "ServiceLevelVariant",
    "Target",
    "Traffic",
    "UnreachableTargetError",
    "UnstableQueueError",
    "blended_performance",
    "chat_performance",
    "combined_shrinkage",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fractional_agents",
    "least_agents",
    "least_chat_agents",
    "least_lines",
    "least_priority_agents",
    "most_kept_busy",
    "performance",
    "performance_with_retrials",
    "present_agents",
    "priority_performance",
    "rostered_people",
]
