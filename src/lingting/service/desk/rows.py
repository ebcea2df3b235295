"""The markup of an inbox row.

Written in Python and not as a template: a page of 25 rows is the most frequent answer of the house, and a
template spends ten times as long on it. Everything that people wrote goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import get_language, gettext

from lingting.platform.ui.icons import icon_svg
from lingting.platform.ui.tags.actions import skeleton
from lingting.platform.ui.tags.marks import avatar
from lingting.platform.ui.tags.moments import date_text, duration_text, instant, moment_text
from lingting.service.desk.models import Priority
from lingting.service.desk.presenting import PRIORITY_LOOKS
from lingting.service.desk.selectors.channels import channel_look

WARN = timedelta(hours=2)
NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom the rows are for: asked once for all of them."""

    language: str
    now: datetime
    zone: tzinfo
    words: dict[str, str]


def rows_html(rows: Iterable[dict[str, Any]], *, view: str, opened_id: int | None = None) -> str:
    """The rows: who, since when or until when, the latest words, unread, queue, owner, state."""
    language = get_language() or ""
    reader = _Reader(language, timezone.now(), timezone.get_current_timezone(), _words(language))
    address = f"/?view={quote(view)}"
    return "".join([_row(row, address, row["id"] == opened_id, reader) for row in rows])


def more_html(*, address: str) -> str:
    """What fetches the next rows when it comes into sight."""
    return (
        f'<div class="desk-more" hx-get="{escape(address)}" hx-trigger="intersect once" hx-target="this" hx-swap="outerHTML"'
        f' hx-push-url="false" hx-sync="this:drop">{_waiting(get_language() or "")}</div>'
    )


@cache
def _waiting(language: str) -> str:
    return skeleton("rows", 3)


def _row(row: dict[str, Any], address: str, is_current: bool, reader: _Reader) -> str:
    number, name, words = row["id"], escape(row["name"]), reader.words
    url = f"/desk/cases/{number}{address}"
    classes = f"desk-row{' is-unread' if row['unread_count'] else ''}{' is-current' if is_current else ''}"
    return (
        f'<div class="{classes}" id="row-{number}" data-case="{number}">'
        f'<label class="desk-pick"><input type="checkbox" class="form-check-input" name="picked" value="{number}"'
        f' aria-label="{words["pick"]} {name}"></label>'
        f'<span class="desk-face">{_face(row["name"])}{_channel(row["channel"], reader.language)}</span>'
        f'<a class="desk-row-link" href="{url}" hx-get="{url}" data-shows-pane="conversation">'
        f'<span class="desk-row-top"><bdi class="desk-row-name">{name}</bdi>{_tier(row)}'
        f'<span class="lt-spring"></span>{_time(row, reader)}</span>'
        f'<span class="desk-row-line">{words["ours"] if row["is_ours"] else ""}'
        f'<bdi class="lt-clip">{escape(row["line"])}</bdi>{_unread(row, words)}</span>'
        f'<span class="desk-row-foot">{_foot(row, reader)}</span></a></div>'
    )


@cache
def _words(language: str) -> dict[str, str]:
    """The fixed words and icons of a row in a language."""
    return {
        "pick": escape(gettext("Pick")),
        "ours": icon_svg("corner-up-left", label=gettext("We answered"), size=14),
        "due": escape(gettext("Answer due")),
        "unread": escape(gettext("unread")),
        "nobody": escape(gettext("Unassigned")),
        "closed": icon_svg("circle-check", label=gettext("Closed"), size=14),
        "snoozed": icon_svg("clock-pause", label=gettext("Snoozed"), size=14),
        "waiting": icon_svg("hourglass", label=gettext("Waiting for customer"), size=14),
    }


@lru_cache(maxsize=2_000)
def _face(name: str) -> str:
    return avatar(name, 36)


@cache
def _channel(channel: str, language: str) -> str:
    look = channel_look(channel)
    return f'<i title="{escape(look.label)}">{icon_svg(look.icon, label=look.label, size=12)}</i>'


@cache
def _priority(priority: int, language: str) -> str:
    if priority > Priority.HIGH:
        return ""
    kind, icon = PRIORITY_LOOKS[priority]
    return f'<span class="desk-priority lt-{kind}">{icon_svg(icon, size=14)}{escape(str(Priority(priority).label))}</span>'


def _tier(row: dict[str, Any]) -> str:
    if not row["tier_raises"]:
        return ""
    return f'<span class="desk-tier" title="{escape(row["tier"])}">{icon_svg("crown", label=row["tier"], size=14)}</span>'


def _time(row: dict[str, Any], reader: _Reader) -> str:
    """When it was last active; from four hours before the answer is due, what is left of the promise."""
    if not row["shows_due"]:
        at: datetime = row["active_at"]
        return f'<span class="desk-age"><time datetime="{instant(at)}" data-moment="relative">{_age(at, reader)}</time></span>'
    due, left, words = row["due_at"], row["left_seconds"], reader.words
    if left < -86_400:
        late = gettext("%(days)s d late") % {"days": int(-left // 86_400)}
        return f'<span class="desk-due lt-breach" title="{words["due"]}">{escape(late)}</span>'
    kind = "breach" if left < 0 else "warning" if left < WARN.total_seconds() else "idle"
    return (
        f'<span class="desk-due" title="{words["due"]}"><time class="lt-timer lt-num lt-{kind}" datetime="{instant(due)}"'
        f' data-countdown data-warn="{instant(due - WARN)}">{duration_text(left)}</time></span>'
    )


def _age(at: datetime, reader: _Reader) -> str:
    """The moment as `moment_text` writes it. What lies days off is told by its day alone, which many rows share."""
    if abs(reader.now - at) < NEAR:
        return escape(moment_text(at, "relative", now=reader.now))
    return _day(at.astimezone(reader.zone).date(), reader.now.astimezone(reader.zone).year, reader.language)


@lru_cache(maxsize=2_000)
def _day(day: date, this_year: int, language: str) -> str:
    return escape(date_text(day))


def _unread(row: dict[str, Any], words: dict[str, str]) -> str:
    count = row["unread_count"]
    return f'<b class="desk-unread" aria-label="{count} {words["unread"]}">{count}</b>' if count else ""


def _foot(row: dict[str, Any], reader: _Reader) -> str:
    owner = ""
    if not row["assignee_id"]:
        owner = f'<span class="desk-nobody">{reader.words["nobody"]}</span>'
    elif not row["is_mine"]:
        owner = f'<span class="lt-clip">{escape(row["assignee_name"])}</span>'
    urgency = _priority(row["priority"], reader.language)
    return f'{urgency}<span class="lt-clip">{escape(row["queue"])}</span>{owner}{reader.words.get(row["state"], "")}'
