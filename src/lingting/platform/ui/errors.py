"""The error pages (`handler400` to `handler500`, `CSRF_FAILURE_VIEW`): they work when little else does."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from lingting.platform.ui import preferences as wishes
from lingting.platform.ui.context import Shell


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler400`."""
    return error_page(request, "400")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler403`."""
    return error_page(request, "403")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`."""
    return error_page(request, "404")


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: asks neither the database nor the session."""
    return error_page(request, "500")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`: the page was open too long, or cookies are off."""
    return error_page(request, "csrf", status=403)


def error_page(request: HttpRequest, name: str, *, status: int = 0) -> HttpResponse:
    """An error page in the language of the person, as far as it was asked for already; works before any middleware ran."""
    visitor = _visitor(request)
    with translation.override(getattr(request, "LANGUAGE_CODE", "") or wishes.language(visitor)):
        page = render_to_string(f"ui/errors/{name}.html", {"shell": Shell(visitor), "request": visitor})
    return HttpResponse(page, status=status or int(name))


def _visitor(request: HttpRequest) -> HttpRequest:
    """The same request from nobody in particular: no session, so no database is asked."""
    visitor = HttpRequest()
    visitor.method, visitor.path, visitor.META = "GET", request.path, request.META
    visitor.COOKIES = {name: value for name, value in request.COOKIES.items() if name != settings.SESSION_COOKIE_NAME}
    visitor.csp_nonce = getattr(request, "csp_nonce", "")  # type: ignore[attr-defined]
    return visitor
