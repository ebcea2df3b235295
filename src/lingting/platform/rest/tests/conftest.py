"""Callers for the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import Client

from lingting.platform.rest import Caller, calling, limits, register_authenticator


def _bearer(request: HttpRequest, credentials: str) -> Caller | None:
    known = {
        "all": Caller("token", "1", "报表程序", frozenset({"notes:read", "notes:write"})),
        "reader": Caller("token", "2", "只读程序", frozenset({"notes:read"})),
    }
    return known.get(credentials)


def _visitor(request: HttpRequest, credentials: str) -> Caller | None:
    return Caller("visitor", "v9") if credentials == "guest" else None


@pytest.fixture(autouse=True)
def callers() -> Iterator[None]:
    before = dict(calling._authenticators)
    register_authenticator("Bearer", _bearer)
    register_authenticator("Visitor", _visitor)
    limits.forget_portions()
    yield
    calling._authenticators.clear()
    calling._authenticators.update(before)
    limits.forget_portions()


@pytest.fixture
def api() -> Client:
    """A program with every scope that asks in English."""
    return Client(headers={"Authorization": "Bearer all", "Accept-Language": "en"})


@pytest.fixture
def anyone() -> Client:
    """A program without a token."""
    return Client(headers={"Accept-Language": "en"})
