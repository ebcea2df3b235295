"""What feedback does when the desk changes something: in the same transaction."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.timeline.events import Actor, receives
from lingting.service.desk.events import TalksMoved
from lingting.service.feedback.models import Rating


@receives(TalksMoved)
def follow_the_talk(fact: TalksMoved, actor: Actor, now: datetime) -> None:
    """A rating belongs to the case its conversation stands in now."""
    Rating.objects.filter(conversation_id__in=fact.conversation_ids).update(case_id=fact.case_id)
