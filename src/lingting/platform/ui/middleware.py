"""Middleware of every page: security headers, the person's language, refusals as toasts or pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from lingting.platform.refusals import Refusal
from lingting.platform.ui import preferences
from lingting.platform.ui.toasts import add_toast

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PERMISSIONS_POLICY = "camera=(), geolocation=(), payment=(), usb=(), microphone=(self), fullscreen=(self)"


def content_policy(nonce: str, *, frame_ancestors: str = "'none'", extra: dict[str, str] | None = None) -> str:
    """The Content-Security-Policy: our own scripts only, none inline, no eval.

    `style-src-attr` is open because rosters, bars and bands carry their measures in style
    attributes; style elements need the nonce. `extra` adds sources to a directive
    (a file store on another host: `{"img-src": "https://files.example"}`).
    """
    directives = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": f"'self' 'nonce-{nonce}'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    for directive, sources in (extra or {}).items():
        directives[directive] = f"{directives.get(directive, chr(39) + 'self' + chr(39))} {sources}"
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def framed_by(response: HttpResponseBase, ancestors: str = "*") -> HttpResponseBase:
    """Lets other sites show this page in a frame (the customer's widget); `ancestors` says which."""
    response.frame_ancestors = ancestors  # type: ignore[attr-defined]
    return response


class SecurityHeadersMiddleware:
    """Content policy, referrer policy, nosniff, permissions policy; `request.csp_nonce`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = SimpleLazyObject(lambda: secrets.token_urlsafe(16))
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if headers.get("Content-Type", "").startswith("text/html"):
            ancestors = getattr(response, "frame_ancestors", "'none'")
            policy = content_policy(str(nonce), frame_ancestors=ancestors, extra=_extra_sources())
            headers.setdefault("Content-Security-Policy", policy)
            if ancestors == "'none'":
                headers.setdefault("X-Frame-Options", "DENY")
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response


def _extra_sources() -> dict[str, str]:
    return getattr(settings, "LINGTING_CSP_SOURCES", {})


class PersonMiddleware:
    """Answers in the language of the person: account, cookie, browser, Chinese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = preferences.language(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", preferences.HTML_LANGUAGES[language])
        patch_vary_headers(response, ("Accept-Language",))
        return response


class RefusalMiddleware:
    """A refusal becomes a toast for htmx, a page for a full load; the API has its own way."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answers for a `Refusal`; everything else goes on its way."""
        if not isinstance(exception, Refusal) or request.path.startswith("/api/"):
            return None
        answer = refusal_toast(exception) if request.headers.get("HX-Request") else refusal_page(request, exception)
        if "retry_after_seconds" in exception.details:
            answer.headers["Retry-After"] = str(exception.details["retry_after_seconds"])
        return answer


def refusal_toast(refusal: Refusal) -> HttpResponseBase:
    """The answer to htmx: nothing is swapped, a toast says what to do."""
    response: Any = HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
    response.headers["HX-Reswap"] = "none"
    kind = "breach" if refusal.status in (403, 404) or refusal.status >= 500 else "warning"
    return add_toast(response, refusal, kind=kind)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a full load: what happened, what was kept, the way back."""
    context = {
        "refusal": refusal, "status": refusal.status, "fields": refusal.details.get("fields", {}),
        "was_only_opened": request.method in ("GET", "HEAD"),
    }  # fmt: skip
    return render(request, "ui/errors/refusal.html", context, status=refusal.status)
