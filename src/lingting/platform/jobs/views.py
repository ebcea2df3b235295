"""The page of the queue: how it stands, what failed and why, another chance for a failed job."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.platform.jobs import selectors, services
from lingting.platform.refusals import NotPermitted
from lingting.platform.ui.navigation import may

PAGE_SIZE = 50


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """`/settings/jobs/`."""
    _check(request, "jobs.view_jobs")
    before = request.GET.get("before", "")
    failed = selectors.failed_jobs(limit=PAGE_SIZE + 1, before=int(before) if before.isdecimal() and len(before) < 18 else None)
    shown = failed[:PAGE_SIZE]
    context = {
        "standing": selectors.standing(now=timezone.now()),
        "failed": shown,
        "next_before": shown[-1].id if len(failed) > PAGE_SIZE else None,
        "may_retry": may(request, "jobs.retry_jobs"),
    }
    return render(request, "jobs/overview.html", context)


@require_POST
@login_required
def retry(request: HttpRequest, job_id: int) -> HttpResponseRedirect:
    """POST `/settings/jobs/<id>/retry/`: the job goes back into the queue."""
    _check(request, "jobs.retry_jobs")
    services.retry_failed(job_id, now=timezone.now())
    messages.success(request, _("Job %(number)d is in the queue again.") % {"number": job_id})
    return redirect("jobs:overview")


def _check(request: HttpRequest, permission: str) -> None:
    if not may(request, permission):
        raise NotPermitted(_("Only who looks after the system sees background jobs. Ask an administrator."))
