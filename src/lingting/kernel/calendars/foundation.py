"""The Chinese working days: published years as published, the next one provisional until the State Council speaks.

Sources: 国务院办公厅关于2025年部分节假日安排的通知 (国办发明电〔2024〕12号) and the same for 2026 (2025-11-04).
2027 holds the days that the law fixes (全国年节及纪念日放假办法, as of 2025-01-01) without made-up working days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from lingting.kernel.calendars.models import Calendar, DayTable, SpecialDay, WeeklyHours, new_version

CHINA = "cn"
_NAMES = {
    "new-year": ("元旦", "New Year's Day"),
    "spring": ("春节", "Spring Festival"),
    "qingming": ("清明节", "Qingming Festival"),
    "labour": ("劳动节", "Labour Day"),
    "dragon-boat": ("端午节", "Dragon Boat Festival"),
    "mid-autumn": ("中秋节", "Mid-Autumn Festival"),
    "national": ("国庆节", "National Day"),
}
_PUBLISHED: dict[int, tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, str], ...]]] = {
    2025: (
        (
            ("new-year", "01-01", "01-01"), ("spring", "01-28", "02-04"), ("qingming", "04-04", "04-06"),
            ("labour", "05-01", "05-05"), ("dragon-boat", "05-31", "06-02"), ("national", "10-01", "10-08"),
        ),
        (("spring", "01-26"), ("spring", "02-08"), ("labour", "04-27"), ("national", "09-28"), ("national", "10-11")),
    ),
    2026: (
        (
            ("new-year", "01-01", "01-03"), ("spring", "02-15", "02-23"), ("qingming", "04-04", "04-06"),
            ("labour", "05-01", "05-05"), ("dragon-boat", "06-19", "06-21"), ("mid-autumn", "09-25", "09-27"),
            ("national", "10-01", "10-07"),
        ),
        (
            ("new-year", "01-04"), ("spring", "02-14"), ("spring", "02-28"), ("labour", "05-09"), ("national", "09-20"),
            ("national", "10-10"),
        ),
    ),
}  # fmt: skip
_PROVISIONAL: dict[int, tuple[tuple[str, str, str], ...]] = {
    2027: (
        ("new-year", "01-01", "01-01"), ("spring", "02-05", "02-08"), ("qingming", "04-05", "04-05"),
        ("labour", "05-01", "05-02"), ("dragon-boat", "06-09", "06-09"), ("mid-autumn", "09-15", "09-15"),
        ("national", "10-01", "10-03"),
    ),
}  # fmt: skip


def lay(*, now: datetime) -> None:
    """The table of Chinese working days, and two calendars: office hours and round the clock."""
    table, _made = DayTable.objects.get_or_create(
        key=CHINA, defaults={"name_zh": "中国法定节假日与调休", "name_en": "Chinese holidays and made-up working days"}
    )
    have = set(SpecialDay.objects.filter(table=table).values_list("date__year", flat=True))
    arrived = [day for day in chinese_days(table) if day.date.year not in have]
    if arrived:
        SpecialDay.objects.bulk_create(arrived)
        Calendar.objects.filter(days=table).update(version=new_version())
    office, made = Calendar.objects.get_or_create(
        key="office", defaults={"name_zh": "工作时间", "name_en": "Working hours", "days": table}
    )
    if made:
        WeeklyHours.objects.bulk_create(
            WeeklyHours(calendar=office, weekday=day, opens_minute=9 * 60, closes_minute=18 * 60) for day in range(5)
        )
    Calendar.objects.get_or_create(
        key="always", defaults={"name_zh": "全天候（7×24）", "name_en": "Round the clock (7x24)", "always_open": True}
    )


def chinese_days(table: DayTable) -> Iterator[SpecialDay]:
    """Every special day we know, unsaved."""
    for year, (holidays, workdays) in _PUBLISHED.items():
        for name, first, last in holidays:
            yield from _days(table, year, name, first, last, kind="holiday", source=f"国务院办公厅 {year} 年安排")
        for name, day in workdays:
            yield from _days(table, year, name, day, day, kind="workday", source=f"国务院办公厅 {year} 年安排")
    for year, holidays in _PROVISIONAL.items():
        for name, first, last in holidays:
            yield from _days(table, year, name, first, last, kind="holiday", source="全国年节及纪念日放假办法", provisional=True)


def _days(
    table: DayTable, year: int, name: str, first: str, last: str, *, kind: str, source: str, provisional: bool = False
) -> Iterator[SpecialDay]:
    day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
    name_zh, name_en = _NAMES[name]
    while day <= end:
        suffix_zh, suffix_en = ("", "") if kind == "holiday" else ("调休上班", " (made-up working day)")
        yield SpecialDay(
            table=table, date=day, kind=kind, name_zh=name_zh + suffix_zh, name_en=name_en + suffix_en,
            is_provisional=provisional, source=source,
        )  # fmt: skip
        day += timedelta(days=1)
