"""What the chat does when its conversation ends from the other side."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.timeline.events import Actor, receives
from lingting.service.channels.chat.models import ChatSession
from lingting.service.desk.events import ConversationEnded


@receives(ConversationEnded)
def end_the_session(fact: ConversationEnded, actor: Actor, now: datetime) -> None:
    ChatSession.objects.filter(conversation_id=fact.conversation_id, ended_at=None).update(ended_at=now)
