"""Ticks: what has reached the other side and what was seen."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.realtime import notify
from lingting.service.desk.events import MessagesRead
from lingting.service.desk.models import Message, MessageKind
from lingting.service.desk.services.locking import locked_case

OURS = [MessageKind.AGENT.value, MessageKind.BOT.value]

_UNREAD = """
    UPDATE desk_case SET unread_count = (
        SELECT count(*) FROM desk_message WHERE case_id = %(case)s AND kind = 'customer' AND read_at IS NULL AND id > %(id)s
    ) WHERE id = %(case)s AND unread_count > 0
"""


@transaction.atomic
def mark_read_by_customer(conversation_id: int, *, up_to_id: int, actor: Actor, now: datetime) -> int:
    """The customer has seen our messages up to an id; returns how many were new to them."""
    unread = Message.objects.filter(conversation_id=conversation_id, kind__in=OURS, id__lte=up_to_id, read_at=None)
    case_id = unread.values_list("case_id", flat=True).first()
    if case_id is None:
        return 0
    count = unread.update(read_at=now)
    fact = MessagesRead(case_id=case_id, conversation_id=conversation_id, up_to_id=up_to_id, by="customer")
    record(fact, actor=actor, now=now)
    return count


@transaction.atomic
def mark_read_by_agent(case_id: int, *, up_to_id: int, actor: Actor, now: datetime) -> int:
    """The case's owner has seen the customer's messages up to an id; returns how many were new.

    Brings the case's unread count to what is left. Locks the case.
    """
    locked_case(case_id)
    unread = Message.objects.filter(case_id=case_id, kind=MessageKind.CUSTOMER, id__lte=up_to_id, read_at=None)
    conversations = set(unread.values_list("conversation_id", flat=True))
    count = unread.update(read_at=now) if conversations else 0
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"case": case_id, "id": up_to_id})
    for conversation_id in sorted(conversations):
        fact = MessagesRead(case_id=case_id, conversation_id=conversation_id, up_to_id=up_to_id, by="agent")
        record(fact, actor=actor, now=now)
    return count


@transaction.atomic
def mark_delivered(conversation_id: int, *, up_to_id: int, now: datetime) -> int:
    """Our messages up to an id have reached the customer's device; a passing signal tells open desks."""
    undelivered = Message.objects.filter(conversation_id=conversation_id, kind__in=OURS, id__lte=up_to_id, delivered_at=None)
    case_id = undelivered.values_list("case_id", flat=True).first()
    if case_id is None:
        return 0
    count = undelivered.update(delivered_at=now)
    data = {"case_id": case_id, "conversation_id": conversation_id, "up_to_id": up_to_id}
    notify.signal([f"case:{case_id}"], kind="MessagesDelivered", data=data)
    return count
