"""Times: marked up once, written and kept current in the browser by `times.js`."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from lingting.platform.ui.tags import register

MOMENT_STYLES = ("relative", "exact", "date", "time", "day")
RELATIVE_SECONDS = 22 * 3600  # what lies further off is told by its day


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC to the second, as `<time datetime>` wants it."""
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{at.year:04d}-{at.month:02d}-{at.day:02d}T{at.hour:02d}:{at.minute:02d}:{at.second:02d}Z"


def moment_text(moment: datetime, style: str, *, now: datetime) -> str:
    """A moment in the current zone, in the words that the script goes on with; nothing jumps where it runs."""
    if style == "relative":
        seconds = round((moment - now).total_seconds())
        if abs(seconds) < RELATIVE_SECONDS:
            return _relative_text(seconds)
    at = timezone.localtime(moment)
    clock = f"{at.hour:02d}:{at.minute:02d}"
    if style == "time":
        return clock
    if style == "exact":
        return date_format(at, pgettext("date format", "M d, Y, H:i"))
    day, today = at.date(), timezone.localtime(now).date()
    near = (
        None
        if style == "date"
        else {0: gettext("Today"), -1: gettext("Yesterday"), 1: gettext("Tomorrow")}.get((day - today).days)
    )
    return f"{near} {clock}" if near else date_text(day)


def _relative_text(seconds: int) -> str:
    size = abs(seconds)
    if size < 45:
        return gettext("just now")
    is_hours = size >= 3600
    count = max(1, round(size / (3600 if is_hours else 60)))
    words = (
        (gettext("%(count)s h ago") if is_hours else gettext("%(count)s min ago"))
        if seconds < 0
        else (gettext("in %(count)s h") if is_hours else gettext("in %(count)s min"))
    )
    return words % {"count": count}


def aware(moment: datetime) -> datetime:
    """The moment with a zone; a naive one is read as the current zone's."""
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


@register.simple_tag
def moment(when: datetime | date | None, style: str = "relative") -> SafeString | str:
    """`{% moment case.opened_at [style] %}`: a `<time>` in the reader's zone and language.

    Styles: relative (default; "3 分钟前", exact on hover, kept current), exact, date, time,
    day ("今天 19:30", "11月3日"). A plain date is written as a date. None gives a dash.
    """
    if when is None:
        return SafeString('<span class="lt-none">–</span>')
    if not isinstance(when, datetime):
        return format_html('<time datetime="{}">{}</time>', when.isoformat(), date_text(when))
    when = aware(when)
    return format_html(
        '<time datetime="{}" data-moment="{}">{}</time>', instant(when), style, moment_text(when, style, now=timezone.now())
    )


@register.filter
def date_text(day: date | None) -> str:
    """`{{ day|date_text }}`: "Nov 3", "11月3日"; another year than this one is said, no day says nothing."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(aware(day)).date()
    is_this_year = day.year == timezone.localdate().year
    return date_format(day, pgettext("date format", "M j") if is_this_year else pgettext("date format", "M j, Y"))


def duration_text(seconds: float | None) -> str:
    """ "04:07" below an hour, "2 h 05 min" from there; a dash for None; a minus sign for overdue."""
    if seconds is None:
        return "–"
    whole = round(abs(seconds))
    sign = "−" if seconds < 0 and whole else ""
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{sign}{minutes:02d}:{rest:02d}"
    hours, minutes = divmod(minutes, 60)
    return sign + gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}


@register.simple_tag
def duration(seconds: float | None) -> SafeString:
    """`{% duration wait_seconds %}`: mm:ss below an hour, then hours and minutes."""
    return format_html('<span class="lt-num">{}</span>', duration_text(seconds))


@register.simple_tag
def since(when: datetime | None) -> SafeString | str:
    """`{% since state.entered_at %}`: a timer that counts up from a moment, live."""
    if when is None:
        return duration(None)
    passed = (timezone.now() - aware(when)).total_seconds()
    return format_html(
        '<time class="lt-timer lt-num" datetime="{}" data-since>{}</time>',
        instant(aware(when)),
        duration_text(max(passed, 0)),
    )


@register.simple_tag
def countdown(due_at: datetime | None, warn_at: datetime | None = None) -> SafeString | str:
    """`{% countdown clock.due_at [clock.warn_at] %}`: the time left of a promise, live.

    It turns amber at `warn_at` (without one: in the last fifth of an hour) and red, with a
    minus sign, once the moment has passed. When it does, the element fires `lt:due`.
    """
    if due_at is None:
        return duration(None)
    left = (aware(due_at) - timezone.now()).total_seconds()
    warn = instant(aware(warn_at)) if warn_at else ""
    warned = left < (aware(due_at) - aware(warn_at)).total_seconds() if warn_at else left < 720
    kind = "breach" if left < 0 else "warning" if warned else "idle"
    return format_html(
        '<time class="lt-timer lt-num lt-{}" datetime="{}" data-countdown data-warn="{}">{}</time>',
        kind,
        instant(aware(due_at)),
        warn,
        duration_text(left),
    )
