"""The short signed mark of a case in an address: support+c1a2b.9f3c2d1e@example.com."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from django.conf import settings

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"^c([0-9a-z]{1,12})-([0-9a-f]{10})$")


def case_token(case_id: int) -> str:
    """The mark of a case, short enough for any mail system."""
    return f"c{_base36(case_id)}-{_proof(case_id)}"


def case_of_token(token: str) -> int | None:
    """The case a mark was made for; None for a forged or foreign one."""
    found = _TOKEN.match(token.lower())
    if not found:
        return None
    case_id = int(found.group(1), 36)
    return case_id if hmac.compare_digest(_proof(case_id), found.group(2)) else None


def _proof(case_id: int) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"mail case {case_id}".encode(), sha256).hexdigest()[:10]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits or "0"
