"""Reads of routing: presence and work in hand, places in a queue, honest waits, why this agent, the router's health."""

from lingting.service.routing.selectors.floor import AgentNow, QueueNow, agents_now, queues_now
from lingting.service.routing.selectors.health import RouterHealth, router_health
from lingting.service.routing.selectors.mine import MyWork, OpenOffer, my_work, open_offers
from lingting.service.routing.selectors.waiting import WaitOutlook, outlook, outlooks
from lingting.service.routing.selectors.why import explanation_of, given_reason, reason_text

__all__ = [
    "AgentNow",
    "MyWork",
    "OpenOffer",
    "QueueNow",
    "RouterHealth",
    "WaitOutlook",
    "agents_now",
    "explanation_of",
    "given_reason",
    "my_work",
    "open_offers",
    "outlook",
    "outlooks",
    "queues_now",
    "reason_text",
    "router_health",
]
