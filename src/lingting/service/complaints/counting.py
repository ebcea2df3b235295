"""Complaints as counters of the metrics registry, with the contacts they are measured against."""

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

_FILED = """
    SELECT {key} AS key, count(*) AS complaints_filed
    FROM complaints_complaint complaint JOIN desk_case held ON held.id = complaint.case_id
    WHERE complaint.filed_at >= %(start)s AND complaint.filed_at < %(end)s {scope}
    GROUP BY 1
"""
_CLOSED = """
    SELECT {key} AS key, count(*) AS complaints_due,
        count(*) FILTER (WHERE complaint.closed_at <= complaint.filed_at + interval '48 hours') AS complaints_in_48h
    FROM complaints_complaint complaint JOIN desk_case held ON held.id = complaint.case_id
    WHERE LEAST(complaint.closed_at, complaint.filed_at + interval '48 hours') >= %(start)s
      AND LEAST(complaint.closed_at, complaint.filed_at + interval '48 hours') < LEAST(%(end)s, %(now)s) {scope}
    GROUP BY 1
"""
_ASKED = """
    SELECT {key} AS key, count(*) FILTER (WHERE call.satisfied IS NOT NULL) AS complaint_follow_ups,
        count(*) FILTER (WHERE call.satisfied) AS complaint_satisfied
    FROM complaints_followup call JOIN complaints_complaint complaint ON complaint.id = call.complaint_id
    JOIN desk_case held ON held.id = complaint.case_id
    WHERE call.called_at >= %(start)s AND call.called_at < %(end)s {scope}
    GROUP BY 1
"""
_CONTACTS = """
    SELECT key, count(*) AS complaint_contacts FROM (
        SELECT {contact} AS key FROM routing_contact contact
        WHERE contact.entered_at >= %(start)s AND contact.entered_at < %(end)s AND contact.outcome NOT IN ('moved', 'withdrawn')
          AND (%(queues)s::bigint[] IS NULL OR contact.queue_id = ANY(%(queues)s))
          AND (%(people)s::bigint[] IS NULL OR contact.answered_by_id = ANY(%(people)s))
        UNION ALL
        SELECT {mail} AS key FROM desk_case held
        WHERE held.opened_at >= %(start)s AND held.opened_at < %(end)s AND held.channel IN ('mail', 'form') {scope}
    ) came GROUP BY 1
"""
_SCOPE = """
      AND (%(queues)s::bigint[] IS NULL OR held.queue_id = ANY(%(queues)s))
      AND (%(people)s::bigint[] IS NULL OR held.assignee_id = ANY(%(people)s))
"""


def _keys(moment: str, queue: str, person: str) -> dict[GroupBy, str]:
    return {
        GroupBy.NOTHING: "NULL::int",
        GroupBy.QUEUE: queue,
        GroupBy.AGENT: person,
        GroupBy.HOUR: f"EXTRACT(hour FROM {moment} AT TIME ZONE %(zone)s)::int",
        GroupBy.DAY: f"({moment} AT TIME ZONE %(zone)s)::date",
        GroupBy.WEEKDAY: f"EXTRACT(isodow FROM {moment} AT TIME ZONE %(zone)s)::int - 1",
    }


_HELD = ("held.queue_id", "held.assignee_id")
_DUE = "LEAST(complaint.closed_at, complaint.filed_at + interval '48 hours')"
_QUERIES = (
    (_FILED, _keys("complaint.filed_at", *_HELD)),
    (_CLOSED, _keys(_DUE, *_HELD)),
    (_ASKED, _keys("call.called_at", *_HELD)),
)
_CAME = _keys("contact.entered_at", "contact.queue_id", "contact.answered_by_id")
_MAILED = _keys("held.opened_at", *_HELD)
_NAMES = (
    "complaints_filed", "complaints_due", "complaints_in_48h", "complaint_follow_ups", "complaint_satisfied", "complaint_contacts",
)  # fmt: skip


class ComplaintCounters:
    """Complaints by when they were filed, decided (closed, or 48 hours old) and followed up; contacts by when they came."""

    counters = frozenset(_NAMES)
    groups = frozenset(GroupBy)

    def count(self, period: Period, *, group_by: GroupBy, scope: Scope, now: datetime) -> dict[object, dict[str, float]]:
        parameters: dict[str, Any] = {
            "start": period.start_at, "end": period.end_at, "zone": period.time_zone, "now": now,
            "queues": None if scope.queue_ids is None else list(scope.queue_ids),
            "people": None if scope.account_ids is None else list(scope.account_ids),
        }  # fmt: skip
        asked = [sql.format(key=keys[group_by], scope=_SCOPE) for sql, keys in _QUERIES]
        asked.append(_CONTACTS.format(contact=_CAME[group_by], mail=_MAILED[group_by], scope=_SCOPE))
        counted: dict[object, dict[str, float]] = {}
        with connection.cursor() as cursor:
            for sql in asked:
                cursor.execute(sql, parameters)
                names = [column.name for column in cursor.description][1:]
                for row in cursor.fetchall():
                    if group_by is GroupBy.AGENT and row[0] is None:
                        continue
                    counted.setdefault(row[0], {}).update(zip(names, map(float, row[1:]), strict=True))
        return counted


def _quotient(part: str, whole: str, times: float = 1.0) -> Formula:
    def formula(counters: Counters) -> float | None:
        return times * counters.get(part, 0.0) / counters[whole] if counters.get(whole) else None

    return formula


def register() -> None:
    """Called when the apps are ready."""
    register_source("complaints", ComplaintCounters())
    for key, label, unit, description, part, whole, better, target, times in (
        ("complaint_rate", _("Complaints per 1,000 contacts"), Unit.SCORE,
         _("Complaints filed for every thousand contacts through queues and letters."), "complaints_filed", "complaint_contacts",
         "down", None, 1000.0),
        ("complaints_closed_in_48h", _("Complaints closed within 48 hours"), Unit.SHARE,
         _("Share of complaints closed within 48 hours of being filed, of those closed or 48 hours old."), "complaints_in_48h",
         "complaints_due", "up", 0.95, 1.0),
        ("complaint_satisfaction", _("Satisfied after a complaint"), Unit.SHARE,
         _("Share of customers reached after the answer who give 4 or 5 of 5."), "complaint_satisfied", "complaint_follow_ups", "up",
         0.8, 1.0),
    ):  # fmt: skip
        register_metric(
            Metric(
                key=key, label=label, unit=unit, sample=whole, better=better, target=target, description=description,
                source="ISO 10002:2018; ISO 18295-1", needs=frozenset({part, whole}),
                variants=(Variant(key=key, label="", formula=_quotient(part, whole, times)),),
            )
        )  # fmt: skip
