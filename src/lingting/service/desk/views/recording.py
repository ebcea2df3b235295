"""A case's own fields and the time spent on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.service.desk import selectors, services
from lingting.service.desk.views.requests import changed


@require_POST
@requires("desk.view_cases")
def field(request: HttpRequest, case_id: int, field_id: int) -> HttpResponse:
    """Writes one field of the case; empty text empties it."""
    selectors.access_case_to(request.user, case_id, permission="desk.answer_cases")
    text = request.POST.get("value", "")
    services.set_field(case_id, field_id=field_id, text=text, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def time_spent(request: HttpRequest, case_id: int) -> HttpResponse:
    """Notes minutes of the person's own work, today unless a day is given."""
    selectors.access_case_to(request.user, case_id, permission="desk.answer_cases")
    now = timezone.now()
    minutes = request.POST.get("minutes", "")
    try:
        day = parse_date(request.POST.get("day", "")) or timezone.localdate(now)
    except ValueError:
        raise services.BadFieldValue(_("Enter a date such as 2026-12-24.")) from None
    services.note_time(
        case_id,
        minutes=int(minutes) if minutes.isdigit() and len(minutes) < 6 else 0,
        spent_date=day,
        note=request.POST.get("note", ""),
        account_id=request.user.pk,
        now=now,
    )
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def time_removal(request: HttpRequest, case_id: int, time_id: int) -> HttpResponse:
    """Takes one's own note of time away."""
    selectors.access_case_to(request.user, case_id, permission="desk.answer_cases")
    services.drop_time(time_id, case_id=case_id, account_id=request.user.pk)
    return changed(request, case_id)
