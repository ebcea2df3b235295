"""Writes of the chat: visits, conversations, contacts left, ratings."""

from lingting.service.channels.chat.services.conversations import (
    Said,
    actor_of,
    begin,
    end,
    leave_contact,
    leave_message,
    live_session,
    rate,
    say,
    session_of,
)
from lingting.service.channels.chat.services.visits import note_seen, open_visit, widget_with_key

__all__ = [
    "Said",
    "actor_of",
    "begin",
    "end",
    "leave_contact",
    "leave_message",
    "live_session",
    "note_seen",
    "open_visit",
    "rate",
    "say",
    "session_of",
    "widget_with_key",
]
