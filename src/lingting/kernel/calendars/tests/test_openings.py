"""Opening hours over weekdays, holidays, made-up days, midnight and time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingting.kernel.calendars import foundation
from lingting.kernel.calendars.models import Calendar, SpecialDay, SpecialHours
from lingting.kernel.calendars.selectors import Openings, openings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def office(db: None, now: datetime) -> Calendar:
    foundation.lay(now=now)
    return Calendar.objects.get(key="office")


def test_office_hours_are_half_open(office: Calendar) -> None:
    read = openings(office.pk)
    assert not read.is_open(local("2026-11-17T08:59:59"))
    assert read.is_open(local("2026-11-17T09:00"))
    assert not read.is_open(local("2026-11-17T18:00"))


def test_a_made_up_saturday_is_worked_and_a_holiday_wednesday_is_not(office: Calendar) -> None:
    read = openings(office.pk)
    assert read.is_open(local("2026-10-10T10:00")), "调休"
    assert not read.is_open(local("2026-10-07T10:00")), "国庆节"
    assert read.next_opening(local("2026-09-30T18:00")) == local("2026-10-08T09:00")


def test_special_hours_of_the_calendar_win(office: Calendar) -> None:
    SpecialHours.objects.create(calendar=office, date=date(2026, 11, 17), opens_minute=600, closes_minute=660)
    SpecialHours.objects.create(calendar=office, date=date(2026, 11, 18), is_closed=True)
    read = openings(office.pk)
    assert not read.is_open(local("2026-11-17T09:30"))
    assert read.next_opening(local("2026-11-17T11:00")) == local("2026-11-19T09:00")


def test_laying_again_keeps_what_people_edited(office: Calendar, now: datetime) -> None:
    SpecialDay.objects.filter(date=date(2027, 10, 3)).delete()
    foundation.lay(now=now)
    assert not SpecialDay.objects.filter(date=date(2027, 10, 3)).exists()
    assert SpecialDay.objects.filter(date__year=2027, is_provisional=False).count() == 0


def test_closing_runs_across_midnight() -> None:
    night = Openings(zone=SHANGHAI, always_open=False, weekly={0: ((1200, 1440),), 1: ((0, 120),)})
    assert night.closing(local("2026-11-16T21:00")) == local("2026-11-17T02:00")
    assert night.closing(local("2026-11-16T19:00")) is None


@given(
    weekly=st.dictionaries(
        st.integers(0, 6),
        st.tuples(st.integers(0, 23), st.integers(1, 8)).map(lambda p: ((p[0] * 60, min(1440, p[0] * 60 + p[1] * 60)),)),
    ),
    at=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),  # noqa: DTZ001
)
def test_the_next_opening_is_the_first_open_minute(weekly: dict[int, tuple[tuple[int, int], ...]], at: datetime) -> None:
    """Against a brute-force walk in minutes over eight days."""
    read = Openings(zone=SHANGHAI, always_open=False, weekly=weekly)
    start = at.replace(second=0, microsecond=0, tzinfo=UTC)
    found = read.next_opening(start)
    walked = next(
        (start + timedelta(minutes=step) for step in range(0, 8 * 1440) if read.is_open(start + timedelta(minutes=step))), None
    )
    assert found == walked
