"""The preferences of somebody who is not signed in, the settings page and the offline page."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from lingting.platform.ui import navigation
from lingting.platform.ui import preferences as wishes

YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keeps language, theme and density in cookies; answers 204, or returns to `next`."""
    goal = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(goal, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(goal) if goal and allowed else HttpResponse(status=204)
    chosen = request.POST.get("language", "")
    if chosen in wishes.LANGUAGES:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    for name, cookie in wishes.COOKIES.items():
        if request.POST.get(name) in wishes.CHOICES[name]:
            _keep(response, cookie, request.POST[name])
    return response


def _keep(response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(cookie, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@require_GET
@login_required
def settings_index(request: HttpRequest) -> HttpResponse:
    """Every setting this person may change, by section; whoever may change nothing is told whom to ask."""
    return render(request, "ui/settings.html", {"sections": navigation.settings_groups(request)})


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """The page for a lost connection."""
    return render(request, "ui/errors/offline.html")


@require_GET
def palette(request: HttpRequest) -> JsonResponse:
    """Pages, acts and finders of the command palette that this person may use."""
    return JsonResponse(navigation.palette(request))
