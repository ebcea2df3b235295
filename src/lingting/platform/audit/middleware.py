"""Names the signed-in person as the actor of everything a page request writes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lingting.platform.audit.acting import Actor, acting

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class ActingMiddleware:
    """Gives every request an identifier (`X-Request-ID`, kept if a proxy brings one) and an actor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.headers.get("X-Request-ID", ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        with acting(lambda: actor_of(request), via="interface", request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


def request_id_of(given: str) -> str:
    """The identifier a proxy gave, if it is one, else a new one."""
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex


def actor_of(request: HttpRequest) -> Actor | None:
    """The signed-in person as an actor; None for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    named = getattr(user, "as_actor", None)
    if named is not None:
        return Actor(kind=str(named.kind), id=str(named.id), label=str(named.label))
    return Actor(kind="account", id=str(user.pk), label=str(user))
