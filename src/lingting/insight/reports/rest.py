"""Figures over the API: the same registry, the same reach."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from lingting.insight.reports.questions import question_of
from lingting.insight.reports.selectors import FIGURES, service_report
from lingting.kernel.accounts.permissions import check_permission
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.platform.refusals import NotPermitted
from lingting.platform.rest import scope

router = Router(tags=["reports"])


class FigureOut(Schema):
    """`value` is a share 0-1, seconds or a count by `unit`; null where nothing was measured; `sample` is what it rests on."""

    value: float | None
    unit: str
    variant: str
    sample: int
    target: float | None


class LineOut(Schema):
    key: str
    label: str
    figures: dict[str, FigureOut]


class ReportOut(Schema):
    first: str
    last: str
    group_by: str
    whole: dict[str, FigureOut]
    lines: list[LineOut]


@router.get("/service", response=ReportOut)
@scope("reports:read")
def service(
    request: HttpRequest, period: str = "week", by: str = "day", queue: int | None = None, variant: str = ""
) -> dict[str, Any]:
    """The service report: `period` today, yesterday, week, month, quarter or custom with `from` and `to`; `by` day, hour,
    weekday, queue or agent."""
    account = request.auth.user  # type: ignore[attr-defined]
    if account is None:
        raise NotPermitted("This token acts for nobody; use a personal token for reports.")
    reach = check_permission(account, "reports.view_reports")
    now = timezone.now()
    report = service_report(question_of(request.GET, now=now), people=account_ids_within(account, reach), now=now)
    return {
        "first": report.question.first.isoformat(),
        "last": report.question.last.isoformat(),
        "group_by": report.question.group_by.value,
        "whole": _figures(report.whole),
        "lines": [{"key": str(line.key), "label": line.label, "figures": _figures(line.figures)} for line in report.lines],
    }


def _figures(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        key: {
            "value": figures[key].value, "unit": figures[key].metric.unit.value, "variant": figures[key].variant.key,
            "sample": figures[key].sample, "target": figures[key].target,
        }
        for key in FIGURES
    }  # fmt: skip
