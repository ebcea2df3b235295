"""What a waiting customer is told: their place, and an honest range of minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, F, Q

from lingting.service.routing.models import AgentCapacity, Assignment, Contact, Outcome, Presence, PresenceState, QueueMember

WINDOW_MINUTES = 60
_DEFAULT_TALK_SECONDS = 420.0
_LEAST_ANSWERED = 8


@dataclass(frozen=True)
class WaitOutlook:
    """`place`: 1 is next. `low_seconds`-`high_seconds`: expected wait from now; None when nobody can tell.

    `sample`: answered contacts of the last hour that the estimate rests on; `ready_people`: who could take it now or later.
    """

    place: int
    low_seconds: int | None
    high_seconds: int | None
    ready_people: int
    sample: int


def outlook(contact: Contact, *, now: datetime) -> WaitOutlook:
    """A contact's place in its queue and its expected wait.

    With enough recent answers the wait is place over the queue's answering rate (Little's law); otherwise
    the people on duty, their capacity and the average talk time say how fast places come free. With nobody on
    duty there is no estimate. The range is a factor of 0.6 to 1.6 about the middle, rounded up to half minutes.
    """
    ahead = Contact.objects.filter(queue_id=contact.queue_id, ended_at=None).filter(
        Q(priority__gt=contact.priority) | Q(priority=contact.priority, entered_at__lt=contact.entered_at)
    )
    place = ahead.count() + 1
    people = Presence.objects.filter(
        state=PresenceState.READY, account__in=QueueMember.objects.filter(queue_id=contact.queue_id).values("account")
    ).count()
    recent = Contact.objects.filter(
        queue_id=contact.queue_id, outcome=Outcome.ANSWERED, answered_at__gt=now - timedelta(minutes=WINDOW_MINUTES)
    ).aggregate(answered=Count("id"), talk=Avg("talk_seconds"))
    if not people:
        return WaitOutlook(place, None, None, 0, recent["answered"])
    middle = _middle_seconds(contact, place=place, people=people, answered=recent["answered"], talk=recent["talk"])
    return WaitOutlook(place, _rounded(middle * 0.6), _rounded(middle * 1.6), people, recent["answered"])


def _middle_seconds(contact: Contact, *, place: int, people: int, answered: int, talk: float | None) -> float:
    if _free_places(contact) >= place:
        return 5.0
    if answered >= _LEAST_ANSWERED:
        return place * WINDOW_MINUTES * 60 / answered
    return place * (talk or _DEFAULT_TALK_SECONDS) / (people * 2)


def _free_places(contact: Contact) -> int:
    """Places open right now with the ready people of the queue."""
    ready = Presence.objects.filter(state=PresenceState.READY, account__queue_memberships__queue_id=contact.queue_id)
    capacity = dict(AgentCapacity.objects.filter(account__presence__in=ready).values_list("pk", "total"))
    used = dict(
        Assignment.objects.filter(account__presence__in=ready, released_at=None)
        .values("account_id")
        .annotate(used=Count("id"))
        .values_list(F("account_id"), "used")
    )
    return sum(max(0, capacity.get(pk, 3) - used.get(pk, 0)) for pk in ready.values_list("pk", flat=True))


def _rounded(seconds: float) -> int:
    return max(10, int(-(-seconds // 30) * 30) if seconds > 30 else int(-(-seconds // 10) * 10))
