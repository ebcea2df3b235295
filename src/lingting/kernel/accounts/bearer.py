"""Tokens at the API's door, and who may listen to what is live."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest
from django.utils import timezone

from lingting.kernel.accounts.locality import is_local
from lingting.kernel.accounts.services import use_token
from lingting.platform.realtime.topics import key_of
from lingting.platform.realtime.visitors import Visitor
from lingting.platform.rest import Caller


def caller_by_token(request: HttpRequest, credentials: str) -> Caller | None:
    """A personal token acts as its owner within its scopes; an application's acts as itself."""
    token = use_token(credentials, now=timezone.now())
    if token is None:
        return None
    scopes = frozenset(token.scopes)
    owner = token.owner
    if owner is None:
        return Caller(kind="application", id=str(token.pk), label=token.name, scopes=scopes)
    if owner.is_demo and not is_local(request):
        return None
    actor = owner.as_actor
    return Caller(kind=actor.kind, id=str(actor.id), label=actor.label, scopes=scopes, user=owner)


def own_account(visitor: Visitor, topics: frozenset[str]) -> Collection[str]:
    """`account:<id>`: everybody hears what is for themselves only."""
    return {topic for topic in topics if visitor.is_staff and key_of(topic) == str(visitor.id)}
