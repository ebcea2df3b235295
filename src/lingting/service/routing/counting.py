"""Routing's facts as counters of the metrics registry: contacts through queues, and people's time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from lingting.kernel.metrics.registry import GroupBy, Period, Scope, register_source
from lingting.service.desk.models import LIVE_CHANNELS

_KEYS = {
    GroupBy.NOTHING: "NULL",
    GroupBy.QUEUE: "contact.queue_id",
    GroupBy.AGENT: "contact.answered_by_id",
    GroupBy.HOUR: "EXTRACT(hour FROM contact.entered_at AT TIME ZONE %(zone)s)::int",
    GroupBy.DAY: "(contact.entered_at AT TIME ZONE %(zone)s)::date",
    GroupBy.WEEKDAY: "EXTRACT(isodow FROM contact.entered_at AT TIME ZONE %(zone)s)::int - 1",
}

_CONTACTS = """
    SELECT {key} AS key,
        count(*) AS offered,
        count(*) FILTER (WHERE answered) AS answered,
        count(*) FILTER (WHERE is_live) AS live_offered,
        count(*) FILTER (WHERE is_live AND answered) AS live_answered,
        count(*) FILTER (WHERE is_live AND answered AND wait_seconds <= target_seconds) AS answered_in_target,
        count(*) FILTER (WHERE is_live AND gone) AS abandoned,
        count(*) FILTER (WHERE is_live AND gone AND wait_seconds <= target_seconds) AS abandoned_in_target,
        COALESCE(sum(wait_seconds) FILTER (WHERE is_live AND answered), 0) AS answer_seconds,
        count(*) FILTER (WHERE NOT is_live AND (answered OR written_due_at < %(now)s)) AS written_due,
        count(*) FILTER (WHERE NOT is_live AND answered AND wait_seconds <= response_seconds) AS written_in_time,
        count(*) FILTER (WHERE NOT is_live AND answered) AS written_answered,
        COALESCE(sum(wait_seconds) FILTER (WHERE NOT is_live AND answered), 0) AS written_seconds,
        count(*) FILTER (WHERE finished_at IS NOT NULL AND answered) AS handled,
        COALESCE(sum(talk_seconds + COALESCE(wrap_up_seconds, 0)) FILTER (WHERE finished_at IS NOT NULL AND answered), 0)
            AS handle_seconds
    FROM (
        SELECT contact.*, queue.target_seconds, queue.response_hours * 3600 AS response_seconds,
            contact.entered_at + make_interval(hours => queue.response_hours) AS written_due_at,
            contact.channel = ANY(%(live)s) AS is_live, contact.outcome = 'answered' AS answered,
            contact.outcome IN ('abandoned', 'left') AS gone
        FROM routing_contact contact JOIN desk_queue queue ON queue.id = contact.queue_id
    ) contact
    WHERE entered_at >= %(start)s AND entered_at < %(end)s AND outcome NOT IN ('moved', 'withdrawn')
      AND (%(queues)s::bigint[] IS NULL OR queue_id = ANY(%(queues)s))
      AND (%(people)s::bigint[] IS NULL OR answered_by_id = ANY(%(people)s))
    GROUP BY 1
"""


class ContactCounters:
    """Contacts by the moment they entered a queue. Those still waiting are offered but not yet answered."""

    counters = frozenset(
        {
            "offered", "answered", "live_offered", "live_answered", "answered_in_target", "abandoned", "abandoned_in_target",
            "answer_seconds", "written_due", "written_in_time", "written_answered", "written_seconds", "handled",
            "handle_seconds",
        }
    )  # fmt: skip
    groups = frozenset(GroupBy)

    def count(self, period: Period, *, group_by: GroupBy, scope: Scope, now: datetime) -> dict[object, dict[str, float]]:
        sql = _CONTACTS.format(key=_KEYS[group_by])
        by_people = group_by is GroupBy.AGENT or scope.account_ids is not None
        if by_people:
            sql = sql.replace("GROUP BY 1", "AND answered_by_id IS NOT NULL GROUP BY 1")
        counted = grouped(sql, _parameters(period, scope) | {"now": now, "live": list(LIVE_CHANNELS)})
        if by_people:
            # Whoever left unanswered left nobody's conversation: people have no abandonment.
            for counters in counted.values():
                counters.pop("abandoned"), counters.pop("abandoned_in_target")
        return counted


_TIME = """
    WITH staffed AS (
        SELECT spell.account_id,
            tstzrange(GREATEST(spell.started_at, %(start)s), LEAST(COALESCE(spell.ended_at, %(now)s), %(end)s)) AS span
        FROM routing_presencespell spell
        WHERE spell.state = 'ready' AND spell.started_at < %(end)s AND COALESCE(spell.ended_at, %(now)s) > %(start)s
          AND (%(people)s::bigint[] IS NULL OR spell.account_id = ANY(%(people)s))
    ), busy AS (
        SELECT account_id,
            tstzrange(GREATEST(started_at, %(start)s), LEAST(COALESCE(released_at, %(now)s), %(end)s)) AS span
        FROM routing_assignment
        WHERE started_at < %(end)s AND COALESCE(released_at, %(now)s) > %(start)s
          AND (%(people)s::bigint[] IS NULL OR account_id = ANY(%(people)s))
    ), together AS (
        SELECT staffed.account_id, range_agg(staffed.span) AS staffed,
            (SELECT range_agg(busy.span) FROM busy WHERE busy.account_id = staffed.account_id) AS busy
        FROM staffed GROUP BY staffed.account_id
    ), lengths AS (
        SELECT account_id,
            (SELECT sum(EXTRACT(epoch FROM upper(part) - lower(part))) FROM unnest(staffed) part) AS staffed_seconds,
            (SELECT sum(EXTRACT(epoch FROM upper(part) - lower(part))) FROM unnest(staffed * busy) part) AS busy_seconds
        FROM together
    )
    SELECT {key} AS key, COALESCE(sum(staffed_seconds), 0)::float AS staffed_seconds,
        COALESCE(sum(busy_seconds), 0)::float AS busy_seconds
    FROM lengths GROUP BY 1
"""


class TimeCounters:
    """People's time in seconds: ready for work, and of it with something in hand (several at once count once)."""

    counters = frozenset({"staffed_seconds", "busy_seconds"})
    groups = frozenset({GroupBy.AGENT})

    def count(self, period: Period, *, group_by: GroupBy, scope: Scope, now: datetime) -> dict[object, dict[str, float]]:
        key = "account_id" if group_by is GroupBy.AGENT else "NULL"
        return grouped(_TIME.format(key=key), _parameters(period, scope) | {"now": now})


def grouped(sql: str, parameters: dict[str, Any]) -> dict[object, dict[str, float]]:
    """Rows of a counting query, whose first column is the group's key, as counters by key."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description][1:]
        return {row[0]: dict(zip(names, map(float, row[1:]), strict=True)) for row in cursor.fetchall()}


def _parameters(period: Period, scope: Scope) -> dict[str, Any]:
    return {
        "start": period.start_at, "end": period.end_at, "zone": period.time_zone,
        "queues": None if scope.queue_ids is None else list(scope.queue_ids),
        "people": None if scope.account_ids is None else list(scope.account_ids),
    }  # fmt: skip


def register_counters() -> None:
    """Called when the apps are ready."""
    register_source("routing.contacts", ContactCounters())
    register_source("routing.time", TimeCounters())
