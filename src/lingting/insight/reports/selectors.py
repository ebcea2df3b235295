"""The service report: the registry's figures over a period, broken down and compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format

from lingting.insight.reports.questions import Question
from lingting.kernel.accounts.models import Account
from lingting.kernel.metrics.registry import GroupBy, Scope
from lingting.kernel.metrics.selectors import Measurement, Row, measure
from lingting.platform.ui.tags.moments import date_text
from lingting.service.desk.models import Queue

FIGURES = ("offered", "service_level", "asa", "abandonment", "written_level", "written_speed", "aht", "csat")


@dataclass(frozen=True)
class ReportLine:
    """A line of the table: what it is about, and its figures."""

    key: object
    label: str
    figures: dict[str, Measurement]


@dataclass(frozen=True)
class Report:
    """The whole with its trend against the period before, and the lines of the breakdown."""

    question: Question
    whole: dict[str, Measurement]
    before: dict[str, Measurement]
    lines: list[ReportLine]


def service_report(question: Question, *, people: Collection[int] | None, now: datetime) -> Report:
    """Measures everything the report shows; the same registry as the wallboard.

    `people` limits whose figures are shown when it is broken down by agent (None: everyone's). Queues belong to no
    one: their figures are the same for every reader, so that report and wallboard never disagree.
    """
    queue_ids = None if question.queue_id is None else [question.queue_id]
    scope = Scope(queue_ids=queue_ids, account_ids=people if question.group_by is GroupBy.AGENT else None)
    variants = {"service_level": question.variant}
    [whole] = measure(FIGURES, question.span, now=now, scope=scope, variants=variants)
    [before] = measure(FIGURES, question.span_before, now=now, scope=scope, variants=variants)
    rows = measure(FIGURES, question.span, now=now, group_by=question.group_by, scope=scope, variants=variants)
    return Report(question, whole.figures, before.figures, _lines(rows, question))


def _lines(rows: list[Row], question: Question) -> list[ReportLine]:
    """Labels for the groups; days and hours without any contact are there too, so that the line has no false jumps."""
    names = _names(rows, question.group_by)
    return [ReportLine(row.key, names.get(row.key) or str(row.key), row.figures) for row in rows]


def _names(rows: list[Row], group_by: GroupBy) -> dict[object, str]:
    if group_by is GroupBy.QUEUE:
        return {queue.pk: queue.name for queue in Queue.objects.all()}
    if group_by is GroupBy.AGENT:
        return dict(Account.objects.filter(pk__in=[row.key for row in rows]).values_list("pk", "display_name"))
    if group_by is GroupBy.HOUR:
        return {hour: f"{hour:02d}:00" for hour in range(24)}
    if group_by is GroupBy.WEEKDAY:
        monday = date(2026, 11, 16)
        return {day: date_format(monday + timedelta(days=day), "l") for day in range(7)}
    return {row.key: date_text(row.key) if isinstance(row.key, date) else str(row.key) for row in rows}
