"""One order of locks: case, contact, offer, assignment, presence last. Nothing is locked after a presence row.

Whoever needs several takes them in this order, so that no two transactions of routing and desk wait for each other.
"""

from __future__ import annotations

from lingting.service.desk.models import Case
from lingting.service.routing.models import Contact


def lock_case(case_id: int) -> Case:
    """The case, locked until the transaction ends."""
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


def lock_case_of_offer(offer_id: int, *, account_id: int) -> Case | None:
    """The case behind an offer to a person, locked; None when there is no such offer for them."""
    offered = Case.objects.filter(contacts__offers__pk=offer_id, contacts__offers__account_id=account_id)
    return offered.select_for_update(no_key=True, of=("self",)).first()


def lock_waiting_contact(conversation_id: int) -> Contact | None:
    """The contact a conversation waits with, its case locked before it; None when it does not wait."""
    case_id = Contact.objects.filter(conversation_id=conversation_id, ended_at=None).values_list("case_id", flat=True).first()
    if case_id is None:
        return None
    lock_case(case_id)
    return Contact.objects.select_for_update(no_key=True).filter(conversation_id=conversation_id, ended_at=None).first()
