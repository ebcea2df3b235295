"""Hours and days as people write them, and the pages that take them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lingting.demo.world import World
from lingting.kernel.calendars import foundation
from lingting.kernel.calendars.daylists import BadDays, read_days, statutory_days, write_ranges
from lingting.kernel.calendars.hours import BadHours, minute_text, read_minute, read_week
from lingting.kernel.calendars.models import Calendar, DayTable, SpecialDay
from lingting.kernel.calendars.selectors import openings, ranges_of, special_days_of, years_of
from lingting.kernel.calendars.years import year_picture
from lingting.kernel.timeline.models import Entry

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
# The wording of such announcements; the days are those of 2026.
ANNOUNCED = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9", 540),
        ("09:00", 540),
        ("930", 570),
        ("0930", 570),
        ("9：30", 570),
        ("24:00", 1440),
        ("24:01", None),
        ("9:60", None),
        ("", None),
        ("noon", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, minute: int | None) -> None:
    assert read_minute(text) == minute


@given(st.integers(0, 1440))
def test_a_time_written_is_read_back(minute: int) -> None:
    assert read_minute(minute_text(minute)) == minute


def test_a_night_shift_runs_into_the_next_day_also_on_sunday() -> None:
    week = read_week({0: [("09:00", "12:00"), ("", ""), ("13:00", "18:00")], 6: [("22:00", "06:00")]})
    assert week[0] == [(0, 360), (540, 720), (780, 1080)]
    assert week[6] == [(1320, 1440)]


@pytest.mark.parametrize("pairs", [[("9:00", "12:00"), ("11:00", "13:00")], [("9:00", "x")], [("9:00", "9:00")], [("", "18:00")]])
def test_overlaps_and_nonsense_are_refused_with_the_weekday(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(BadHours) as refused:
        read_week({2: pairs})
    assert refused.value.details["weekday"] == 2


def test_an_announcement_is_pasted_as_it_is(db: None, now: datetime) -> None:
    foundation.lay(now=now)
    table = DayTable.objects.get(key="cn")
    known = {day.date: day.kind for day in special_days_of(table.pk, year=2026)}
    assert {day.date: day.kind for day in read_days(ANNOUNCED, year=2026)} == known


def test_what_the_page_shows_as_text_is_read_back_the_same(db: None, now: datetime) -> None:
    foundation.lay(now=now)
    table = DayTable.objects.get(key="cn")
    for year in (2025, 2026, 2027):
        days = special_days_of(table.pk, year=year)
        again = read_days(write_ranges(ranges_of(days)), year=year)
        assert [(day.date, day.kind, day.name_zh, day.name_en) for day in again] == [
            (day.date, day.kind, day.name_zh, day.name_en) for day in days
        ]


@pytest.mark.parametrize(
    "line", ["sometime in May", "2026-02-30 休 x", "2026-05-05 ~ 2026-05-01 休 x", "2026-01-01 ~ 2026-12-31 休 x"]
)
def test_a_line_that_cannot_be_read_is_quoted(line: str) -> None:
    with pytest.raises(BadDays) as refused:
        read_days(f"2026-01-01 休 元旦\n{line}", year=2026)
    assert "2" in str(refused.value) and line[:10] in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadDays):
        assert all(day.date.year == 2026 for day in read_days(text, year=2026))


@pytest.mark.parametrize(("year", "day"), [(2024, 4), (2025, 4), (2026, 5), (2027, 5), (2028, 4)])
def test_qingming_falls_on_its_day(year: int, day: int) -> None:
    """Published almanac days of 清明."""
    assert date(year, 4, day) in {found.date for found in statutory_days(year) if found.name_zh == "清明节"}


@pytest.fixture
def centre(world: World, now: datetime) -> World:
    """The demo centre with the calendars every centre has."""
    foundation.lay(now=now)
    return world


@pytest.fixture
def client(centre: World) -> Client:
    client = Client(**LOCAL)
    client.force_login(centre.administrator)
    return client


def test_a_week_is_edited_and_only_what_changed_is_written(client: Client) -> None:
    calendar = Calendar.objects.create(key="t", name_zh="测试")
    given = {"name_zh": "测试", "time_zone": "Asia/Shanghai", "opens-0": ["09:00", "13:00"], "closes-0": ["12:00", "18:00"],
             "opens-5": ["20:00"], "closes-5": ["02:00"]}  # fmt: skip
    assert client.post(reverse("calendars:calendar-edit", args=[calendar.pk]), given).status_code == 302
    read = openings(calendar.pk)
    assert read.weekly == {0: ((540, 720), (780, 1080)), 5: ((1200, 1440),), 6: ((0, 120),)}
    kept = set(calendar.hours.values_list("pk", flat=True))
    client.post(reverse("calendars:calendar-edit", args=[calendar.pk]), {**given, "closes-5": ["03:00"]})
    assert len(kept & set(calendar.hours.values_list("pk", flat=True))) == 3
    assert Entry.objects.filter(kind="CalendarChanged", subject_id=calendar.pk).count() == 2


def test_a_calendar_that_never_opens_is_refused_and_what_was_typed_stays(client: Client) -> None:
    answer = client.post(
        reverse("calendars:calendar-new"),
        {"name_zh": "空", "time_zone": "Asia/Shanghai", "opens-3": ["10:00"], "closes-3": ["x"]},
    )
    assert answer.status_code == 422 and answer.context["week"][3]["periods"] == [("10:00", "x")]
    assert client.post(reverse("calendars:calendar-new"), {"name_zh": "空", "time_zone": "Asia/Shanghai"}).status_code == 422
    assert client.post(reverse("calendars:calendar-new"), {"name_zh": "空", "time_zone": "Mars/Base"}).status_code == 422
    assert not Calendar.objects.filter(name_zh="空").exists()


def test_one_date_gets_hours_of_its_own_and_loses_them(client: Client) -> None:
    calendar = Calendar.objects.get(key="office")
    address = reverse("calendars:special-hours", args=[calendar.pk])
    client.post(address, {"date": "2026-12-24", "opens": "10", "closes": "15:30", "note": "盘点"})
    client.post(address, {"date": "2026-12-25"})
    read = openings(calendar.pk)
    assert read.periods(date(2026, 12, 24)) == ((600, 930),) and read.periods(date(2026, 12, 25)) == ()
    assert client.post(address, {"date": "2026-12-26", "opens": "15:00", "closes": "10:00"}).status_code == 422
    client.post(reverse("calendars:special-hours-removal", args=[calendar.pk, "2026-12-25"]))
    assert openings(calendar.pk).periods(date(2026, 12, 25)) == ((540, 1080),)
    assert client.post(reverse("calendars:special-hours-removal", args=[calendar.pk, "never"])).status_code == 404


def test_the_year_shows_every_day_with_its_kind(centre: World) -> None:
    read = openings(Calendar.objects.get(key="office").pk)
    months = year_picture(read, year=2026, names={date(2026, 10, 1): "国庆节"}, provisional=frozenset())
    days = {day.date: day for month in months for week in month.weeks for day in week if day}
    assert len(days) == 365
    assert (days[date(2026, 10, 1)].kind, days[date(2026, 10, 1)].is_open) == ("holiday", False)
    assert (days[date(2026, 10, 10)].kind, days[date(2026, 10, 10)].is_open) == ("workday", True)
    assert "国庆节" in days[date(2026, 10, 1)].words and "09:00–18:00" in days[date(2026, 11, 17)].words


def test_a_year_is_added_provisional_edited_and_announced(client: Client) -> None:
    table = DayTable.objects.get(key="cn")
    assert client.post(reverse("calendars:new-year", args=[table.pk]), {"year": "2028"}).status_code == 302
    assert dict(years_of(table.pk))[2028] is True
    assert client.post(reverse("calendars:new-year", args=[table.pk]), {"year": "2028"}).status_code == 409
    page = reverse("calendars:day-table", args=[table.pk]) + "?year=2028"
    assert client.post(page, {"text": "nonsense", "is_provisional": "on"}).status_code == 422
    assert (
        client.post(
            page, {"text": "2028-01-01 休 元旦\n1月2日 班 元旦调休上班", "is_provisional": "on", "source": "测试"}
        ).status_code
        == 302
    )
    assert list(SpecialDay.objects.filter(table=table, date__year=2028).values_list("kind", flat=True).order_by("date")) == [
        "holiday",
        "workday",
    ]
    client.post(reverse("calendars:publication", args=[table.pk, 2028]))
    assert dict(years_of(table.pk))[2028] is False


def test_a_calendar_in_use_stays(client: Client) -> None:
    used = Calendar.objects.exclude(key__in=["office", "always"]).first()
    answer = client.post(reverse("calendars:calendar-removal", args=[used.pk]))
    assert answer.status_code == 409 and Calendar.objects.filter(pk=used.pk).exists()
