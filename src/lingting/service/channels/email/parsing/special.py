"""Parts that need more than decoding: winmail.dat and calendars."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

LARGEST_CALENDAR = 1_000_000
LARGEST_TNEF = 40 * 1024 * 1024
MOST_EVENTS = 20


@dataclass(frozen=True, slots=True)
class CalendarCard:
    """An event of an invitation; `starts` and `ends` are ISO texts (a day where it lasts all day)."""

    key: str
    method: str
    title: str
    starts: str
    ends: str
    place: str
    organiser: str


@dataclass
class Unwrapped:
    """What winmail.dat held."""

    text: str = ""
    html: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def calendar_cards(data: bytes) -> list[CalendarCard]:
    """The events of a calendar part; none where it cannot be read."""
    if len(data) > LARGEST_CALENDAR:
        return []
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(data)
        method = str(calendar.get("METHOD", "") or "").upper()[:20]
        return [_card(event, method) for event in calendar.walk("VEVENT")[:MOST_EVENTS]]
    except Exception:  # noqa: BLE001  (foreign bytes in a foreign library: no card is the answer)
        return []


def _card(event: Any, method: str) -> CalendarCard:
    return CalendarCard(
        key=f"{event.get('UID', '')}/{_moment(event, 'DTSTART')}"[:300],
        method=method,
        title=str(event.get("SUMMARY", "") or "")[:200].replace("\x00", ""),
        starts=_moment(event, "DTSTART"),
        ends=_moment(event, "DTEND"),
        place=str(event.get("LOCATION", "") or "")[:200].replace("\x00", ""),
        organiser=str(event.get("ORGANIZER", "") or "").replace("mailto:", "").replace("MAILTO:", "")[:200].replace("\x00", ""),
    )


def _moment(event: Any, name: str) -> str:
    value = getattr(event.get(name), "dt", None)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    return value.isoformat() if isinstance(value, date) else ""


def unwrapped(data: bytes) -> Unwrapped | None:
    """The inside of winmail.dat; None where it cannot be read."""
    if not data.startswith(b"\x78\x9f\x3e\x22") or len(data) > LARGEST_TNEF:
        return None
    from tnefparse import TNEF

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        tnef = TNEF(data, do_checksum=False)
        found = Unwrapped(text=_text(tnef.body), html=_text(tnef.htmlbody))
        for file in tnef.attachments:
            name = _text(file.long_filename() if callable(getattr(file, "long_filename", None)) else file.name)
            found.files.append((name.strip("\x00 "), bytes(file.data or b"")))
    except Exception:  # noqa: BLE001  (foreign bytes in a foreign library: it stays a file)
        return None
    return found if found.text or found.html or found.files else None


def _text(value: Any) -> str:
    from lingting.service.channels.email.parsing.charsets import decoded

    if isinstance(value, bytes):
        return decoded(value).replace("\x00", "")
    return str(value or "").replace("\x00", "")
