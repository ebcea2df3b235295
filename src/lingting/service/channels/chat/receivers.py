"""What the chat does when its conversation ends from the other side."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from lingting.kernel.timeline.events import Actor, receives
from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.events import ConversationEnded

_END = "UPDATE chat_chatsession SET ended_at = %s WHERE conversation_id = %s AND ended_at IS NULL"


@receives(ConversationEnded)
def end_the_session(fact: ConversationEnded, actor: Actor, now: datetime) -> None:
    with bound_cursor(connection) as cursor:
        cursor.execute(_END, [now, fact.conversation_id])
