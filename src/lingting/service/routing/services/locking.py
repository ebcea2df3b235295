"""One order of locks: case, contact, offer, assignment, presence last. Nothing is locked after a presence row.

Whoever needs several takes them in this order, so that no two transactions of routing and desk wait for each other.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from lingting.platform.database.composed import composed, one
from lingting.service.desk.services import locked_case
from lingting.service.routing.models import Contact, Offer, Presence

_ASKED_OF_AN_OFFER = (
    "decided_at", "decision", "reason", "contact__conversation_id", "contact__queue_id", "contact__channel",
    "contact__entered_at", "contact__ended_at", "contact__case__assignee_id", "contact__case__state",
)  # fmt: skip


def lock_offer(offer_id: int, *, account_id: int) -> Offer | None:
    """An offer to a person with its contact and case, all locked, in one statement; None when there is none for them.

    What accepting needs of them is loaded, and `has_missed`: whether the person let offers pass before this one. Asked
    twice before it says none: a talk that goes to another case while we wait for the first is not found there any more.
    """
    return one(_offer(offer_id, account_id)) or one(_offer(offer_id, account_id))


def lock_waiting_contact(conversation_id: int) -> Contact | None:
    """The contact a conversation waits with, its case locked before it; None when it does not wait."""
    case_id = one(_case_of_waiting(conversation_id))
    if case_id is None:
        return None
    locked_case(case_id)
    return one(_waiting(conversation_id))


@composed
def _offer(offer_id: int, account_id: int) -> QuerySet[Offer]:
    """PostgreSQL locks in the order that `of` names."""
    missed = Presence.objects.filter(pk=OuterRef("account_id"), missed_offers__gt=0)
    return (
        Offer.objects.filter(pk=offer_id, account_id=account_id)
        .select_related("contact__case")
        .only(*_ASKED_OF_AN_OFFER)
        .annotate(has_missed=Exists(missed))
        .select_for_update(no_key=True, of=("contact__case", "contact", "self"))
    )


@composed
def _case_of_waiting(conversation_id: int) -> QuerySet[Contact, int]:
    return Contact.objects.filter(conversation_id=conversation_id, ended_at=None).values_list("case_id", flat=True)


@composed
def _waiting(conversation_id: int) -> QuerySet[Contact]:
    return Contact.objects.select_for_update(no_key=True).filter(conversation_id=conversation_id, ended_at=None)
