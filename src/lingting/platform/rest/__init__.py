"""The API: composes the routers that manifests name and gives them one way of behaving.

Owns who calls, scopes, errors, paging, repeated requests, limits and the document.
Does not own any endpoint: those stand in each app's `rest.py`.
"""

from lingting.platform.rest.addresses import address
from lingting.platform.rest.calling import Authentication, Caller, caller_key, register_authenticator
from lingting.platform.rest.composition import build_api
from lingting.platform.rest.limits import Rate, RateLimited, check_rate
from lingting.platform.rest.marks import (
    by_address,
    by_caller,
    cross_origin,
    declared_scopes,
    largest_body,
    limited,
    scope,
)
from lingting.platform.rest.paging import Page, PageQuery, page
from lingting.platform.rest.parsing import Number

__all__ = [
    "Authentication",
    "Caller",
    "Number",
    "Page",
    "PageQuery",
    "Rate",
    "RateLimited",
    "address",
    "build_api",
    "by_address",
    "by_caller",
    "caller_key",
    "check_rate",
    "cross_origin",
    "declared_scopes",
    "largest_body",
    "limited",
    "page",
    "register_authenticator",
    "scope",
]
