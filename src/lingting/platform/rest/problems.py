"""Errors as `application/problem+json` (RFC 9457), in the caller's language."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lingting.platform.refusals import Refusal
from lingting.platform.rest.wording import field_name, sentence

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_ALLOWED_DETAILS = ("fields", "retry_after_seconds")


def problem(
    request: HttpRequest, *, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **members: Any
) -> HttpResponse:
    """A problem answer: `code` is stable for programs, `detail` is for people."""
    body = {
        "type": f"urn:lingting:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }
    request_id = getattr(request, "request_id", "")
    if request_id:
        body["request_id"] = request_id
    response = HttpResponse(orjson.dumps(body, default=str), status=status, content_type=CONTENT_TYPE)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem for whatever an endpoint raised. What nobody expected is logged and becomes a 500."""
    if isinstance(error, HttpError) and isinstance(error.__cause__, Refusal):
        error = error.__cause__
    if isinstance(error, Refusal):
        return refusal_problem(request, error)
    if isinstance(error, ValidationError):
        return _validation_problem(request, error)
    if isinstance(error, HttpError):
        return _http_problem(request, error)
    known = _known_problem(request, error)
    if known is not None:
        return known
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    detail = _("Something went wrong on our side; nothing was changed. Try again, and tell us the request_id if it stays.")
    return problem(request, status=500, code="internal", detail=detail)


def refusal_problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The problem for an expected failure, with `Retry-After` and `WWW-Authenticate` where they belong."""
    members = {name: refusal.details[name] for name in _ALLOWED_DETAILS if name in refusal.details}
    headers = {}
    if "retry_after_seconds" in refusal.details:
        headers["Retry-After"] = str(refusal.details["retry_after_seconds"])
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="lingting"'
    detail = str(refusal) or _("This cannot be done.")
    return problem(request, status=refusal.status, code=refusal.code, detail=detail, headers=headers, **members)


def not_found(request: HttpRequest) -> HttpResponse:
    """No such address, or no such thing."""
    detail = _("There is nothing here, or not for you. Check the address against /api/v1/docs.")
    return problem(request, status=404, code="not_found", detail=detail)


def not_allowed(request: HttpRequest, *, allowed: set[str]) -> HttpResponse:
    """The address exists but not for this method."""
    listed = ", ".join(sorted(allowed))
    detail = _("This address takes %(methods)s only.") % {"methods": listed}
    return problem(request, status=405, code="method_not_allowed", detail=detail, headers={"Allow": listed})


def _validation_problem(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, list[str]] = {}
    for found in error.errors:
        fields.setdefault(field_name(found.get("loc", ())), []).append(sentence(found))
    detail = _("Some fields are wrong. See “fields” for which and why.")
    return problem(request, status=422, code="invalid", detail=detail, fields=fields)


def _http_problem(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        detail = _("Sign in, or send a valid token in the Authorization header.")
        headers = {"WWW-Authenticate": 'Bearer realm="lingting"'}
        return problem(request, status=401, code="not_signed_in", detail=detail, headers=headers)
    codes = {400: "bad_request", 403: "not_permitted", 404: "not_found", 409: "conflict", 429: "rate_limited"}
    code = codes.get(error.status_code, "refused")
    return problem(request, status=error.status_code, code=code, detail=str(error))


def _known_problem(request: HttpRequest, error: Exception) -> HttpResponse | None:
    if isinstance(error, Http404):
        return not_found(request)
    if isinstance(error, PermissionDenied):
        detail = _("You may not do this. Ask an administrator for the permission.")
        return problem(request, status=403, code="not_permitted", detail=detail)
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return problem(request, status=413, code="body_too_large", detail=_("The request is too large. Send less at a time."))
    if isinstance(error, UnreadablePostError | SuspiciousOperation):
        return problem(request, status=400, code="bad_request", detail=_("The request could not be read. Send it again."))
    if isinstance(error, DjangoValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        detail = _("Some fields are wrong. See “fields” for which and why.")
        return problem(request, status=422, code="invalid", detail=detail, fields=fields)
    if isinstance(error, DataError):
        detail = _("A value is outside of what can be stored: a number too large or a text too long.")
        return problem(request, status=422, code="unstorable", detail=detail)
    if isinstance(error, OperationalError):
        logger.error("%s %s: the database is busy or away", request.method, request.path, exc_info=error)
        detail = _("The database is busy; nothing was changed. Try again in a moment.")
        return problem(request, status=503, code="database_busy", detail=detail, headers={"Retry-After": "1"})
    return None
