"""Changing calendars and tables of special days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.calendars.daylists import ReadDay, statutory_days
from lingting.kernel.calendars.events import CalendarChanged
from lingting.kernel.calendars.hours import check_apart
from lingting.kernel.calendars.models import Calendar, DayTable, SpecialDay, SpecialHours, WeeklyHours, new_version
from lingting.kernel.calendars.selectors import Period
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Conflict, Invalid


class NeverOpen(Invalid):
    """A calendar needs an opening period or is always open."""

    code = "never_open"


class YearExists(Conflict):
    """The table has this year already."""

    code = "year_exists"


@transaction.atomic
def save_calendar(
    calendar: Calendar, *, name_zh: str, name_en: str, time_zone: str, always_open: bool, days: DayTable | None,
    holiday_hours: bool, weekly: Mapping[int, Sequence[Period]], actor: Actor, now: datetime,
) -> Calendar:  # fmt: skip
    """Makes or changes a calendar with its weekly hours (weekday 0-6 to periods). Raises `NeverOpen`."""
    if not always_open and not any(weekly.values()):
        raise NeverOpen(_("Give at least one day opening hours, or choose round the clock."))
    ZoneInfo(time_zone)
    calendar.name_zh, calendar.name_en, calendar.time_zone = name_zh, name_en, time_zone
    calendar.always_open, calendar.days, calendar.holiday_hours = always_open, days, holiday_hours
    calendar.key = calendar.key or free_key(name_en, among=Calendar.objects.all(), otherwise="calendar")
    calendar.save()
    _replace_week(calendar, weekly)
    _tell(calendar.pk, actor=actor, now=now)
    return calendar


def _replace_week(calendar: Calendar, weekly: Mapping[int, Sequence[Period]]) -> None:
    """Only what differs is written, so that the change record shows what changed."""
    held = {(row.weekday, row.opens_minute, row.closes_minute): row.pk for row in calendar.hours.all()}
    wanted = {(weekday, opens, closes) for weekday, periods in weekly.items() for opens, closes in periods}
    calendar.hours.filter(pk__in=[pk for period, pk in held.items() if period not in wanted]).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(calendar=calendar, weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday, opens, closes in sorted(wanted - held.keys())
    )


@transaction.atomic
def set_special_hours(
    calendar: Calendar, *, day: date, periods: Sequence[Period], note: str, actor: Actor, now: datetime
) -> None:
    """The hours of one date, whatever the weekday or the table says; no periods: closed all day. Raises `BadHours`."""
    ordered = sorted(periods)
    check_apart(ordered, day=day.isoformat())
    calendar.special_hours.filter(date=day).delete()
    rows = [
        SpecialHours(calendar=calendar, date=day, opens_minute=opens, closes_minute=closes, note=note)
        for opens, closes in ordered
    ]
    SpecialHours.objects.bulk_create(rows or [SpecialHours(calendar=calendar, date=day, is_closed=True, note=note)])
    _tell(calendar.pk, actor=actor, now=now)


@transaction.atomic
def remove_special_hours(calendar: Calendar, *, day: date, actor: Actor, now: datetime) -> None:
    """The date follows the rule again."""
    calendar.special_hours.filter(date=day).delete()
    _tell(calendar.pk, actor=actor, now=now)


@transaction.atomic
def replace_year(
    table: DayTable, *, year: int, days: Sequence[ReadDay], is_provisional: bool, source: str, actor: Actor, now: datetime
) -> None:
    """All special days of a year, as they are from now on; unchanged ones are not written."""
    held = {row.date: row for row in SpecialDay.objects.select_for_update().filter(table=table, date__year=year)}
    for day in days:
        row = held.pop(day.date, None) or SpecialDay(table=table, date=day.date)
        values = (day.kind, day.name_zh, day.name_en, is_provisional, source)
        if (row.kind, row.name_zh, row.name_en, row.is_provisional, row.source) != values or row.pk is None:
            row.kind, row.name_zh, row.name_en, row.is_provisional, row.source = values
            row.save()
    SpecialDay.objects.filter(pk__in=[row.pk for row in held.values()]).delete()
    _tell_calendars(table, actor=actor, now=now)


@transaction.atomic
def add_year(table: DayTable, *, year: int, actor: Actor, now: datetime) -> None:
    """A year that is not announced yet: the days the law fixes, marked provisional. Raises `YearExists`."""
    if SpecialDay.objects.filter(table=table, date__year=year).exists():
        raise YearExists(_("The table has %(year)s already.") % {"year": year})
    replace_year(
        table, year=year, days=statutory_days(year), is_provisional=True, source="全国年节及纪念日放假办法", actor=actor, now=now
    )


@transaction.atomic
def mark_published(table: DayTable, *, year: int, actor: Actor, now: datetime) -> None:
    """The year is as announced: no longer provisional."""
    for row in SpecialDay.objects.filter(table=table, date__year=year, is_provisional=True):
        row.is_provisional = False
        row.save(update_fields=["is_provisional"])
    _tell_calendars(table, actor=actor, now=now)


def _tell_calendars(table: DayTable, *, actor: Actor, now: datetime) -> None:
    for calendar_id in table.calendars.values_list("pk", flat=True):
        _tell(calendar_id, actor=actor, now=now)


def _tell(calendar_id: int, *, actor: Actor, now: datetime) -> None:
    """Another version, and the fact. Random: a change that is rolled back must not share its number with a later one."""
    Calendar.objects.filter(pk=calendar_id).update(version=new_version())
    record(CalendarChanged(calendar_id=calendar_id), actor=actor, now=now)
