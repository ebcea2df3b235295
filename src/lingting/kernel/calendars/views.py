"""Opening hours and special days: list, year, week editor, table of days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.calendars import selectors, services
from lingting.kernel.calendars.daylists import read_days, write_ranges
from lingting.kernel.calendars.forms import CalendarForm, NewYearForm, SpecialHoursForm, YearForm
from lingting.kernel.calendars.hours import BadHours, minute_text, periods_text, read_minute, read_week
from lingting.kernel.calendars.models import WEEKDAYS, Calendar, DayTable
from lingting.kernel.calendars.selectors import Openings
from lingting.kernel.calendars.years import year_picture
from lingting.kernel.organisation.services import remove_unused
from lingting.platform.refusals import NotFound, Refusal
from lingting.platform.ui.refused_forms import show_refusal, submitted

_YEARS = range(2000, 2100)


@require_safe
@requires("calendars.manage_calendars")
def calendars(request: HttpRequest) -> HttpResponse:
    """All calendars with how they stand at this moment, and the tables of special days."""
    now = timezone.now()
    rows = []
    for calendar in Calendar.objects.select_related("days").order_by("id"):
        read = selectors.openings(calendar.pk)
        rows.append({"calendar": calendar, **_standing(read, now=now), "week": _week_words(read)})
    tables = [{"table": table, "years": selectors.years_of(table.pk)} for table in DayTable.objects.order_by("id")]
    return render(request, "calendars/calendars.html", {"rows": rows, "tables": tables})


def _standing(read: Openings, *, now: datetime) -> dict[str, Any]:
    """Open until, or closed until; moments in the calendar's own zone."""
    is_open = read.is_open(now)
    next_at = read.closing(now) if is_open else read.next_opening(now)
    return {"is_open": is_open, "next_at": next_at.astimezone(read.zone) if next_at else None, "always_open": read.always_open}


def _week_words(read: Openings) -> list[tuple[str, str]]:
    """Weekday and hours; days in a row with the same hours put together."""
    lines: list[tuple[int, int, str]] = []
    for weekday in range(7):
        text = periods_text(read.weekly.get(weekday, ()))
        if lines and lines[-1][2] == text:
            lines[-1] = (lines[-1][0], weekday, text)
        else:
            lines.append((weekday, weekday, text))
    return [
        (str(WEEKDAYS[first]) if first == last else f"{WEEKDAYS[first]} – {WEEKDAYS[last]}", text) for first, last, text in lines
    ]


@require_safe
@requires("calendars.manage_calendars")
def calendar_year(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """`?year=2026`: which days are open, and the dates with hours of their own."""
    calendar = get_object_or_404(Calendar.objects.select_related("days"), pk=calendar_id)
    return _year_page(request, calendar, form=SpecialHoursForm())


def _year_page(request: HttpRequest, calendar: Calendar, *, form: SpecialHoursForm, status: int = 200) -> HttpResponse:
    read = selectors.openings(calendar.pk)
    now = timezone.now()
    today = now.astimezone(read.zone).date()
    year = _year(request, otherwise=today.year)
    days = selectors.special_days_of(calendar.days_id, year=year) if calendar.days_id else []
    names = {day.date: _name(day) for day in days}
    special = calendar.special_hours.filter(date__gte=min(today, date(year, 1, 1))).order_by("date", "opens_minute")
    notes: dict[date, str] = {row.date: row.note for row in special}
    months = year_picture(
        read, year=year, names={**names, **{day: note for day, note in notes.items() if note}},
        provisional=frozenset(day.date for day in days if day.is_provisional),
    )  # fmt: skip
    context = {
        "calendar": calendar, "months": months, "year": year, "today": today,
        "weekdays": [(str(day), _letter(str(day))) for day in WEEKDAYS],
        "open_days": sum(month.open_days for month in months), "has_provisional": any(day.is_provisional for day in days),
        "special": [(day, periods_text(read.special_hours.get(day, ())), notes[day]) for day in sorted(notes)],
        "form": form, "week": _week_words(read), **_standing(read, now=now),
    }  # fmt: skip
    return render(request, "calendars/calendar.html", context, status=status)


def _letter(weekday: str) -> str:
    """周一 as 一, Monday as Mo: the head of a column two signs wide."""
    return weekday[:2] if weekday.isascii() else weekday[-1]


def _name(day: Any) -> str:
    return day.name_zh if (get_language() or "").startswith("zh") else day.name_en or day.name_zh


def _year(request: HttpRequest, *, otherwise: int) -> int:
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in _YEARS else otherwise


@requires("calendars.manage_calendars")
def calendar_form(request: HttpRequest, calendar_id: int | None = None) -> HttpResponse:
    """The week editor."""
    calendar = get_object_or_404(Calendar, pk=calendar_id) if calendar_id else None
    form = CalendarForm(request.POST or None, initial=_values(calendar))

    def act(given: dict[str, Any]) -> HttpResponse:
        weekly = read_week(_posted_week(request))
        saved = services.save_calendar(
            calendar or Calendar(), **given, weekly=weekly, actor=request.user.as_actor, now=timezone.now()
        )
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
        return redirect("calendars:calendar", calendar_id=saved.pk)

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {"form": form, "calendar": calendar, "week": _week_lines(request, calendar), "cancel_url": _back(calendar)}
    return render(request, "calendars/calendar_form.html", context, status=status)


def _back(calendar: Calendar | None) -> str:
    return reverse("calendars:calendar", args=[calendar.pk]) if calendar else reverse("calendars:calendars")


def _values(calendar: Calendar | None) -> dict[str, Any]:
    if calendar is None:
        return {"days": DayTable.objects.order_by("id").first()}
    return {
        "name_zh": calendar.name_zh, "name_en": calendar.name_en, "time_zone": calendar.time_zone,
        "always_open": calendar.always_open, "days": calendar.days_id, "holiday_hours": calendar.holiday_hours,
    }  # fmt: skip


def _posted_week(request: HttpRequest) -> dict[int, list[tuple[str, str]]]:
    return {
        day: list(zip(request.POST.getlist(f"opens-{day}"), request.POST.getlist(f"closes-{day}"), strict=False))
        for day in range(7)
    }


def _week_lines(request: HttpRequest, calendar: Calendar | None) -> list[dict[str, Any]]:
    if request.method == "POST":
        week = _posted_week(request)
    elif calendar is None:
        week = {day: [("09:00", "18:00")] if day < 5 else [] for day in range(7)}
    else:
        week = {day: [] for day in range(7)}
        for row in calendar.hours.order_by("opens_minute"):
            week[row.weekday].append((minute_text(row.opens_minute), minute_text(row.closes_minute)))
    return [{"number": day, "name": WEEKDAYS[day], "periods": week[day]} for day in range(7)]


@require_POST
@requires("calendars.manage_calendars")
def calendar_removal(request: HttpRequest, calendar_id: int) -> HttpResponse:
    calendar = get_object_or_404(Calendar, pk=calendar_id)
    remove_unused(calendar)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": calendar})
    return redirect("calendars:calendars")


@require_POST
@requires("calendars.manage_calendars")
def special_hours(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Hours of one date; without times it is closed all day."""
    calendar = get_object_or_404(Calendar.objects.select_related("days"), pk=calendar_id)
    form = SpecialHoursForm(request.POST)
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.set_special_hours(
                calendar, day=given["date"], periods=_one_period(given["opens"], given["closes"]), note=given["note"],
                actor=request.user.as_actor, now=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("The hours of %(date)s are saved.") % {"date": given["date"].isoformat()})
            return redirect(f"{reverse('calendars:calendar', args=[calendar.pk])}?year={given['date'].year}")
    return _year_page(request, calendar, form=form, status=status)


def _one_period(opens_text: str, closes_text: str) -> list[tuple[int, int]]:
    if not opens_text.strip() and not closes_text.strip():
        return []
    opens, closes = read_minute(opens_text), read_minute(closes_text)
    if opens is None or not closes or closes <= opens:
        raise BadHours(_("“%(opens)s – %(closes)s” is not a period. Write times like 09:00 and 18:30; "
                         "leave both empty for a closed day.")
                       % {"opens": opens_text, "closes": closes_text})  # fmt: skip
    return [(opens, closes)]


@require_POST
@requires("calendars.manage_calendars")
def special_hours_removal(request: HttpRequest, calendar_id: int, day: str) -> HttpResponse:
    calendar = get_object_or_404(Calendar, pk=calendar_id)
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound(_("This date is not in the list any more.")) from error
    services.remove_special_hours(calendar, day=found, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("%(date)s follows the rule again.") % {"date": found.isoformat()})
    return redirect(f"{reverse('calendars:calendar', args=[calendar.pk])}?year={found.year}")


@requires("calendars.manage_calendars")
def day_table(request: HttpRequest, table_id: int) -> HttpResponse:
    """`?year=2027`: the special days of a year as a table, and as text to edit or to paste an announcement into."""
    table = get_object_or_404(DayTable, pk=table_id)
    years = selectors.years_of(table.pk)
    known = dict(years)
    year = _year(request, otherwise=min(max(known, default=timezone.localdate().year), timezone.localdate().year))
    ranges = selectors.ranges_of(selectors.special_days_of(table.pk, year=year))
    initial = {
        "text": write_ranges(ranges),
        "source": ranges[0].source if ranges else "",
        "is_provisional": known.get(year, True),
    }
    form = YearForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> HttpResponse:
        _replace_year(request, table, form, year=year)
        return redirect(f"{reverse('calendars:day-table', args=[table.pk])}?year={year}")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {
        "table": table, "years": years, "year": year, "ranges": ranges, "form": form, "is_provisional": known.get(year, False),
        "days_off": sum(one.length for one in ranges if one.kind == "holiday"),
        "days_worked": sum(one.length for one in ranges if one.kind == "workday"), "next_year": max(known, default=year) + 1,
    }  # fmt: skip
    return render(request, "calendars/day_table.html", context, status=status)


def _replace_year(request: HttpRequest, table: DayTable, form: YearForm, *, year: int) -> None:
    given = form.cleaned_data
    days = read_days(given["text"], year=year)
    services.replace_year(
        table, year=year, days=days, is_provisional=given["is_provisional"], source=given["source"],
        actor=request.user.as_actor, now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("%(year)s is saved: %(count)s special days.") % {"year": year, "count": len(days)})


@require_POST
@requires("calendars.manage_calendars")
def publication(request: HttpRequest, table_id: int, year: int) -> HttpResponse:
    """A year was announced as it stands here."""
    table = get_object_or_404(DayTable, pk=table_id)
    services.mark_published(table, year=year, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("%(year)s is marked as announced.") % {"year": year})
    return redirect(f"{reverse('calendars:day-table', args=[table.pk])}?year={year}")


@require_POST
@requires("calendars.manage_calendars")
def new_year(request: HttpRequest, table_id: int) -> HttpResponse:
    """Adds a year with the days the law fixes, marked provisional."""
    table = get_object_or_404(DayTable, pk=table_id)
    form = NewYearForm(request.POST)
    if not form.is_valid():
        raise NotFound(_("Between 2000 and 2099."))
    year = form.cleaned_data["year"]
    services.add_year(table, year=year, actor=request.user.as_actor, now=timezone.now())
    messages.success(
        request, _("%(year)s is there with the days the law fixes. Paste the announcement once it is out.") % {"year": year}
    )
    return redirect(f"{reverse('calendars:day-table', args=[table.pk])}?year={year}")
