"""After a customer's letter: who is to answer it, and what the centre answers by itself."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.timeline.events import Actor
from lingting.service.channels.email.models import Mail, Mailbox
from lingting.service.channels.email.services.acknowledging import acknowledge
from lingting.service.desk.models import Case
from lingting.service.routing.models import Assignment
from lingting.service.routing.services import enqueue


def let_wait(conversation_id: int, *, case_id: int, actor: Actor, now: datetime) -> None:
    """A letter whose case nobody has waits in the queue like a chat; one with an owner is theirs, and stays unread."""
    owner_is_there = Case.objects.filter(pk=case_id).values_list("assignee__is_active", flat=True).first()
    if owner_is_there or Assignment.objects.filter(conversation_id=conversation_id, ended_at=None).exists():
        return
    enqueue(conversation_id, actor=actor, now=now)


def answer_by_itself(case_id: int, *, conversation_id: int, mailbox: Mailbox, mail: Mail, now: datetime) -> None:
    """The acknowledgement of a new case, where the mailbox gives one."""
    if mailbox.acknowledges and mailbox.smtp_host:
        acknowledge(case_id, conversation_id=conversation_id, mailbox=mailbox, mail=mail, now=now)
