"""Who is listening: authenticators turn a request's credentials into a `Visitor`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils.module_loading import import_string

STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who listens.

    `kind` is `"staff"` for an account, or a word of the app that knows the person
    (`"customer"`); `id` is unique within the kind. `facts` carries what topic checks want
    to know without asking the database again (a conversation id, a set of teams).
    """

    kind: str
    id: int | str
    facts: Mapping[str, object] = field(default_factory=dict, hash=False, compare=False)

    @property
    def is_staff(self) -> bool:
        return self.kind == STAFF


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """The credentials of one live request.

    `cookies` is empty whenever a token came along, so a token connection can never borrow
    the powers of a session. `authorization` is the whole header value.
    """

    cookies: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    authorization: str = ""
    client: str = ""
    language: str = ""

    @property
    def has_token(self) -> bool:
        return bool(self.token or self.authorization)


Authenticator = Callable[[LiveRequest], Visitor | None]

_authenticators: list[Authenticator] = []


def register_authenticator(authenticator: Authenticator) -> Authenticator:
    """Add a way to recognise a visitor; also usable as a decorator.

    It runs in a thread with Django's ORM at connect and again every minute. It returns
    `None` for credentials that are not its own or no longer good; the first visitor wins.
    """
    if authenticator not in _authenticators:
        _authenticators.append(authenticator)
    return authenticator


def recognise(request: LiveRequest) -> Visitor | None:
    """The visitor behind a request's credentials, or `None`. Reads the database."""
    for authenticator in _authenticators:
        visitor = authenticator(request)
        if visitor is not None:
            return visitor
    return None


def visitor_from_session(request: LiveRequest) -> Visitor | None:
    """The signed-in member of staff behind Django's session cookie.

    Ready for `kernel.accounts` to register. Checks that the session has not expired, that
    the password has not changed since, and that the account is active.
    """
    key = request.cookies.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    django_request = HttpRequest()
    engine = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    django_request.session = engine(key)
    user = get_user(django_request)
    if not user.is_authenticated or not user.is_active:
        return None
    return Visitor(STAFF, user.pk)
