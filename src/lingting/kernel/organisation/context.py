"""The context processor behind the customer's pages: `brand`, read only when a template asks for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lingting.kernel.organisation import selectors


def brand(request: HttpRequest) -> dict[str, Any]:
    """`brand.name`, `brand.colour`, `brand.logo_url`."""
    return {"brand": SimpleLazyObject(selectors.brand)}
