"""Writes of routing: presence, queueing, offers, assignments, transfers; one transaction each."""

from lingting.service.routing.services.consults import ask_colleague, end_consult
from lingting.service.routing.services.endings import Ending, end_assignment, end_assignments, finish_wrap_up, release_wrapped_up
from lingting.service.routing.services.offers import (
    Proposal,
    accept_offer,
    decline_offer,
    expire_offers,
    make_offers,
)
from lingting.service.routing.services.presence import (
    become_away,
    become_ready,
    drop_lost_agents,
    go_offline,
    note_connected,
    note_disconnected,
    requeue_orphans,
)
from lingting.service.routing.services.queueing import Waiting, enqueue, enqueue_many, leave_queue, reprioritise
from lingting.service.routing.services.transfers import (
    answer_directly,
    is_at_desk,
    take_over,
    transfer_to_person,
    transfer_to_queue,
)

__all__ = [
    "Ending",
    "Proposal",
    "Waiting",
    "accept_offer",
    "answer_directly",
    "ask_colleague",
    "become_away",
    "become_ready",
    "decline_offer",
    "drop_lost_agents",
    "end_assignment",
    "end_assignments",
    "end_consult",
    "enqueue",
    "enqueue_many",
    "expire_offers",
    "finish_wrap_up",
    "go_offline",
    "is_at_desk",
    "leave_queue",
    "make_offers",
    "note_connected",
    "note_disconnected",
    "release_wrapped_up",
    "reprioritise",
    "requeue_orphans",
    "take_over",
    "transfer_to_person",
    "transfer_to_queue",
]
