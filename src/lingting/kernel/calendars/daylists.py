"""Special days as text: our own line format, and the sentences in which the State Council announces a year.

2026-02-15 ~ 2026-02-23 休 春节 | Spring Festival
2026-02-14 班 春节调休上班
二、春节：2月15日（周日）至23日（周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from lingting.kernel.calendars.selectors import DayRange
from lingting.platform.refusals import Invalid

ENGLISH = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "清明节": "Qingming Festival", "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival", "中秋节": "Mid-Autumn Festival", "国庆节": "National Day",
    "国庆节、中秋节": "National Day and Mid-Autumn Festival",
}  # fmt: skip
_DAY = r"(?:(\d{4})[-/.年])?\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?"
_LINE = re.compile(
    rf"{_DAY}(?:\s*(?:~|～|–|—|至|到|to|-)\s*(?:{_DAY}|(\d{{1,2}})日?))?\s*[,，\s]*\s*"
    r"(休|放假|假|holiday|off|班|上班|补班|调休|workday|work)\b\s*[,，]?\s*(.*)",
    re.IGNORECASE,
)
_WORKED = frozenset({"班", "上班", "补班", "调休", "workday", "work"})
_ANNOUNCED = re.compile(r"^(?:[一二三四五六七八九十]+、)?\s*([^：:\d]{2,12})[：:](.+)$")
_SPAN = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:至(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日)?")
_ASIDE = re.compile(r"[（(][^）)]*[）)]")
_LONGEST = 40


class BadDays(Invalid):
    """A line cannot be read; the message quotes it."""

    code = "bad_days"


@dataclass(frozen=True, kw_only=True)
class ReadDay:
    """A special day as it was written."""

    date: date
    kind: str
    name_zh: str
    name_en: str = ""


def write_ranges(ranges: list[DayRange]) -> str:
    """Days in our line format, to be edited and read back."""
    lines = []
    for one in ranges:
        days = one.first.isoformat() if one.first == one.last else f"{one.first.isoformat()} ~ {one.last.isoformat()}"
        name = f"{one.name_zh} | {one.name_en}" if one.name_en else one.name_zh
        lines.append(f"{days} {'休' if one.kind == 'holiday' else '班'} {name}".rstrip())
    return "\n".join(lines)


def read_days(text: str, *, year: int) -> list[ReadDay]:
    """The days a text names, in order; a later line wins over an earlier one. Raises `BadDays` for a line it cannot read."""
    found: dict[date, ReadDay] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            days = list(_days_in(line.strip(), year=year))
        except ValueError:
            days = []
        if not days:
            raise BadDays(
                _(
                    "Line %(number)s cannot be read: “%(line)s”. "
                    "Write it like “2027-02-06 ~ 2027-02-12 休 春节 | Spring Festival”."
                )
                % {"number": number, "line": line.strip()[:80]}
            )
        for day in days:
            if day.date.year == year:
                found[day.date] = day
    return [found[key] for key in sorted(found)]


def _days_in(line: str, *, year: int) -> Iterator[ReadDay]:
    announced = _ANNOUNCED.match(_ASIDE.sub("", line))
    if announced and not _LINE.match(line):
        yield from _announced(announced[1].strip(), announced[2], year=year)
        return
    found = _LINE.match(line)
    if found is None:
        return
    first = date(int(found[1] or year), int(found[2]), int(found[3]))
    last = first
    if found[6]:
        last = date(int(found[4] or first.year), int(found[5]), int(found[6]))
    elif found[7]:
        last = first.replace(day=int(found[7]))
    name_zh, _bar, name_en = found[9].partition("|")
    kind = "workday" if found[8].lower() in _WORKED else "holiday"
    yield from _between(first, last, kind=kind, name_zh=name_zh.strip(), name_en=name_en.strip())


def _announced(name: str, sentences: str, *, year: int) -> Iterator[ReadDay]:
    """`放假` sentences name days off, `上班` sentences the days worked for them."""
    for sentence in re.split(r"[。;；]", sentences):
        is_worked = "上班" in sentence
        if not is_worked and not re.search(r"放假|休息|调休", sentence):
            continue
        for span in _SPAN.finditer(sentence):
            first = date(int(span[1] or year), int(span[2]), int(span[3]))
            last = date(int(span[4] or first.year), int(span[5] or first.month), int(span[6])) if span[6] else first
            english = ENGLISH.get(name, "")
            yield from _between(
                first, last, kind="workday" if is_worked else "holiday", name_zh=name + ("调休上班" if is_worked else ""),
                name_en=f"{english} (made-up working day)" if is_worked and english else english,
            )  # fmt: skip


def _between(first: date, last: date, *, kind: str, name_zh: str, name_en: str) -> Iterator[ReadDay]:
    if last < first or (last - first).days > _LONGEST:
        raise ValueError("not a range of days")
    for step in range((last - first).days + 1):
        yield ReadDay(date=first + timedelta(days=step), kind=kind, name_zh=name_zh[:40], name_en=name_en[:40])


def statutory_days(year: int) -> list[ReadDay]:
    """The days off that Chinese law fixes in the solar calendar: what is certain before a year is announced.

    New Year 1 day, Qingming 1, Labour Day 2, National Day 3 (全国年节及纪念日放假办法, as of 2025-01-01). Qingming by
    the usual formula for 2000-2099. Festivals of the lunar calendar are not here: they come with the announcement.
    """
    short = year % 100
    qingming = int(short * 0.2422 + 4.81) - int(short / 4)
    fixed = (("元旦", 1, 1, 1), ("清明节", 4, qingming, 1), ("劳动节", 5, 1, 2), ("国庆节", 10, 1, 3))
    found: list[ReadDay] = []
    for name, month, day, count in fixed:
        first = date(year, month, day)
        found += _between(first, first + timedelta(days=count - 1), kind="holiday", name_zh=name, name_en=ENGLISH[name])
    return found
