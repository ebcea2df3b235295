"""What a waiting customer is told: their place, and an honest range of minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.remembering import remembered
from lingting.service.routing.models import Contact
from lingting.service.routing.services.loads import DEFAULT_CAPACITY

WINDOW_MINUTES = 60
_DEFAULT_TALK_SECONDS = 420.0
_LEAST_ANSWERED = 8

_AHEAD = """
    SELECT mine.id, (
        SELECT count(*) FROM routing_contact other WHERE other.queue_id = mine.queue_id AND other.ended_at IS NULL
           AND (-other.priority, other.entered_at, other.id) < (-mine.priority, mine.entered_at, mine.id))
    FROM routing_contact mine WHERE mine.id = ANY(%s::bigint[])
"""
_ON_DUTY = """
    WITH ready AS (
        SELECT presence.account_id FROM routing_presence presence JOIN routing_queuemember member USING (account_id)
        WHERE member.queue_id = %(queue)s::bigint AND presence.state = 'ready'
    ), used AS (
        SELECT account_id, count(*) AS contacts FROM routing_assignment JOIN ready USING (account_id)
        WHERE released_at IS NULL GROUP BY account_id
    )
    SELECT count(*),
           coalesce(sum(greatest(0, coalesce(capacity.total, %(capacity)s::integer) - coalesce(used.contacts, 0))), 0)::integer
    FROM ready LEFT JOIN routing_agentcapacity capacity USING (account_id) LEFT JOIN used USING (account_id)
"""
_LATELY = """
    SELECT count(*), avg(talk_seconds) FROM routing_contact
    WHERE queue_id = %s::bigint AND outcome = 'answered' AND entered_at > now() - %s * interval '1 minute'
"""


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


def outlook(contact: Contact) -> WaitOutlook:
    """A contact's place in its queue and its expected wait.

    With enough answers in the last hour the wait is place over the queue's answering rate (Little's law); otherwise
    the people on duty, their capacity and the average talk time say how fast places come free. With nobody on
    duty there is no estimate. The range is a factor of 0.6 to 1.6 about the middle, rounded up to half minutes.
    """
    return outlooks([contact])[contact.pk]


def outlooks(contacts: Sequence[Contact]) -> dict[int, WaitOutlook]:
    """The same for many, by contact; one statement, others every two seconds at most."""
    on_duty = {queue_id: _on_duty(queue_id) for queue_id in {contact.queue_id for contact in contacts}}
    with bound_cursor(connection) as cursor:
        cursor.execute(_AHEAD, [[contact.pk for contact in contacts]])
        ahead = dict(cursor.fetchall())
    return {each.pk: _outlook(each.queue_id, ahead=ahead.get(each.pk, 0), on_duty=on_duty[each.queue_id]) for each in contacts}


def _outlook(queue_id: int, *, ahead: int, on_duty: tuple[int, int]) -> WaitOutlook:
    people, free = on_duty
    answered, talk = _lately(queue_id)
    if not people:
        return WaitOutlook(ahead + 1, None, None, 0, answered)
    middle = _middle_seconds(ahead + 1, free=free, people=people, answered=answered, talk=talk)
    return WaitOutlook(ahead + 1, _rounded(middle * 0.6), _rounded(middle * 1.6), people, answered)


@remembered()
def _on_duty(queue_id: int) -> tuple[int, int]:
    """How many serve a queue now, and how many contacts they have room for; an estimate that may be two seconds old."""
    with bound_cursor(connection) as cursor:
        cursor.execute(_ON_DUTY, {"queue": queue_id, "capacity": DEFAULT_CAPACITY})
        found: tuple[int, int] = cursor.fetchone()
    return found


@remembered()
def _lately(queue_id: int) -> tuple[int, float | None]:
    """How many of the last hour's contacts were answered and how long they took; an estimate that may be two seconds old."""
    with bound_cursor(connection) as cursor:
        cursor.execute(_LATELY, [queue_id, WINDOW_MINUTES])
        found: tuple[int, float | None] = cursor.fetchone()
    return found


def _middle_seconds(place: int, *, free: int, people: int, answered: int, talk: float | None) -> float:
    if free >= place:
        return 5.0
    if answered >= _LEAST_ANSWERED:
        return place * WINDOW_MINUTES * 60 / answered
    return place * (talk or _DEFAULT_TALK_SECONDS) / (people * 2)


def _rounded(seconds: float) -> int:
    return max(10, int(-(-seconds // 30) * 30) if seconds > 30 else int(-(-seconds // 10) * 10))
