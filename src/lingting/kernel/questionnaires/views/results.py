"""What people answered: figures over versions, the list, one response."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.questionnaires.models import Questionnaire, Response
from lingting.kernel.questionnaires.selectors import answers_shown, name_subjects
from lingting.kernel.questionnaires.statistics import Figures, figures_of, responses_in
from lingting.kernel.timeline.registry import subject_kind
from lingting.platform.ui.paging import keyset_page

VIEW_RESULTS = "questionnaires.view_results"
PERIODS = (30, 90, 365)


def _period(request: HttpRequest, now: datetime) -> tuple[str, datetime | None, datetime | None]:
    """`?days=`: 30, 90 (when nothing is said), 365 or all."""
    days = request.GET.get("days", "90")
    if days == "all":
        return days, None, None
    days = days if days in {str(one) for one in PERIODS} else "90"
    return days, now - timedelta(days=int(days)), now


def _periods() -> list[tuple[str, str]]:
    named = [(str(days), ngettext("%(count)s day", "%(count)s days", days) % {"count": days}) for days in PERIODS]
    return [*named, ("all", _("All the time"))]


def _version_id(request: HttpRequest, form: Questionnaire) -> int | None:
    wanted = request.GET.get("version", "")
    known = set(form.versions.values_list("pk", flat=True))
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19 and int(wanted) in known else None


@require_safe
@requires(VIEW_RESULTS)
def statistics(request: HttpRequest, form_id: int) -> HttpResponse:
    """Per question: distribution, mean, share, with the sample and the interval; by version and over time."""
    form = get_object_or_404(Questionnaire, pk=form_id)
    days, since, until = _period(request, timezone.now())
    version_id = _version_id(request, form)
    figures = figures_of(form, since=since, until=until, version_id=version_id)
    context = {
        "form": form, "figures": figures, "days": days, "periods": _periods(), "version_id": version_id,
        "versions": form.versions.filter(published_at__isnull=False).defer("draft").order_by("-number"), "trend": _trend(figures),
    }  # fmt: skip
    return render(request, "questionnaires/statistics.html", context)


def _trend(figures: Figures) -> dict[str, Any] | None:
    """The mean score by week or month; nothing to draw with fewer than two."""
    spells = [spell for spell in figures.spells if spell.score is not None]
    if len(spells) < 2:
        return None
    names = [date_format(timezone.localtime(spell.begins_at), "m-d") for spell in spells]
    series = [{"name": _("Mean score"), "values": [one.score for one in spells]}]
    return {"kind": "line", "format": "percent", "labels": names, "series": series}


@require_safe
@requires(VIEW_RESULTS)
def responses(request: HttpRequest, form_id: int) -> HttpResponse:
    """Who answered when about what, newest first."""
    form = get_object_or_404(Questionnaire, pk=form_id)
    days, since, until = _period(request, timezone.now())
    found = responses_in(form, since=since, until=until, version_id=_version_id(request, form)).select_related("version")
    page = keyset_page(found, order=("-answered_at", "-id"), query=request.GET)
    name_subjects(page.items)
    return render(request, "questionnaires/responses.html", {"form": form, "page": page, "days": days, "periods": _periods()})


@require_safe
@requires(VIEW_RESULTS)
def response(request: HttpRequest, response_id: int) -> HttpResponse:
    found = get_object_or_404(Response.objects.select_related("version__questionnaire"), pk=response_id)
    name_subjects([found])
    about_url = subject_kind(found.subject_type).url(found.subject_id)
    context = {"response": found, "form": found.version.questionnaire, "answers": answers_shown(found), "about_url": about_url}
    return render(request, "questionnaires/response.html", context)
