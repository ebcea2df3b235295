"""What the chat does when its conversation ends from the other side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from lingting.kernel.timeline.events import Happening, receives_many
from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.events import ConversationEnded

_END = "UPDATE chat_chatsession SET ended_at = %s WHERE conversation_id = ANY(%s::bigint[]) AND ended_at IS NULL"


@receives_many(ConversationEnded)
def end_the_sessions(happenings: Sequence[Happening], now: datetime) -> None:
    with bound_cursor(connection) as cursor:
        cursor.execute(_END, [now, [each.fact.conversation_id for each in happenings]])
