"""Every page asks who comes: strangers go to the sign-in, an agent is refused what her role does not hold,
and every API operation wants credentials. New apps are covered without a word here; what is public is listed below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from lingting.demo.world import World

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}

PUBLIC_PAGES = frozenset({
    "healthz", "readyz",
    # signing in, and what its page needs
    "accounts:sign-in", "accounts:demo-sign-in", "accounts:first-administrator", "accounts:preferences",
    "ui:preferences", "ui:palette", "ui:offline",
    # what customers' browsers load
    "chat:widget-script", "demo:shop",
})  # fmt: skip
"""Pages that strangers may open, by URL name."""

PUBLIC_NAMESPACES = frozenset({"help", "orderlink", "portal"})
"""Namespaces made for customers: every page in them is open."""

PUBLIC_OPERATIONS: frozenset[tuple[str, str]] = frozenset({
    ("GET", "/api/v1/chat/widgets/{key}"), ("POST", "/api/v1/chat/visits"),
    ("GET", "/api/v1/knowledge/articles"), ("GET", "/api/v1/knowledge/articles/search"),
    ("GET", "/api/v1/knowledge/articles/{article_id}"),
})  # fmt: skip
"""API operations open to strangers; each limits its rate."""

SAMPLES = ("1", "x", "zh", "en", "2026-11-17", "00000000-0000-4000-8000-000000000000")
"""What may stand in an address; the first that a converter takes is used."""
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<\w+>([^()]*)\)")
_REFUSED = {401, 403, 404, 405}


@dataclass(frozen=True)
class PageView:
    """A page with a sample of its address."""

    name: str
    path: str
    view: Any

    @property
    def is_public(self) -> bool:
        return self.name in PUBLIC_PAGES or self.name.rpartition(":")[0] in PUBLIC_NAMESPACES


def pages() -> list[PageView]:
    """Every page of the installation; the API has its own test."""
    return [page for page in _walk(get_resolver().url_patterns, prefix="/", namespace="") if not page.path.startswith("/api/")]


def _walk(patterns: list[URLPattern | URLResolver], *, prefix: str, namespace: str) -> Iterator[PageView]:
    for pattern in patterns:
        address = prefix + _sample_of(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}:{pattern.namespace}" if namespace and pattern.namespace else pattern.namespace or namespace
            yield from _walk(pattern.url_patterns, prefix=address, namespace=inner)
        else:
            yield PageView(f"{namespace}:{pattern.name}" if namespace else str(pattern.name), address, pattern.callback)


def _sample_of(pattern: URLPattern | URLResolver) -> str:
    """An address that the pattern takes; a test that cannot make one says so."""
    converters = getattr(pattern.pattern, "converters", {})

    def fill(place: re.Match[str]) -> str:
        return _sample_for(converters[place[1]].regex)

    def fill_group(group: re.Match[str]) -> str:
        return _sample_for(group[1])

    if isinstance(pattern.pattern, RegexPattern):
        return _GROUP.sub(fill_group, str(pattern.pattern)).strip("^$")
    return _PLACE.sub(fill, str(pattern.pattern))


def _sample_for(regex: str) -> str:
    """Something an expression takes: one of the samples, or one of its own alternatives."""
    for sample in (*SAMPLES, *regex.split("|")):
        if re.fullmatch(regex, sample):
            return sample
    raise LookupError(f"add to SAMPLES something that {regex} takes")


def _asks(answer: Any) -> bool:
    """The answer sends to the sign-in or refuses."""
    if answer.status_code in (301, 302):
        return bool(answer.url.startswith(resolve_url(settings.LOGIN_URL)))
    return answer.status_code in _REFUSED


def test_there_are_pages_to_test():
    found = {page.name for page in pages()}
    assert len(found) > 60 and "organisation:people" in found and "accounts:me" in found


def test_the_public_list_names_pages_that_exist():
    found = {page.name for page in pages()}
    assert not PUBLIC_PAGES - found, "take these out of PUBLIC_PAGES"


@pytest.mark.django_db
def test_strangers_are_asked_to_sign_in_on_every_page(world: World):
    open_doors = []
    for page in pages():
        if page.is_public:
            continue
        for method in ("get", "post"):
            answer = getattr(Client(raise_request_exception=False, **LOCAL), method)(page.path)
            if not _asks(answer):
                open_doors.append(f"{method.upper()} {page.path} ({page.name}) answers {answer.status_code}")
    assert not open_doors, "\n".join(open_doors)


@pytest.mark.django_db
def test_an_agent_is_refused_what_her_role_does_not_hold(world: World):
    agent = world.newcomer
    client = Client(raise_request_exception=False, **LOCAL)
    client.force_login(agent)
    guarded = [
        page for page in pages() if getattr(page.view, "required_permission", "") and not agent.can(page.view.required_permission)
    ]
    assert len(guarded) > 20
    let_in = []
    for page in guarded:
        statuses = {client.get(page.path).status_code, client.post(page.path).status_code}
        if 403 not in statuses or statuses - {403, 405}:
            let_in.append(f"{page.path} wants {page.view.required_permission} and answers {sorted(statuses)}")
    assert not let_in, "\n".join(let_in)


@pytest.mark.django_db
def test_every_permission_a_page_wants_is_declared():
    from lingting.platform.ui.manifest import manifests

    declared = {permission.key for manifest in manifests() for permission in manifest.permissions}
    wanted = {getattr(page.view, "required_permission", "") for page in pages()} - {""}
    assert wanted <= declared, sorted(wanted - declared)


@pytest.mark.django_db
def test_every_api_operation_wants_credentials():
    client = Client(raise_request_exception=False, **LOCAL)
    document = client.get("/api/v1/openapi.json").json()
    operations = [(method.upper(), path) for path, item in document["paths"].items() for method in item if method in _METHODS]
    assert len(operations) >= 3
    open_doors = []
    for method, path in operations:
        if (method, path) in PUBLIC_OPERATIONS:
            continue
        address = re.sub(r"{[^}]+}", "1", path)
        answer = client.generic(method, address, data="{}", content_type="application/json")
        if answer.status_code != 401:
            open_doors.append(f"{method} {path} answers {answer.status_code}")
    assert not open_doors, "\n".join(open_doors)


_METHODS = {"get", "post", "put", "patch", "delete"}
