"""An agent's answer: said where the customer listens, by the owner, and perhaps the last word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.service.desk.models import Case, MessageKind
from lingting.service.desk.services.assigning import assign_case
from lingting.service.desk.services.closing import close_case
from lingting.service.desk.services.drafts import drop_draft
from lingting.service.desk.services.messages import AddedMessage, add_message
from lingting.service.desk.services.notes import latest_conversation_id


@transaction.atomic
def answer_case(
    case_id: int,
    *,
    text: str,
    actor: Actor,
    now: datetime,
    client_key: UUID | None = None,
    attachment_ids: Sequence[int] = (),
    closes: bool = False,
    conversation_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> AddedMessage:
    """Answers in the case's latest conversation (or the one named); a case nobody owns becomes the answering person's.

    `closes` makes it the last word. The draft is forgotten. Raises as `add_message` and `close_case` do;
    a repeat (same `client_key`) changes nothing.
    """
    added = add_message(
        conversation_id or latest_conversation_id(case_id),
        kind=MessageKind.AGENT,
        text=text,
        actor=actor,
        now=now,
        client_key=client_key,
        attachment_ids=attachment_ids,
        data=data,
    )
    if added.is_repeat:
        return added
    if actor.id is not None:
        drop_draft(case_id, account_id=actor.id, mode="reply")
        if Case.objects.filter(pk=case_id, assignee=None).exists():
            assign_case(case_id, assignee_id=actor.id, actor=actor, now=now)
    if closes:
        close_case(case_id, actor=actor, now=now)
    return added
