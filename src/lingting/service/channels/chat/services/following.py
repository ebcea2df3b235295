"""After a chat: the number of its case, and the customer's own way to follow it."""

from __future__ import annotations

from datetime import datetime

from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.channels.chat.services.visits import merged
from lingting.service.desk.models import Case, Conversation
from lingting.service.desk.registry import case_link


def link_to_case(session: ChatSession, *, visitor: Visitor, now: datetime) -> str:
    """A fresh link to the case of a visitor's own conversation, as letters carry it; "" where there is none to give.

    Only for a case of the visitor's own customer. Somebody who is not identified must have begun it here: what staff
    merged this chat into holds words that this browser has not seen.
    """
    case = Case.objects.select_related("customer").get(conversations=session.conversation_id)
    customer = visitor.customer
    if customer is None or merged(customer).pk != case.customer_id:
        return ""
    if not customer.external_id and not _began_here(case, visitor=visitor):
        return ""
    return case_link(case, now=now)


def _began_here(case: Case, *, visitor: Visitor) -> bool:
    first = Conversation.objects.filter(case=case).order_by("started_at", "id").values_list("pk", flat=True).first()
    if first is None or visitor.customer_id is None:
        return False
    return ChatSession.objects.filter(conversation_id=first, visitor__customer_id=visitor.customer_id).exists()
