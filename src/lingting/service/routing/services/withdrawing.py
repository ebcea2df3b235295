"""Taking back offers that are still open."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.composed import composed
from lingting.platform.database.single_rows import update_row
from lingting.service.routing.events import OfferClosed
from lingting.service.routing.models import Contact, Offer


@transaction.atomic
def withdraw_offers_of(account_id: int, *, actor: Actor, now: datetime) -> None:
    """The person went away: what they were being offered goes to others."""
    for offer in Offer.objects.select_for_update(no_key=True).filter(account_id=account_id, decided_at=None):
        close_offer(offer, decision="withdrawn", actor=actor, now=now)


def withdraw_offer_for(contact: Contact, *, actor: Actor, now: datetime) -> None:
    """The contact stopped waiting: nobody is being offered it any more."""
    for offer in _open_offers(contact.pk):
        close_offer(offer, decision="withdrawn", actor=actor, now=now)


@composed
def _open_offers(contact_id: int) -> QuerySet[Offer]:
    return Offer.objects.select_for_update(no_key=True).filter(contact_id=contact_id, decided_at=None)


def close_offer(offer: Offer, *, decision: str, actor: Actor, now: datetime) -> None:
    """Ends an open offer without an owner: declined, missed or withdrawn."""
    offer.decided_at, offer.decision = now, decision
    update_row(offer, "decided_at", "decision")
    contact = offer.contact
    fact = OfferClosed(
        case_id=contact.case_id, conversation_id=contact.conversation_id, contact_id=contact.pk, queue_id=contact.queue_id,
        offer_id=offer.pk, account_id=offer.account_id, decision=decision,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
