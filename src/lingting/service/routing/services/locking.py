"""One order of locks: case, contact, offer, assignment, presence last. Nothing is locked after a presence row.

Whoever needs several takes them in this order, so that no two transactions of routing and desk wait for each other.
"""

from __future__ import annotations

from lingting.service.desk.models import Case
from lingting.service.routing.models import Contact


def lock_case(case_id: int) -> Case:
    """The case, locked until the transaction ends."""
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


def lock_waiting_contact(conversation_id: int) -> Contact | None:
    """The contact a conversation waits with, its case locked before it; None when it does not wait."""
    case_id = Contact.objects.filter(conversation_id=conversation_id, ended_at=None).values_list("case_id", flat=True).first()
    if case_id is None:
        return None
    lock_case(case_id)
    return Contact.objects.select_for_update(no_key=True).filter(conversation_id=conversation_id, ended_at=None).first()
