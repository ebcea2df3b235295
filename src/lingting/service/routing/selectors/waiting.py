"""What a waiting customer is told: their place, and an honest range of minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from lingting.platform.database.binding import bound_cursor
from lingting.service.routing.models import Contact
from lingting.service.routing.services.loads import DEFAULT_CAPACITY

WINDOW_MINUTES = 60
_DEFAULT_TALK_SECONDS = 420.0
_LEAST_ANSWERED = 8

_STANDING = """
    WITH ready AS (
        SELECT presence.account_id FROM routing_presence presence JOIN routing_queuemember member USING (account_id)
        WHERE member.queue_id = %(queue)s::bigint AND presence.state = 'ready'
    ), used AS (
        SELECT account_id, count(*) AS contacts FROM routing_assignment JOIN ready USING (account_id)
        WHERE released_at IS NULL GROUP BY account_id
    ), recent AS (
        SELECT count(*) AS answered, avg(talk_seconds) AS talk FROM routing_contact
        WHERE queue_id = %(queue)s::bigint AND outcome = 'answered' AND answered_at > %(since)s::timestamptz
    )
    SELECT (SELECT count(*) FROM routing_contact
            WHERE queue_id = %(queue)s::bigint AND ended_at IS NULL
              AND (priority > %(points)s::integer OR (priority = %(points)s::integer AND entered_at < %(entered_at)s::timestamptz))),
           (SELECT count(*) FROM ready),
           (SELECT coalesce(sum(greatest(0, coalesce(capacity.total, %(capacity)s::integer) - coalesce(used.contacts, 0))), 0)::integer
            FROM ready LEFT JOIN routing_agentcapacity capacity USING (account_id) LEFT JOIN used USING (account_id)),
           recent.answered, recent.talk
    FROM recent
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


def outlook(contact: Contact, *, now: datetime) -> WaitOutlook:
    """A contact's place in its queue and its expected wait.

    With enough recent answers the wait is place over the queue's answering rate (Little's law); otherwise
    the people on duty, their capacity and the average talk time say how fast places come free. With nobody on
    duty there is no estimate. The range is a factor of 0.6 to 1.6 about the middle, rounded up to half minutes.
    """
    with bound_cursor(connection) as cursor:
        cursor.execute(
            _STANDING,
            {
                "queue": contact.queue_id, "points": contact.priority, "entered_at": contact.entered_at,
                "since": now - timedelta(minutes=WINDOW_MINUTES), "capacity": DEFAULT_CAPACITY,
            },
        )  # fmt: skip
        ahead, people, free, answered, talk = cursor.fetchone()
    if not people:
        return WaitOutlook(ahead + 1, None, None, 0, answered)
    middle = _middle_seconds(ahead + 1, free=free, people=people, answered=answered, talk=talk)
    return WaitOutlook(ahead + 1, _rounded(middle * 0.6), _rounded(middle * 1.6), people, answered)


def _middle_seconds(place: int, *, free: int, people: int, answered: int, talk: float | None) -> float:
    if free >= place:
        return 5.0
    if answered >= _LEAST_ANSWERED:
        return place * WINDOW_MINUTES * 60 / answered
    return place * (talk or _DEFAULT_TALK_SECONDS) / (people * 2)


def _rounded(seconds: float) -> int:
    return max(10, int(-(-seconds // 30) * 30) if seconds > 30 else int(-(-seconds // 10) * 10))
