"""How procedures are used and where they are late."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.procedures import selectors
from lingting.kernel.procedures.models import Procedure

PERIODS = (7, 30, 90, 365)


@require_safe
@requires("procedures.view_reports")
def report(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """`?days=30`: runs, and count, median, p90 and late share of every step."""
    found = get_object_or_404(Procedure, pk=procedure_id)
    given = request.GET.get("days", "")
    days = int(given) if given in {str(period) for period in PERIODS} else 30
    until = timezone.now()
    since = until - timedelta(days=days)
    context = {
        "procedure": found, "days": days, "periods": PERIODS, "since": since, "until": until,
        "runs": selectors.run_figures(found, since=since, until=until),
        "steps": selectors.step_figures(found, since=since, until=until),
    }  # fmt: skip
    return render(request, "procedures/report.html", context)
