"""What an endpoint says about itself: its scope, limits, size, and whether other sites' pages may call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import HttpRequest

from lingting.platform.rest.addresses import address, neighbourhood
from lingting.platform.rest.calling import caller_key
from lingting.platform.rest.limits import Rate

Handler = TypeVar("Handler", bound=Callable[..., Any])
_ATTRIBUTE = "_lingting_marks"


def by_address(request: HttpRequest) -> str:
    """Counts per address (per /64 network for IPv6)."""
    return neighbourhood(address(request))


def by_caller(request: HttpRequest) -> str:
    """Counts per caller."""
    return caller_key(request)


@dataclass
class Marks:
    """All that was said about one endpoint."""

    scope: str = ""
    largest_body_bytes: int = 0
    is_cross_origin: bool = False
    limits: list[tuple[str, Rate, Callable[[HttpRequest], str]]] = field(default_factory=list)

    def counts(self, request: Any) -> list[tuple[str, Rate]]:
        """What a call counts under, with how often that may be. The request says who calls (`auth`) and from where."""
        return [(f"{name}|{by(request)}", limit) for name, limit, by in self.limits]


_scopes: dict[str, list[str]] = {}


def scope(name: str) -> Callable[[Handler], Handler]:
    """A token needs this scope (`desk:read`). Stands under `@router.get(...)`."""

    def mark(handler: Handler) -> Handler:
        marks_of(handler).scope = name
        _scopes.setdefault(name, []).append(f"{handler.__module__}.{handler.__qualname__}")
        return handler

    return mark


def declared_scopes() -> dict[str, list[str]]:
    """Every scope an endpoint asked for, with those endpoints; complete once all routers are imported."""
    return {name: list(handlers) for name, handlers in sorted(_scopes.items())}


def limited(limit: Rate, *, name: str, by: Callable[[HttpRequest], str] = by_caller) -> Callable[[Handler], Handler]:
    """At most so many calls for each value of `by(request)`; checked before the endpoint's transaction begins.

    Endpoints with the same `name` share the count.
    """

    def mark(handler: Handler) -> Handler:
        marks_of(handler).limits.append((name, limit, by))
        return handler

    return mark


def largest_body(size_bytes: int) -> Callable[[Handler], Handler]:
    """Another limit for the request body than the API's (1 MB for JSON)."""

    def mark(handler: Handler) -> Handler:
        marks_of(handler).largest_body_bytes = size_bytes
        return handler

    return mark


def cross_origin(handler: Handler) -> Handler:
    """Pages of any other site may call this endpoint (without cookies: credentials come in the header)."""
    marks_of(handler).is_cross_origin = True
    return handler


def marks_of(handler: Callable[..., Any]) -> Marks:
    """The marks of an endpoint's function, made on first use."""
    found = getattr(handler, _ATTRIBUTE, None)
    if found is None:
        found = Marks()
        setattr(handler, _ATTRIBUTE, found)
    return found
