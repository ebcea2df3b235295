"""What was counted: arrivals of one queue and channel on a regular grid of days and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from .calendar import DAYS_A_WEEK, Dates, DayKind, Days, DayTable, Figures, Flags
from .errors import BadHistoryError, places

MINUTES_A_DAY = 1440


@dataclass(frozen=True, eq=False, kw_only=True)
class History:
    """Counts of arrivals, one row a calendar day without gaps, one column an interval.

    ``counts`` (days, intervals), >= 0, NaN where nothing was recorded; ``open`` same shape, false where the
    centre is closed (what stands there is ignored). Use ``on_days`` or ``from_moments``. Raises
    BadHistoryError naming the intervals.
    """

    first_day: np.datetime64
    counts: ArrayLike
    open: ArrayLike
    interval_minutes: int
    start_minute: int = 0
    table: DayTable = field(default_factory=DayTable)
    queue: str = ""
    channel: str = ""

    def __post_init__(self) -> None:
        counts = np.array(self.counts, dtype=np.float64)
        if counts.ndim != 2 or not counts.size:
            raise BadHistoryError(f"counts must have shape (days, intervals), not {counts.shape}")
        is_open = np.broadcast_to(np.asarray(self.open, dtype=np.bool_), counts.shape)
        if not 0 < self.interval_minutes <= MINUTES_A_DAY:
            raise BadHistoryError(f"interval_minutes must lie between 1 and {MINUTES_A_DAY}, not {self.interval_minutes}")
        last = self.start_minute + self.interval_minutes * (counts.shape[1] - 1)
        if self.start_minute < 0 or last >= MINUTES_A_DAY:
            raise BadHistoryError(f"{counts.shape[1]} intervals from minute {self.start_minute} do not fit into a day")
        object.__setattr__(self, "first_day", as_day(self.first_day))
        object.__setattr__(self, "counts", np.where(is_open, counts, np.nan))
        object.__setattr__(self, "open", is_open)
        wrong = is_open & ((counts < 0.0) | np.isinf(counts))
        if wrong.any():
            raise BadHistoryError("counts must be 0 or more and finite", places=self.places(wrong))

    @classmethod
    def on_days(
        cls,
        dates: ArrayLike,
        *,
        counts: ArrayLike,
        interval_minutes: int,
        start_minute: int = 0,
        open: ArrayLike | None = None,
        table: DayTable | None = None,
        queue: str = "",
        channel: str = "",
    ) -> History:
        """A history of the days given, in any order. Days between them that are not given count as missing,

        except that a weekday which never occurs counts as closed, and so does a closed day of ``table``.
        """
        days = np.asarray(dates, dtype="datetime64[D]")
        given = np.asarray(counts, dtype=np.float64)
        if given.ndim != 2 or len(days) != len(given) or not given.size:
            raise BadHistoryError(f"{len(days)} dates do not go with counts of shape {given.shape}")
        if len(np.unique(days)) != len(days):
            raise BadHistoryError("a day is given twice")
        known = table or DayTable()
        first, rows = days.min(), (days - days.min()).astype(np.int64)
        grid = np.full((int(rows.max()) + 1, given.shape[1]), np.nan)
        grid[rows] = given
        all_days = first + np.arange(len(grid))
        usual = np.isin(np.arange(DAYS_A_WEEK), known.weekdays(days))
        is_open = np.broadcast_to(usual[known.weekdays(all_days)][:, None], grid.shape).copy()
        if open is not None:
            is_open[rows] = np.asarray(open, dtype=np.bool_)
        closed = [known.kind_of(day) is DayKind.CLOSED for day in all_days]
        is_open[np.array(closed)] = False
        return cls(
            first_day=first,
            counts=grid,
            open=is_open,
            interval_minutes=interval_minutes,
            start_minute=start_minute,
            table=known,
            queue=queue,
            channel=channel,
        )

    @classmethod
    def from_moments(
        cls,
        moments: Sequence[str] | Dates,
        *,
        interval_minutes: int = 30,
        opens_minute: int = 0,
        closes_minute: int = MINUTES_A_DAY,
        table: DayTable | None = None,
        queue: str = "",
        channel: str = "",
    ) -> History:
        """Count single arrivals (ISO moments). A day without a single one counts as missing, a weekday that

        never has one as closed; arrivals outside the opening hours are left out.
        """
        try:
            minutes = np.asarray(moments, dtype="datetime64[m]").astype(np.int64)
        except ValueError as problem:
            raise BadHistoryError(f"a moment cannot be read ({problem})") from problem
        of_day = minutes % MINUTES_A_DAY
        minutes = minutes[(of_day >= opens_minute) & (of_day < closes_minute)]
        if not len(minutes):
            raise BadHistoryError("not one arrival within the opening hours")
        intervals = (closes_minute - opens_minute) // interval_minutes
        column = (minutes % MINUTES_A_DAY - opens_minute) // interval_minutes
        day, row = np.unique(minutes // MINUTES_A_DAY, return_inverse=True)
        kept = column < intervals
        counts = np.zeros((len(day), intervals))
        np.add.at(counts, (row[kept], column[kept]), 1.0)
        return cls.on_days(
            day.astype("datetime64[D]"),
            counts=counts,
            interval_minutes=interval_minutes,
            start_minute=opens_minute,
            table=table,
            queue=queue,
            channel=channel,
        )

    @property
    def figures(self) -> Figures:
        """``counts`` as the array it is, NaN where missing or closed."""
        return cast(Figures, self.counts)

    @property
    def is_open(self) -> Flags:
        """``open`` as the array it is."""
        return cast(Flags, self.open)

    @property
    def dates(self) -> Dates:
        """Every calendar day of the history."""
        return cast(Dates, self.first_day + np.arange(len(self.figures)))

    @property
    def days(self) -> Days:
        """What the methods see of the days."""
        weekdays = self.table.weekdays(np.array([self.first_day - 1]))
        open_weekdays = np.unique(self.table.weekdays(self.dates)[self.is_open.any(axis=1)])
        return Days.of(self.dates, is_open=self.is_open, table=self.table, open_before=bool(np.isin(weekdays, open_weekdays)[0]))

    @property
    def observed(self) -> Flags:
        """Days with at least one count."""
        return cast(Flags, np.isfinite(self.figures).any(axis=1))

    def opening(self, dates: Dates) -> Flags:
        """Opening (dates, intervals) to expect: each weekday as on its last open day, closed where the table says so."""
        weekdays, any_open = self.table.weekdays(self.dates), self.is_open.any(axis=1)
        usual = np.zeros((DAYS_A_WEEK, self.figures.shape[1]), dtype=np.bool_)
        for weekday in range(DAYS_A_WEEK):
            rows = np.flatnonzero(any_open & (weekdays == weekday))
            if len(rows):
                usual[weekday] = self.is_open[rows[-1]]
        closed = np.array([self.table.kind_of(day) is DayKind.CLOSED for day in dates])
        return cast(Flags, usual[self.table.weekdays(dates)] & ~closed[:, None])

    def until(self, day: str | np.datetime64) -> History:
        """The part before ``day``."""
        length = int((as_day(day) - self.first_day).astype(np.int64))
        if length <= 0:
            raise BadHistoryError(f"nothing was recorded before {day}")
        return replace(self, counts=self.figures[:length], open=self.is_open[:length])

    def coarser(self, minutes: int) -> History:
        """The same in longer intervals; one with a missing part is missing, the last may be shorter."""
        factor, rest = divmod(minutes, self.interval_minutes)
        if rest or not factor:
            raise BadHistoryError(f"{minutes} minutes are no multiple of {self.interval_minutes}")
        starts = np.arange(0, self.figures.shape[1], factor)
        is_open = np.logical_or.reduceat(self.is_open, starts, axis=1)
        sums = np.add.reduceat(np.where(self.is_open, self.figures, 0.0), starts, axis=1)
        return replace(self, counts=sums, open=is_open, interval_minutes=minutes)

    def places(self, faults: Flags) -> tuple[str, ...]:
        """Cells (days, intervals) as people write them."""
        return places(faults, days=self.dates, start_minute=self.start_minute, interval_minutes=self.interval_minutes)


def as_day(day: str | np.datetime64) -> np.datetime64:
    """The calendar day of a date in any resolution. Raises BadHistoryError."""
    try:
        return cast(np.datetime64, np.asarray(day, dtype="datetime64[D]")[()])
    except ValueError as problem:
        raise BadHistoryError(f"{day!r} is not a date") from problem
