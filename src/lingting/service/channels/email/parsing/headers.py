"""The headers of a mail, read only when asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime

from lingting.service.channels.email.parsing.words import Address, addresses, one_line, plain

MOST_HEADERS = 2000
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,480})>")


class Headers:
    """Raw values by lower-case name, in their order; the first `MOST_HEADERS` of them."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, list[str]] = {}
        for count, (name, value) in enumerate(message.raw_items()):
            if count >= MOST_HEADERS:
                break
            self._values.setdefault(str(name).lower(), []).append(str(value))

    def raw(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def has(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """The first value as text; empty if there is none."""
        values = self._values.get(name)
        return plain(values[0]) if values else ""

    def addresses(self, name: str) -> list[Address]:
        return addresses(self._values.get(name, []))

    def ids(self, name: str) -> list[str]:
        """The Message-IDs of a header without their brackets, each once, in order."""
        text = one_line(" ".join(value[:64_000] for value in self._values.get(name, [])))
        text = text.encode("ascii", "replace").decode()
        found = _MESSAGE_ID.findall(text)
        if not found and text and "@" in text and name != "in-reply-to":
            found = [piece.strip("<>") for piece in text.split() if "@" in piece][:20]
        return list(dict.fromkeys(each[:480] for each in found))[-60:]

    def date(self) -> datetime | None:
        """When it says it was written; None where that cannot be."""
        try:
            found = parsedate_to_datetime(self.text("date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        try:
            moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return moment if datetime(1990, 1, 1, tzinfo=UTC) < moment < datetime(2100, 1, 1, tzinfo=UTC) else None


def is_future(moment: datetime, *, now: datetime) -> bool:
    return moment > now + timedelta(days=1)
