"""What surrounds every endpoint: size, language, actor, scope, limits, repeated requests, one transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.operation import Operation

from lingting.platform.audit import acting
from lingting.platform.refusals import NotPermitted
from lingting.platform.rest.calling import caller_key, caller_of
from lingting.platform.rest.idempotency import HEADER, REPLAYED, claim_of, once
from lingting.platform.rest.limits import check_rate
from lingting.platform.rest.marks import Marks
from lingting.platform.rest.parsing import check_address_line, check_form, check_size

PREFLIGHT_SECONDS = 86_400
_EXPOSED = f"Retry-After, {REPLAYED}, X-Request-ID"


class ScopeMissing(NotPermitted):
    """The token lacks the endpoint's scope."""

    code = "scope_missing"


def run_guarded(
    request: HttpRequest, *, run: Callable[..., HttpResponseBase], marks: Marks, api: NinjaAPI, **path_values: Any
) -> HttpResponseBase:
    """Runs an operation in the caller's language, after the checks that need no body."""
    with _language(request):
        try:
            check_size(request, largest_bytes=marks.largest_body_bytes)
            check_address_line(request)
            response = run(request, **path_values)
        except Exception as error:  # noqa: BLE001  an entry point: everything becomes a problem
            response = api.on_exception(request, error)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Cache-Control", "no-store")
        if marks.is_cross_origin:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = _EXPOSED
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


def conduct(handler: Callable[..., Any], *, marks: Marks, api: NinjaAPI, operation: Operation) -> Callable[..., HttpResponseBase]:
    """The handler with all that comes between a valid request and its answer.

    In this order: scope, limits, then, for a POST with a key, one transaction around the handler and the keeping of
    its answer.
    """

    @functools.wraps(handler)
    def conducted(request: HttpRequest, **values: Any) -> HttpResponseBase:
        check_form(request)
        _check_scope(request, scope=marks.scope)
        now = timezone.now()
        for key, limit in marks.counts(request):
            check_rate(key, limit=limit, now=now)

        def work() -> HttpResponse:
            prepared = next((value for value in values.values() if isinstance(value, HttpResponse)), None)
            result = handler(request, **values)
            return operation._result_to_response(  # type: ignore[return-value]
                request, result, prepared or api.create_temporal_response(request)
            )

        claim = claim_of(request, owner=caller_key(request)) if request.method == "POST" else None
        with _acting(request):
            return work() if claim is None else once(claim, work=work, now=now)

    return conducted


def preflight(*, methods: set[str]) -> HttpResponse:
    """The answer to a browser that asks whether another site's page may call."""
    response = HttpResponse(status=204)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
    response.headers["Access-Control-Allow-Headers"] = f"Authorization, Content-Type, Accept-Language, {HEADER}"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def _check_scope(request: HttpRequest, *, scope: str) -> None:
    caller = caller_of(request)
    if scope and caller is not None and not caller.allows(scope):
        raise ScopeMissing(_("This token lacks the scope %(scope)s. Ask whoever made it to add it.") % {"scope": scope})


def _acting(request: HttpRequest) -> AbstractContextManager[Any]:
    caller = caller_of(request)
    if caller is None:
        return nullcontext()
    return acting(caller, via="api")


@contextmanager
def _language(request: HttpRequest) -> Iterator[None]:
    """Programs get the language they ask for; our own pages keep the language of the person."""
    if "Authorization" in request.headers or not request.COOKIES:
        with translation.override(translation.get_language_from_request(request)):
            yield
    else:
        yield
