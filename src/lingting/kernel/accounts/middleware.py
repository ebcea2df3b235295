"""Who is there: the account read beside the session, else found as Django does."""

from __future__ import annotations

from typing import Any

from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lingting.kernel.accounts.sessions import person_of


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's `request.user`, without a query of its own when the session brought the person along."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]


def _person(request: HttpRequest) -> Any:
    found = request.__dict__.get("_cached_user")
    if found is None:
        found = request.__dict__["_cached_user"] = person_of(request.session) or auth.get_user(request)
    return found
