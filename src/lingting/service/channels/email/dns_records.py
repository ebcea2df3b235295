"""TXT records of a domain, as the world reads them."""

from __future__ import annotations

from collections.abc import Callable

Lookup = Callable[[str], list[str]]
PATIENCE_SECONDS = 4.0


class RecordsUnreadable(Exception):
    """No name server answered, or the name is none."""


def txt_records(name: str) -> list[str]:
    """The TXT records at a name, their pieces joined; none where there are none. Raises `RecordsUnreadable`."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=PATIENCE_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        raise RecordsUnreadable(str(error)) from error
    return [b"".join(record.strings).decode("latin-1") for record in answer]
