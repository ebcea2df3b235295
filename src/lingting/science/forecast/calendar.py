"""What is known about days: special days of a table, events, and what the methods see of a day."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .errors import BadEventError

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Dates = NDArray[np.datetime64]
MIDWEEK = 2
THURSDAY = 3
DAYS_A_WEEK = 7


class DayKind(enum.Enum):
    """Why a day is not an ordinary one."""

    HOLIDAY = "holiday"
    WORKING_DAY = "working day"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class SpecialDay:
    """A day of the table. ``acts_as`` is the weekday (Monday 0) whose pattern it follows, if not its own."""

    kind: DayKind
    name: str = ""
    acts_as: int | None = None

    def weekday(self, own: int) -> int:
        """A made-up working day of which nothing else is said follows the middle of the week."""
        if self.acts_as is not None:
            return self.acts_as
        return MIDWEEK if self.kind is DayKind.WORKING_DAY else own


@dataclass(frozen=True)
class DayTable:
    """Special days by ISO date (``"2026-10-01"``): holidays that are open, made-up working days, closed days."""

    days: Mapping[str, SpecialDay] = field(default_factory=dict)

    @classmethod
    def closed_on(cls, *dates: str) -> DayTable:
        """A table of closed days only."""
        return cls({day: SpecialDay(kind=DayKind.CLOSED) for day in dates})

    def kind_of(self, day: np.datetime64) -> DayKind | None:
        """The kind of a day, None if it is an ordinary one."""
        special = self.days.get(str(day))
        return special.kind if special else None

    def weekdays(self, dates: Dates) -> Whole:
        """Weekday patterns that dates follow, Monday 0; shape as ``dates``."""
        own = (dates.astype("datetime64[D]").astype(np.int64) + THURSDAY) % DAYS_A_WEEK
        for place, day in enumerate(dates):
            special = self.days.get(str(day))
            if special:
                own[place] = special.weekday(int(own[place]))
        return own


@dataclass(frozen=True, kw_only=True)
class Event:
    """A campaign, an outage, a mailing: what is known to move the volume from ``start`` until before ``end``.

    ``start`` and ``end`` are ISO dates or moments (``"2026-11-11"``, ``"2026-11-11T20:00"``); a bare end date
    counts in full. ``effect`` is the factor on volume; None learns it from past events of the same ``kind``.
    Raises BadEventError.
    """

    kind: str
    start: str
    end: str
    effect: float | None = None

    def __post_init__(self) -> None:
        if self.last_minute <= self.first_minute:
            raise BadEventError(f"Event {self.kind!r} ends ({self.end}) before it starts ({self.start})")
        if self.effect is not None and not (np.isfinite(self.effect) and self.effect > 0.0):
            raise BadEventError(f"Event {self.kind!r} of {self.start}: effect must be a factor above 0, not {self.effect}")

    @property
    def first_minute(self) -> int:
        """Minutes since 1970."""
        return _minute(self.start, whole_day=False)

    @property
    def last_minute(self) -> int:
        """Minutes since 1970, the first one that no longer belongs to the event."""
        return _minute(self.end, whole_day=True)


@dataclass(frozen=True, eq=False)
class Days:
    """What the methods see of days: one entry a calendar day, rising.

    ``ordinal`` days since 1970; ``weekday`` pattern followed, Monday 0; ``month_day`` 0-30;
    ``after_closed`` whether the centre was closed the day before; ``open`` (days, intervals).
    """

    ordinal: Whole
    weekday: Whole
    month_day: Whole
    after_closed: Flags
    open: Flags

    @classmethod
    def of(cls, dates: Dates, *, is_open: Flags, table: DayTable, open_before: bool = True) -> Days:
        """Features of ``dates``; ``open_before`` says whether the day before the first was open."""
        any_open = np.asarray(is_open.any(axis=1))
        before = np.concatenate((np.array([open_before]), any_open[:-1]))
        day = dates.astype("datetime64[D]")
        month_day = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
        return cls(
            ordinal=day.astype(np.int64),
            weekday=table.weekdays(day),
            month_day=month_day,
            after_closed=~before,
            open=is_open,
        )

    def __getitem__(self, chosen: slice | Whole | Flags) -> Days:
        return Days(
            ordinal=self.ordinal[chosen],
            weekday=self.weekday[chosen],
            month_day=self.month_day[chosen],
            after_closed=self.after_closed[chosen],
            open=self.open[chosen],
        )

    def __len__(self) -> int:
        return len(self.ordinal)


def _minute(moment: str, *, whole_day: bool) -> int:
    try:
        minute = int(np.datetime64(moment, "m").astype(np.int64))
    except ValueError as problem:
        raise BadEventError(f"{moment!r} is neither a date nor a moment") from problem
    is_date = "T" not in moment and " " not in moment.strip()
    return minute + 1440 if whole_day and is_date else minute
