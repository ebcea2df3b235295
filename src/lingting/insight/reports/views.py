"""The service report on screen and as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lingting.insight.reports import presenting
from lingting.insight.reports.questions import GROUPS, PERIODS, question_of
from lingting.insight.reports.selectors import Report, service_report
from lingting.kernel.accounts.permissions import check_permission, requires
from lingting.kernel.metrics.registry import metric
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.platform.tables import table_response
from lingting.service.desk.models import Queue

VIEW, EXPORT = "reports.view_reports", "reports.export_reports"


def _report(request: HttpRequest) -> Report:
    """The asked report; people's figures within the reader's reach, queues' figures as the wallboard shows them."""
    reach = check_permission(request.user, VIEW)
    now = timezone.now()
    return service_report(question_of(request.GET, now=now), people=account_ids_within(request.user, reach), now=now)


@requires(VIEW)
def service(request: HttpRequest) -> HttpResponse:
    """Volume, service level, speed of answer, abandonment, handling time and satisfaction by queue, agent, hour or day."""
    report = _report(request)
    context: dict[str, Any] = {
        "report": report,
        "question": report.question,
        "cards": presenting.cards(report),
        "charts": presenting.charts(report),
        "table": presenting.table(report),
        "periods": PERIODS.items(),
        "groups": [(group.value, label) for group, label in GROUPS.items()],
        "queues": Queue.objects.all(),
        "variants": metric("service_level").variants,
        "may_export": request.user.can(EXPORT),
    }
    return render(request, "reports/service.html", context)


@requires(EXPORT)
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The table as a file."""
    report = _report(request)
    head, rows = presenting.export_rows(report)
    name = f"{_('Service report')}-{report.question.first}-{report.question.last}-{report.question.group_by}"
    return table_response([head, *rows], form=kind, name=name, title=_("Service report"))
