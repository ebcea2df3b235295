"""Ratings as counters of the metrics registry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from lingting.kernel.metrics.registry import GroupBy, Period, Scope, register_source

_KEYS = {
    GroupBy.NOTHING: "NULL",
    GroupBy.QUEUE: "queue_id",
    GroupBy.AGENT: "account_id",
    GroupBy.HOUR: "EXTRACT(hour FROM rated_at AT TIME ZONE %(zone)s)::int",
    GroupBy.DAY: "(rated_at AT TIME ZONE %(zone)s)::date",
    GroupBy.WEEKDAY: "EXTRACT(isodow FROM rated_at AT TIME ZONE %(zone)s)::int - 1",
}

_RATINGS = """
    SELECT {key} AS key, count(*), sum(score), count(*) FILTER (WHERE score >= 4)
    FROM feedback_rating
    WHERE rated_at >= %(start)s AND rated_at < %(end)s
      AND (%(queues)s::bigint[] IS NULL OR queue_id = ANY(%(queues)s))
      AND (%(people)s::bigint[] IS NULL OR account_id = ANY(%(people)s))
    GROUP BY 1
"""


class RatingCounters:
    """Ratings by the moment they were given."""

    counters = frozenset({"ratings", "rating_points", "satisfied"})
    groups = frozenset(GroupBy)

    def count(self, period: Period, *, group_by: GroupBy, scope: Scope, now: datetime) -> dict[object, dict[str, float]]:
        parameters: dict[str, Any] = {
            "start": period.start_at, "end": period.end_at, "zone": period.time_zone,
            "queues": None if scope.queue_ids is None else list(scope.queue_ids),
            "people": None if scope.account_ids is None else list(scope.account_ids),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_RATINGS.format(key=_KEYS[group_by]), parameters)
            return {
                key: {"ratings": float(count), "rating_points": float(points or 0), "satisfied": float(satisfied)}
                for key, count, points, satisfied in cursor.fetchall()
                if group_by is not GroupBy.AGENT or key is not None
            }


def register_counters() -> None:
    """Called when the apps are ready."""
    register_source("feedback.ratings", RatingCounters())
