"""The pass a browser carries: in a cookie of the portal, checked at every page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from lingting.platform.rest import Rate, address, check_rate
from lingting.service.portal import services
from lingting.service.portal.models import Pass
from lingting.service.portal.services import LinkIsOver

COOKIE, DAYS = "lingting_portal", 90
READS = Rate(120, per=60, burst=60)


def pass_of(request: HttpRequest) -> Pass | None:
    try:
        return services.access_pass(request.COOKIES.get(COOKIE, ""), now=timezone.now())
    except LinkIsOver:
        return None


def with_pass(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives a view the pass of its visitor; without one the way leads to the sign-in. Nothing is kept by caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        check_rate(f"portal:{address(request)}", limit=READS, now=timezone.now())
        found = pass_of(request)
        response = redirect("portal:sign-in") if found is None else view(request, found, *args, **given)
        return private(response)

    return guarded


def let_in(request: HttpRequest, *, secret: str, to: str) -> HttpResponse:
    """Keeps a pass in the browser and goes on."""
    response = redirect(to)
    response.set_cookie(
        COOKIE, secret, max_age=DAYS * 86_400, path=reverse("portal:home"), httponly=True, samesite="Lax",
        secure=request.is_secure(),
    )  # fmt: skip
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
