"""Promises as counters of the metrics registry: kept and decided, by the moment they were decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lingting.kernel.metrics.registry import (
    Counters,
    Formula,
    GroupBy,
    Metric,
    Period,
    Scope,
    Unit,
    Variant,
    register_metric,
    register_source,
)

_DECIDED = "COALESCE(clock.breached_at, clock.ended_at)"
_KEYS = {
    GroupBy.NOTHING: "NULL",
    GroupBy.QUEUE: "held.queue_id",
    GroupBy.AGENT: "held.assignee_id",
    GroupBy.HOUR: f"EXTRACT(hour FROM {_DECIDED} AT TIME ZONE %(zone)s)::int",
    GroupBy.DAY: f"({_DECIDED} AT TIME ZONE %(zone)s)::date",
    GroupBy.WEEKDAY: f"EXTRACT(isodow FROM {_DECIDED} AT TIME ZONE %(zone)s)::int - 1",
}
_PROMISES = """
    SELECT {key} AS key,
        count(*) FILTER (WHERE kind.key = 'first-answer'),
        count(*) FILTER (WHERE kind.key = 'first-answer' AND clock.breached_at IS NULL),
        count(*) FILTER (WHERE kind.key = 'resolution'),
        count(*) FILTER (WHERE kind.key = 'resolution' AND clock.breached_at IS NULL)
    FROM clocks_clock clock JOIN clocks_kind kind ON kind.id = clock.kind_id
    JOIN desk_case held ON held.id = clock.subject_id
    WHERE clock.subject_kind = 'desk.case' AND kind.key IN ('first-answer', 'resolution')
      AND (clock.breached_at IS NOT NULL OR clock.state = 'stopped')
      AND {decided} >= %(start)s AND {decided} < %(end)s
      AND (%(queues)s::bigint[] IS NULL OR held.queue_id = ANY(%(queues)s))
      AND (%(people)s::bigint[] IS NULL OR held.assignee_id = ANY(%(people)s))
    GROUP BY 1
"""
_NAMES = ("first_answers_due", "first_answers_kept", "resolutions_due", "resolutions_kept")


class PromiseCounters:
    """Promises about cases that were kept or breached within a period."""

    counters = frozenset(_NAMES)
    groups = frozenset(GroupBy)

    def count(self, period: Period, *, group_by: GroupBy, scope: Scope, now: datetime) -> dict[object, dict[str, float]]:
        parameters: dict[str, Any] = {
            "start": period.start_at, "end": period.end_at, "zone": period.time_zone,
            "queues": None if scope.queue_ids is None else list(scope.queue_ids),
            "people": None if scope.account_ids is None else list(scope.account_ids),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_PROMISES.format(key=_KEYS[group_by], decided=_DECIDED), parameters)
            return {
                row[0]: dict(zip(_NAMES, map(float, row[1:]), strict=True))
                for row in cursor.fetchall()
                if group_by is not GroupBy.AGENT or row[0] is not None
            }


def _share(kept: str, due: str) -> Formula:
    def formula(counters: Counters) -> float | None:
        return counters[kept] / counters[due] if counters.get(due) else None

    return formula


def register() -> None:
    """Called when the apps are ready."""
    register_source("promises.clocks", PromiseCounters())
    for key, label, description, kept, due in (
        ("first_answer_kept", _("First answers in time"), _("Share of promised first answers that came before they were due."),
         "first_answers_kept", "first_answers_due"),
        ("resolution_kept", _("Resolved in time"), _("Share of promised resolutions that came before they were due."),
         "resolutions_kept", "resolutions_due"),
    ):  # fmt: skip
        register_metric(
            Metric(
                key=key, label=label, unit=Unit.SHARE, sample=due, better="up", target=0.95, description=description,
                source="ISO 18295-1; GB/T 35780", needs=frozenset({kept, due}),
                variants=(Variant(key=key, label="", formula=_share(kept, due)),),
            )
        )  # fmt: skip
