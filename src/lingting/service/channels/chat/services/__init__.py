"""Writes of the chat: visits, conversations, contacts left, ratings."""

from lingting.service.channels.chat.services.beginning import Beginning, Said, begin, begin_many
from lingting.service.channels.chat.services.conversations import (
    actor_of,
    end,
    live_session,
    rate,
    say,
    say_in,
    session_of,
)
from lingting.service.channels.chat.services.following import link_to_case
from lingting.service.channels.chat.services.leaving import leave_contact, leave_message
from lingting.service.channels.chat.services.visits import known_customer, note_seen, open_visit, widget_with_key
from lingting.service.channels.chat.services.widgets import make_first_widget, new_secret, rotate_secret

__all__ = [
    "Beginning",
    "Said",
    "actor_of",
    "begin",
    "begin_many",
    "end",
    "known_customer",
    "leave_contact",
    "leave_message",
    "link_to_case",
    "live_session",
    "make_first_widget",
    "new_secret",
    "note_seen",
    "open_visit",
    "rate",
    "rotate_secret",
    "say",
    "say_in",
    "session_of",
    "widget_with_key",
]
