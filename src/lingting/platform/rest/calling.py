"""Who calls: a token in the Authorization header, or a signed-in page of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from lingting.platform.audit.middleware import actor_of
from lingting.platform.refusals import NotPermitted, Refusal

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSignedIn(Refusal):
    """No valid token and no session."""

    code = "not_signed_in"
    status = 401


class ForeignPage(NotPermitted):
    """A session cookie came with a request that another site may have sent."""

    code = "csrf_failed"


@dataclass(frozen=True)
class Caller:
    """Who calls the API. `kind` and `id` are those of the audit's actor.

    `scopes` None means every scope: a person working in our own pages, bound by permissions only.
    `user` is the account a token acts for, if any. `extra` is the authenticator's own.
    """

    kind: str
    id: str
    label: str = ""
    scopes: frozenset[str] | None = None
    user: Any = None
    extra: dict[str, Any] = field(default_factory=dict)

    def allows(self, scope: str) -> bool:
        """Whether a scope is granted."""
        return self.scopes is None or scope in self.scopes

    def can(self, permission: str) -> bool:
        """Whether the account behind the call holds a permission."""
        return self.user is not None and bool(self.user.can(permission))


Authenticator = Callable[[HttpRequest, str], Caller | None]
_authenticators: dict[str, Authenticator] = {}


def register_authenticator(scheme: str, check: Authenticator) -> None:
    """Lets an app check `Authorization: <scheme> <credentials>`; called in `AppConfig.ready()`.

    `check(request, credentials)` returns the caller, or None if the credentials are not valid.
    """
    _authenticators[scheme.lower()] = check


class Authentication(AuthBase):
    """Accepts the named schemes and, with `session`, a signed-in page (with its CSRF token for unsafe methods).

    The API's default is `Authentication("Bearer", session=True)`. An endpoint for visitors says
    `auth=Authentication("Visitor")`, and one open to everyone `auth=None`.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __new__(cls, *schemes: str, session: bool = False) -> Authentication:
        """Each set of schemes is a class of its own, because the OpenAPI document goes by the class's name."""
        name = "".join(scheme.title() for scheme in schemes) + "Authentication"
        return super().__new__(type(name, (cls,), {"openapi_scheme": schemes[0].lower()}))

    def __init__(self, *schemes: str, session: bool = False) -> None:
        self.schemes = frozenset(scheme.lower() for scheme in schemes)
        self.session = session
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        given = request.headers.get("Authorization", "")
        caller = self._by_header(request, given) if given else self._by_session(request)
        if caller is None:
            raise NotSignedIn(_("Sign in, or send a valid token in the Authorization header."), schemes=sorted(self.schemes))
        return caller

    def _by_header(self, request: HttpRequest, given: str) -> Caller | None:
        scheme, _space, credentials = given.partition(" ")
        credentials = credentials.strip()
        check = _authenticators.get(scheme.lower())
        if scheme.lower() not in self.schemes or check is None or not credentials or len(credentials) > 4096:
            return None
        return check(request, credentials)

    def _by_session(self, request: HttpRequest) -> Caller | None:
        user = getattr(request, "user", None)
        if not self.session or user is None or not user.is_authenticated:
            return None
        if request.method not in SAFE_METHODS and check_csrf(request) is not None:
            raise ForeignPage(_("This request did not come from a page of ours. Reload the page and try again."))
        actor = actor_of(request)
        if actor is None:
            return None
        return Caller(kind=actor.kind, id=actor.id, label=actor.label, user=user)


def caller_of(request: HttpRequest) -> Caller | None:
    """The caller an `Authentication` found; None on an open endpoint."""
    found = getattr(request, "auth", None)
    return found if isinstance(found, Caller) else None


def caller_key(request: HttpRequest) -> str:
    """A name for whoever calls, to count and remember by; open endpoints share one."""
    caller = caller_of(request)
    return f"{caller.kind}:{caller.id}" if caller is not None else "open"
