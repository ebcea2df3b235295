"""Where a request comes from."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The client's address.

    `TRUSTED_PROXIES` (a number, 0 if not set) says how many proxies of ours stand in front: so many entries of
    `X-Forwarded-For`, counted from the right, are believed; without proxies the header is ignored.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    proxies = int(getattr(settings, "TRUSTED_PROXIES", 0))
    if not proxies:
        return peer
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if not hops:
        return peer
    claimed = hops[-proxies] if len(hops) >= proxies else hops[0]
    return claimed if _is_address(claimed) else peer


@lru_cache(maxsize=4096)
def neighbourhood(text: str) -> str:
    """What one subscriber holds: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
