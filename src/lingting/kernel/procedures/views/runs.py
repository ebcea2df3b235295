"""Steps at work: one's own, the run of a subject, and what to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from lingting.kernel.accounts.permissions import requires


@requires()
def open_steps(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@requires()
def step(request: HttpRequest, step_run_id: int) -> HttpResponse:
    return HttpResponse()


@requires()
def reading(request: HttpRequest, version_id: int) -> HttpResponse:
    return HttpResponse()
