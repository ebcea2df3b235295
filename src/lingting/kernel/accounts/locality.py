"""Whether a request comes from the computer that Lingting runs on."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from django.http.request import split_domain_port

from lingting.platform.rest import address

_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})


def is_local(request: HttpRequest) -> bool:
    """True only for a browser on this very computer.

    A loopback peer alone proves nothing: a reverse proxy on this machine has one too. So the page must also be
    asked for under a loopback name, and no proxy may have left a trace in the headers.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    name, _port = split_domain_port(request.get_host())
    return name in _LOCAL_NAMES and _is_loopback(address(request))


def address_of(request: HttpRequest) -> str | None:
    """The client's address, None when it is none (a test, a socket)."""
    found = address(request)
    try:
        ipaddress.ip_address(found)
    except ValueError:
        return None
    return found


def _is_loopback(text: str) -> bool:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
