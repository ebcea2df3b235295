"""Opening hours as people write them: `9`, `930`, `09:30`, `9：30`, `24:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from lingting.kernel.calendars.models import WEEKDAYS
from lingting.kernel.calendars.selectors import Period
from lingting.platform.refusals import Invalid

_CLOCK = re.compile(r"(\d{1,2})(?:[:：.点]?(\d{2}))?分?")
DAY_MINUTES = 1440


class BadHours(Invalid):
    """A time cannot be read, or two periods overlap; `details["weekday"]` says where."""

    code = "bad_hours"


def read_minute(text: str) -> int | None:
    """Minutes of the day, 0-1440; None for what is no time."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2] or 0)
    return minute if int(found[2] or 0) < 60 and minute <= DAY_MINUTES else None


def minute_text(minute: int) -> str:
    """540 as `09:00`, 1440 as `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def periods_text(periods: Iterable[Period]) -> str:
    """`09:00–12:00, 13:00–18:00`; "" for none."""
    return ", ".join(f"{minute_text(opens)}–{minute_text(closes)}" for opens, closes in periods)


def read_week(given: Mapping[int, Sequence[tuple[str, str]]]) -> dict[int, list[Period]]:
    """Weekday to pairs of texts, as weekly hours. A period that ends before it begins runs past midnight into the
    next day; one that ends at 00:00 ends at midnight. Empty pairs are skipped. Raises `BadHours`."""
    week: dict[int, list[Period]] = {day: [] for day in range(7)}
    for weekday, pairs in given.items():
        for opens_text, closes_text in pairs:
            if not opens_text.strip() and not closes_text.strip():
                continue
            opens, closes = read_minute(opens_text), read_minute(closes_text)
            if opens is None or closes is None or opens in (closes, DAY_MINUTES):
                raise BadHours(
                    _("%(day)s: “%(opens)s – %(closes)s” is not a period. Write times like 09:00 and 18:30.")
                    % {"day": WEEKDAYS[weekday], "opens": opens_text, "closes": closes_text}, weekday=weekday,
                )  # fmt: skip
            _add(week, weekday, opens, closes)
    for weekday, periods in week.items():
        periods.sort()
        check_apart(periods, day=str(WEEKDAYS[weekday]), weekday=weekday)
    return week


def _add(week: dict[int, list[Period]], weekday: int, opens: int, closes: int) -> None:
    if closes > opens:
        week[weekday].append((opens, closes))
        return
    week[weekday].append((opens, DAY_MINUTES))
    if closes:
        week[(weekday + 1) % 7].append((0, closes))


def check_apart(periods: Sequence[Period], *, day: str, weekday: int = -1) -> None:
    """Raises `BadHours` when periods, in order, overlap."""
    for (_opens, closes), (opens, _closes) in pairwise(periods):
        if opens < closes:
            raise BadHours(
                _("%(day)s: two periods overlap at %(time)s. Join them into one.") % {"day": day, "time": minute_text(opens)},
                weekday=weekday,
            )  # fmt: skip
