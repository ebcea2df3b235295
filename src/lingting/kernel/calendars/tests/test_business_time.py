"""Business time against a counter that looks at every minute: holidays, made-up days, midnight, split hours, zone changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.kernel.calendars import foundation, services
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.calendars.selectors import Openings, spans_of
from lingting.kernel.calendars.spans import Spans
from lingting.kernel.timeline.events import SYSTEM

MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Zones with their changes near the sampled days: New York and London (02:00, 01:00), Santiago and Beirut (midnight),
# Lord Howe (half an hour), Apia (a day left out, 2011-12-30), Casablanca (Ramadan), Shanghai (none).
CHANGES = {
    "America/New_York": date(2026, 3, 8),
    "Europe/London": date(2026, 10, 25),
    "America/Santiago": date(2026, 9, 6),
    "Asia/Beirut": date(2026, 3, 29),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Pacific/Apia": date(2011, 12, 30),
    "Africa/Casablanca": date(2026, 2, 15),
    "Asia/Shanghai": date(2026, 10, 1),
}


@st.composite
def day_periods(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """None to three periods of a day, apart or touching, as minutes."""
    cuts = sorted(draw(st.lists(st.integers(0, 1440), max_size=6, unique=True)))
    return tuple(zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Openings, datetime]:
    """A calendar around a change of its zone, and a moment some days before it, with seconds."""
    name, change = draw(st.sampled_from(sorted(CHANGES.items())))
    near = st.integers(-3, 4).map(lambda days: change + timedelta(days=days))
    openings = Openings(
        zone=ZoneInfo(name), always_open=draw(st.integers(0, 9)) == 0,
        weekly={day: draw(day_periods()) for day in range(7)},
        special_days=draw(st.dictionaries(near, st.sampled_from(["holiday", "workday"]), max_size=3)),
        special_hours=draw(st.dictionaries(near, day_periods(), max_size=2)), holiday_hours=draw(st.booleans()),
    )  # fmt: skip
    noon = datetime(change.year, change.month, change.day, 12, tzinfo=UTC)
    return openings, noon + timedelta(seconds=draw(st.integers(-3 * 86_400, 86_400)))


def counted(openings: Openings, start: datetime, minutes: int) -> timedelta:
    """Open time by looking at every second at the ragged ends and every minute between: each open minute is 60 s."""
    total = timedelta()
    at, end = start, start + minutes * MINUTE
    while at < end:
        following = min(end, at.replace(second=0, microsecond=0) + MINUTE)
        if openings.is_open(at):
            total += following - at
        at = following
    return total


@settings(max_examples=120)
@given(calendars(), st.integers(0, 4 * 1440))
def test_elapsed_time_is_what_a_minute_counter_finds(given_: tuple[Openings, datetime], minutes: int) -> None:
    openings, start = given_
    spans = Spans(zone=openings.zone, periods=openings.periods)
    assert spans.elapsed(start, start + minutes * MINUTE) == counted(openings, start, minutes)


@settings(max_examples=120)
@given(calendars(), st.integers(1, 3 * 1440 * 60))
def test_a_due_moment_is_the_first_by_which_the_time_has_passed(given_: tuple[Openings, datetime], seconds: int) -> None:
    openings, start = given_
    spans = Spans(zone=openings.zone, periods=openings.periods)
    wanted = timedelta(seconds=seconds)
    due = spans.add(start, wanted)
    if due is None:
        assert not any(openings.weekly.values())
        return
    assert spans.elapsed(start, due) == wanted
    assert spans.elapsed(start, due - timedelta(microseconds=1)) < wanted
    if due - start < timedelta(days=5):
        whole = int((due - start) / MINUTE)
        assert counted(openings, start, whole) <= wanted <= counted(openings, start, whole + 1)


@settings(max_examples=60)
@given(calendars(), st.lists(st.integers(0, 2000), min_size=2, max_size=6))
def test_parts_add_up_whatever_was_compiled_first(given_: tuple[Openings, datetime], steps: list[int]) -> None:
    openings, start = given_
    spans = Spans(zone=openings.zone, periods=openings.periods)
    moments = [start]
    for step in steps:
        moments.append(moments[-1] + step * MINUTE)
    far = start + timedelta(days=2500)
    whole = Spans(zone=openings.zone, periods=openings.periods).elapsed(start, moments[-1])
    spans.elapsed(far, far + timedelta(days=3))
    assert sum((spans.elapsed(a, b) for a, b in pairwise(moments)), timedelta()) == whole


@settings(max_examples=60)
@given(calendars(), st.integers(1, 2 * 1440))
def test_the_spans_of_a_period_hold_its_open_time(given_: tuple[Openings, datetime], minutes: int) -> None:
    openings, start = given_
    spans = Spans(zone=openings.zone, periods=openings.periods)
    end = start + minutes * MINUTE
    pieces = spans.between(start, end, most=100)
    assert sum((until - since for since, until in pieces), timedelta()) == spans.elapsed(start, end)
    assert all(spans.is_open(since) for since, _until in pieces)


def test_an_hour_that_is_skipped_is_not_counted_and_one_that_repeats_counts_twice() -> None:
    night = Openings(zone=ZoneInfo("America/New_York"), always_open=False, weekly=dict.fromkeys(range(7), ((60, 240),)))
    spans = Spans(zone=night.zone, periods=night.periods)
    sunday_in_march = datetime(2026, 3, 8, 5, tzinfo=UTC)
    sunday_in_november = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert spans.elapsed(sunday_in_march, sunday_in_march + timedelta(hours=12)) == timedelta(hours=2)
    assert spans.elapsed(sunday_in_november, sunday_in_november + timedelta(hours=12)) == timedelta(hours=4)


def test_a_calendar_that_never_opens_again_has_no_due_moment() -> None:
    shut = Openings(zone=SHANGHAI, always_open=False, special_hours={date(2026, 11, 20): ((540, 600),)})
    spans = Spans(zone=shut.zone, periods=shut.periods)
    start = datetime(2026, 11, 19, tzinfo=UTC)
    assert spans.add(start, timedelta(hours=1)) == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert spans.add(start, timedelta(hours=1, seconds=1)) is None


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-17T17:30", 1, "2026-11-18T09:30"),
        ("2026-11-17T17:00", 1, "2026-11-17T18:00"),
        ("2026-09-30T17:00", 2, "2026-10-08T10:00"),
        ("2026-10-09T17:00", 2, "2026-10-10T10:00"),
        ("2026-02-14T09:00", 18, "2026-02-24T18:00"),
    ],
)
def test_working_hours_of_2026_as_they_were_announced(db: None, now: datetime, start: str, hours: int, due: str) -> None:
    foundation.lay(now=now)
    spans = spans_of(Calendar.objects.get(key="office").pk)
    begin = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert spans.add(begin, timedelta(hours=hours)) == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)


def test_a_changed_calendar_is_read_anew_and_an_unchanged_one_is_not(db: None, now: datetime, django_assert_num_queries) -> None:
    foundation.lay(now=now)
    office = Calendar.objects.get(key="office")
    held = spans_of(office.pk)
    with django_assert_num_queries(0):
        assert spans_of(office.pk, version=office.version) is held
        assert spans_of(None).is_open(now)
    services.set_special_hours(office, day=date(2026, 11, 17), periods=[], note="", actor=SYSTEM, now=now)
    assert held.is_open(now) and not spans_of(office.pk).is_open(now)
