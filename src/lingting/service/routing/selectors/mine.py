"""What a signed-in agent sees of herself: state, work in hand, offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lingting.service.routing.models import Assignment, AwayReason, Offer, Presence, PresenceState
from lingting.service.routing.selectors.why import given_reason
from lingting.service.routing.services.loads import Room, rooms_of


@dataclass(frozen=True)
class OpenOffer:
    """An offer on the agent's screen. `reason` is the rule's, as data."""

    id: int
    case_id: int
    conversation_id: int
    customer_name: str
    tier_name: str
    queue_name: str
    channel: str
    subject: str
    preview: str
    waiting_since_at: datetime
    offered_at: datetime
    expires_at: datetime
    reason: dict[str, object]


@dataclass(frozen=True)
class MyWork:
    """`wrapping_up`: assignments ended but not released, soonest first."""

    state: str
    reason: AwayReason | None
    since_at: datetime | None
    room: Room
    wrapping_up: list[Assignment]


def my_work(account_id: int) -> MyWork:
    """Five small queries."""
    presence = Presence.objects.select_related("reason").filter(pk=account_id).first()
    wrapping_up = list(
        Assignment.objects.filter(account_id=account_id, released_at=None, ended_at__isnull=False)
        .select_related("conversation__case__customer")
        .order_by("wrap_up_until_at")
    )
    return MyWork(
        state=presence.state if presence else PresenceState.OFFLINE,
        reason=presence.reason if presence else None,
        since_at=presence.since_at if presence else None,
        room=rooms_of([account_id])[account_id],
        wrapping_up=wrapping_up,
    )


def open_offers(account_id: int, *, now: datetime) -> list[OpenOffer]:
    """What is being offered to a person at this moment, oldest first; one query."""
    rows = (
        Offer.objects.filter(account_id=account_id, decided_at=None, expires_at__gt=now)
        .select_related("contact__case__customer__tier", "contact__queue")
        .order_by("id")
    )
    return [_open_offer(offer) for offer in rows]


def _open_offer(offer: Offer) -> OpenOffer:
    contact = offer.contact
    customer = contact.case.customer
    return OpenOffer(
        id=offer.pk, case_id=contact.case_id, conversation_id=contact.conversation_id, customer_name=str(customer),
        tier_name=customer.tier.name if customer.tier else "", queue_name=contact.queue.name, channel=contact.channel,
        subject=contact.case.subject, preview=contact.case.preview, waiting_since_at=contact.entered_at,
        offered_at=offer.offered_at, expires_at=offer.expires_at,
        reason=given_reason({"agent": offer.account_id, **offer.reason}, contact=contact),
    )  # fmt: skip
