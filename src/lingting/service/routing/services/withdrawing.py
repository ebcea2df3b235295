"""Taking back offers that are still open."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.routing.events import OfferClosed
from lingting.service.routing.models import Contact, Offer


@transaction.atomic
def withdraw_offers_of(account_id: int, *, actor: Actor, now: datetime) -> None:
    """The person went away: what they were being offered goes to others."""
    for offer in Offer.objects.select_for_update(no_key=True).filter(account_id=account_id, decided_at=None):
        close_offer(offer, decision="withdrawn", actor=actor, now=now)


def withdraw_offer_for(contact: Contact, *, actor: Actor, now: datetime) -> None:
    """The contact stopped waiting: nobody is being offered it any more."""
    for offer in Offer.objects.select_for_update(no_key=True).filter(contact=contact, decided_at=None):
        close_offer(offer, decision="withdrawn", actor=actor, now=now)


def close_offer(offer: Offer, *, decision: str, actor: Actor, now: datetime) -> None:
    """Ends an open offer without an owner: declined, missed or withdrawn."""
    offer.decided_at, offer.decision = now, decision
    offer.save(update_fields=["decided_at", "decision"])
    contact = offer.contact
    fact = OfferClosed(
        case_id=contact.case_id, conversation_id=contact.conversation_id, contact_id=contact.pk, queue_id=contact.queue_id,
        offer_id=offer.pk, account_id=offer.account_id, decision=decision,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
