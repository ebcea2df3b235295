"""One order of locks: case, contact, offer, assignment, presence last. Nothing is locked after a presence row.

Whoever needs several takes them in this order, so that no two transactions of routing and desk wait for each other.
"""

from __future__ import annotations

from django.db.models import QuerySet

from lingting.platform.database.composed import composed, one
from lingting.service.desk.models import Case
from lingting.service.desk.services import locked_case
from lingting.service.routing.models import Contact, Offer


def lock_case_of_offer(offer_id: int, *, account_id: int) -> Case | None:
    """The case behind an offer to a person, locked; None when there is no such offer for them."""
    return one(_case_of_offer(offer_id, account_id))


def lock_offer(offer_id: int) -> Offer:
    """An offer with its contact, locked; its case is locked already."""
    return _offer(offer_id)[0]


def lock_waiting_contact(conversation_id: int) -> Contact | None:
    """The contact a conversation waits with, its case locked before it; None when it does not wait."""
    case_id = one(_case_of_waiting(conversation_id))
    if case_id is None:
        return None
    locked_case(case_id)
    return one(_waiting(conversation_id))


@composed
def _case_of_offer(offer_id: int, account_id: int) -> QuerySet[Case]:
    offered = Case.objects.filter(contacts__offers__pk=offer_id, contacts__offers__account_id=account_id)
    return offered.select_for_update(no_key=True, of=("self",))


@composed
def _offer(offer_id: int) -> QuerySet[Offer]:
    return Offer.objects.select_related("contact").select_for_update(no_key=True).filter(pk=offer_id)


@composed
def _case_of_waiting(conversation_id: int) -> QuerySet[Contact, int]:
    return Contact.objects.filter(conversation_id=conversation_id, ended_at=None).values_list("case_id", flat=True)


@composed
def _waiting(conversation_id: int) -> QuerySet[Contact]:
    return Contact.objects.select_for_update(no_key=True).filter(conversation_id=conversation_id, ended_at=None)
