"""Offers: waiting work shown to one person, answered, timed out or withdrawn. An accepted offer is a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import SYSTEM, Actor, Happening
from lingting.kernel.timeline.services import record_many
from lingting.platform.database.composed import composed
from lingting.platform.database.inserting import insert_many
from lingting.service.routing.events import OfferMade
from lingting.service.routing.models import Assignment, Contact, Offer, Presence, PresenceState
from lingting.service.routing.services.claims import claim
from lingting.service.routing.services.loads import load_of, rooms_of
from lingting.service.routing.services.locking import lock_offer
from lingting.service.routing.services.presence import forget_missed_offers, note_missed_offer
from lingting.service.routing.services.refusals import OfferGone
from lingting.service.routing.services.withdrawing import close_offer

MISSED_OFFERS_LIMIT = 2


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the rule decided: this contact to this person, and why."""

    contact_id: int
    account_id: int
    offer_seconds: int
    reason: dict[str, Any]


@transaction.atomic
def make_offers(proposals: Sequence[Proposal], *, now: datetime) -> int:
    """Shows work to people. A proposal that no longer fits (gone, locked, full, not ready) is passed over.

    Waits for no lock: what is being changed at this moment is offered in the next round. The people's rows
    are locked, so that two routers could never load someone twice. Returns how many were made.
    """
    contacts = {contact.pk: contact for contact in _still_waiting([each.contact_id for each in proposals])}
    rooms = rooms_of(_still_ready([each.account_id for each in proposals]))
    offers = []
    for proposal in proposals:
        contact = contacts.get(proposal.contact_id)
        room = rooms.get(proposal.account_id)
        load = load_of(contact.channel) if contact else None
        if contact is None or room is None or load is None or not room.takes(load):
            continue
        rooms[proposal.account_id] = room.with_load(load)
        offers.append(_offer(contacts.pop(contact.pk), proposal=proposal, now=now))
    made = _written(offers)
    record_many([Happening(_made(offer), SYSTEM) for offer in made], now=now)
    return len(made)


@composed
def _still_waiting(contact_ids: list[int]) -> QuerySet[Contact]:
    return Contact.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__among=contact_ids, ended_at=None)


@composed
def _still_ready(account_ids: list[int]) -> QuerySet[Presence, int]:
    ready = Presence.objects.select_for_update(no_key=True, skip_locked=True)
    return ready.filter(pk__among=account_ids, state=PresenceState.READY).values_list("pk", flat=True)


def _offer(contact: Contact, *, proposal: Proposal, now: datetime) -> Offer:
    return Offer(
        contact=contact, account_id=proposal.account_id, offered_at=now,
        expires_at=now + timedelta(seconds=proposal.offer_seconds), reason=proposal.reason,
    )  # fmt: skip


def _written(offers: Sequence[Offer]) -> list[Offer]:
    """Those that could be written: a contact has one open offer, whoever else makes one."""
    try:
        with transaction.atomic():
            insert_many(offers)
    except IntegrityError:
        return [offer for each in offers for offer in _written([each])] if len(offers) > 1 else []
    return list(offers)


def _made(offer: Offer) -> OfferMade:
    contact = offer.contact
    return OfferMade(
        case_id=contact.case_id, conversation_id=contact.conversation_id, contact_id=contact.pk, queue_id=contact.queue_id,
        offer_id=offer.pk, account_id=offer.account_id, expires_at=offer.expires_at.isoformat(),
    )  # fmt: skip


@transaction.atomic
def accept_offer(offer_id: int, *, account_id: int, actor: Actor, now: datetime) -> Assignment:
    """Takes the conversation: the claim is atomic, two can never win. Raises `OfferGone`.

    Accepting one's own offer twice gives the same assignment.
    """
    offer = lock_offer(offer_id, account_id=account_id)
    if offer is None:
        raise OfferGone(_("There is no such offer for you."))
    contact = offer.contact
    if offer.decision == "accepted":
        mine = Assignment.objects.filter(contact=contact, account_id=account_id).order_by("-id").first()
        if mine is not None:
            return mine
    if offer.decided_at is not None or contact.ended_at is not None:
        raise OfferGone(
            _("This conversation has gone to someone else or the customer has left. The next one comes by itself.")
        )
    assignment = claim(contact, case=contact.case, account_id=account_id, reason=offer.reason, actor=actor, now=now)
    if offer.has_missed:  # type: ignore[attr-defined]
        forget_missed_offers(account_id)
    return assignment


@transaction.atomic
def decline_offer(offer_id: int, *, account_id: int, actor: Actor, now: datetime) -> None:
    """Passes it on; it is not offered to the same person again. Raises `OfferGone`."""
    offer = _locked_offer(offer_id, account_id=account_id)
    if offer.decided_at is not None:
        raise OfferGone(_("This offer has already ended. The next one comes by itself."))
    close_offer(offer, decision="declined", actor=actor, now=now)


def expire_offers(*, now: datetime) -> int:
    """Offers past their time move on; whoever misses offers again and again is set away. Returns how many."""
    with transaction.atomic():
        due = list(
            Offer.objects.select_related("contact")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))
            .filter(decided_at=None, expires_at__lte=now)
            .order_by("id")[:200]
        )
        for offer in due:
            close_offer(offer, decision="missed", actor=SYSTEM, now=now)
    for offer in due:
        note_missed_offer(offer.account_id, limit=MISSED_OFFERS_LIMIT, now=now)
    return len(due)


def _locked_offer(offer_id: int, *, account_id: int) -> Offer:
    offer = Offer.objects.select_for_update(no_key=True).filter(pk=offer_id, account_id=account_id).first()
    if offer is None:
        raise OfferGone(_("There is no such offer for you."))
    return offer
