"""Is it open, when does it open: reading a calendar with its weekly hours, special days and special hours.

Priority for a date: special hours of the calendar itself, then a holiday or made-up working day of its table,
then the weekday. A made-up working day has Monday's hours. A holiday is closed, or has Sunday's hours where the
calendar says so (`holiday_hours`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lingting.kernel.calendars.models import Calendar, SpecialDay, SpecialHours, WeeklyHours
from lingting.kernel.calendars.spans import RoundTheClock
from lingting.kernel.calendars.spans import Spans as Spans
from lingting.platform.database.remembering import remembered

HORIZON_DAYS = 60
_SUNDAY, _MONDAY = 6, 0

Period = tuple[int, int]
"""Minutes of the local day, half open."""


@dataclass(frozen=True)
class Openings:
    """A calendar read into memory; asking it costs no query. Periods are minutes of the local day, half open."""

    zone: ZoneInfo
    always_open: bool
    weekly: dict[int, tuple[Period, ...]] = field(default_factory=dict)
    special_days: dict[date, str] = field(default_factory=dict)
    special_hours: dict[date, tuple[Period, ...]] = field(default_factory=dict)
    holiday_hours: bool = False

    def periods(self, day: date) -> tuple[Period, ...]:
        """When it is open on a local date, in order."""
        if day in self.special_hours:
            return self.special_hours[day]
        if self.always_open:
            return ((0, 1440),)
        kind = self.special_days.get(day)
        if kind == "workday":
            return self.weekly.get(_MONDAY, ())
        if kind == "holiday":
            return self.weekly.get(_SUNDAY, ()) if self.holiday_hours else ()
        return self.weekly.get(day.weekday(), ())

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at a moment (aware)."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.periods(local.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first moment from `at` on when it is open; None within sixty days of closing."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        for offset in range(HORIZON_DAYS):
            day = local.date() + timedelta(days=offset)
            for opens, _closes in self.periods(day):
                moment = _moment(day, opens, self.zone)
                if moment > at:
                    return moment
        return None

    def closing(self, at: datetime) -> datetime | None:
        """When the opening that holds at `at` ends (across midnight); None when closed or always open."""
        if self.always_open and not self.special_hours:
            return None
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        end = next((closes for opens, closes in self.periods(local.date()) if opens <= minute < closes), None)
        day = local.date()
        for _step in range(HORIZON_DAYS):
            if end is None or end < 1440:
                break
            day += timedelta(days=1)
            following = self.periods(day)
            if not following or following[0][0] != 0:
                return _moment(day, 0, self.zone)
            end = following[0][1]
        return None if end is None else _moment(day, end, self.zone)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    extra, minute = divmod(minute, 1440)
    return datetime.combine(day + timedelta(days=extra), time(minute // 60, minute % 60), zone)


def openings(calendar_id: int) -> Openings:
    """A calendar read into memory: four small queries."""
    calendar = Calendar.objects.get(pk=calendar_id)
    weekly: dict[int, list[Period]] = {}
    for weekday, opens, closes in WeeklyHours.objects.filter(calendar=calendar).values_list(
        "weekday", "opens_minute", "closes_minute"
    ):
        weekly.setdefault(weekday, []).append((opens, closes))
    special: dict[date, list[Period]] = {}
    for row in SpecialHours.objects.filter(calendar=calendar):
        periods = special.setdefault(row.date, [])
        if not row.is_closed:
            periods.append((row.opens_minute, row.closes_minute))
    days = SpecialDay.objects.filter(table_id=calendar.days_id) if calendar.days_id else SpecialDay.objects.none()
    return Openings(
        zone=ZoneInfo(calendar.time_zone), always_open=calendar.always_open,
        weekly={day: tuple(sorted(periods)) for day, periods in weekly.items()},
        special_days=dict(days.values_list("date", "kind")),
        special_hours={day: tuple(sorted(periods)) for day, periods in special.items()},
        holiday_hours=calendar.holiday_hours,
    )  # fmt: skip


@remembered(Calendar, WeeklyHours, SpecialHours, SpecialDay)
def recent_openings(calendar_id: int) -> Openings:
    """The same as it was at most two seconds ago: for customers who ask whether somebody is there."""
    return openings(calendar_id)


_compiled: dict[int, tuple[int, Spans]] = {}
_ROUND_THE_CLOCK = RoundTheClock()


def spans_of(calendar_id: int | None, *, version: int | None = None) -> Spans:
    """The open time of a calendar for reckoning with; None is round the clock. Kept in memory per version.

    Give the `version` you read with your own rows and it costs no query while that version is in memory;
    without one it is asked for (one query). Raises `Calendar.DoesNotExist`.
    """
    if calendar_id is None:
        return _ROUND_THE_CLOCK
    if version is None:
        version = Calendar.objects.values_list("version", flat=True).get(pk=calendar_id)
    held = _compiled.get(calendar_id)
    if held is not None and held[0] == version:
        return held[1]
    read = openings(calendar_id)
    no_exception = read.always_open and not read.special_hours
    spans = _ROUND_THE_CLOCK if no_exception else Spans(zone=read.zone, periods=read.periods)
    _compiled[calendar_id] = (version, spans)
    return spans


def is_open(calendar_id: int, *, at: datetime) -> bool:
    return recent_openings(calendar_id).is_open(at)


def special_days_of(table_id: int, *, year: int) -> list[SpecialDay]:
    """The special days of a year in order."""
    return list(SpecialDay.objects.filter(table_id=table_id, date__year=year).order_by("date"))


@dataclass(frozen=True, kw_only=True)
class DayRange:
    """Special days in a row that have one kind and one name."""

    first: date
    last: date
    kind: str
    name_zh: str
    name_en: str
    is_provisional: bool
    source: str

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1


def ranges_of(days: list[SpecialDay]) -> list[DayRange]:
    """Days in order, put together where they follow each other with one kind and name."""
    found: list[DayRange] = []
    for day in days:
        known = found[-1] if found else None
        if known and (known.kind, known.name_zh, known.last) == (day.kind, day.name_zh, day.date - timedelta(days=1)):
            found[-1] = replace(known, last=day.date)
        else:
            found.append(
                DayRange(
                    first=day.date, last=day.date, kind=day.kind, name_zh=day.name_zh, name_en=day.name_en,
                    is_provisional=day.is_provisional, source=day.source,
                )
            )  # fmt: skip
    return found


def years_of(table_id: int) -> list[tuple[int, bool]]:
    """The years a table knows, and whether each is provisional."""
    rows = SpecialDay.objects.filter(table_id=table_id).values_list("date__year", "is_provisional").distinct()
    years: dict[int, bool] = {}
    for year, provisional in rows:
        years[year] = years.get(year, False) or provisional
    return sorted(years.items())
