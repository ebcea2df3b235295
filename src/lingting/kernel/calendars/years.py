"""A year of a calendar, ready to be shown: twelve months, each day open or closed and why."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date

from lingting.kernel.calendars.hours import periods_text
from lingting.kernel.calendars.selectors import Openings


@dataclass(frozen=True, kw_only=True)
class ShownDay:
    """A day of the picture. `kind` is open, closed, holiday, workday or special; `words` say why, for pointing and hearing."""

    date: date
    kind: str
    is_open: bool
    is_provisional: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month as weeks from Monday; None where a week belongs to another month."""

    first: date
    weeks: list[list[ShownDay | None]]
    open_days: int


def year_picture(read: Openings, *, year: int, names: dict[date, str], provisional: frozenset[date]) -> list[Month]:
    """Twelve months. `names` gives the special days' names in the reader's language."""
    found = []
    for month in range(1, 13):
        days = [
            [_shown(read, date(year, month, day), names, provisional) if day else None for day in week]
            for week in months.Calendar().monthdayscalendar(year, month)
        ]
        open_days = sum(1 for week in days for day in week if day and day.is_open)
        found.append(Month(first=date(year, month, 1), weeks=days, open_days=open_days))
    return found


def _shown(read: Openings, day: date, names: dict[date, str], provisional: frozenset[date]) -> ShownDay:
    periods = read.periods(day)
    if day in read.special_hours:
        kind = "special"
    else:
        kind = read.special_days.get(day) or ("open" if periods else "closed")
    words = " · ".join(part for part in (names.get(day, ""), periods_text(periods)) if part)
    return ShownDay(date=day, kind=kind, is_open=bool(periods), is_provisional=day in provisional, words=words)
