"""What the checker we trust found out about a sender: SPF, DKIM, DMARC."""

from __future__ import annotations

from lingting.service.channels.email.parsing.words import one_line

MOST = 10
METHODS = ("spf", "dkim", "dmarc")


def checked(values: list[str], *, authserv_id: str) -> dict[str, str]:
    """Results by method of the topmost header that the trusted checker wrote; empty where there is none.

    Anyone can write such a header: only `authserv_id`'s own counts, and receivers put theirs on top.
    """
    if not authserv_id:
        return {}
    from authres import AuthenticationResultsHeader

    for value in values[:MOST]:
        try:
            header = AuthenticationResultsHeader.parse(f"Authentication-Results: {one_line(value)[:8000]}")
        except Exception:  # noqa: BLE001  (foreign text in a foreign library: it says nothing to us)
            continue
        if str(header.authserv_id).lower() != authserv_id.lower():
            continue
        found: dict[str, str] = {}
        for result in header.results:
            method = str(result.method).lower()
            if method in METHODS and (method not in found or str(result.result).lower() == "pass"):
                found[method] = str(result.result).lower()[:20]
        return found
    return {}
