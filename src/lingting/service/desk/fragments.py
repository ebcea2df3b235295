"""Parts of the list pane that are alike for many people: rendered once for each likeness and kept in the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from lingting.service.desk import selectors
from lingting.service.desk.rows import more_html, rows_html

Saved = tuple[int, str, bool]
_OPENS, _CLOSES = "\ue000", "\ue001"


def switcher(
    view: str, *, counts: Mapping[str, str], shows_team: bool, saved: tuple[Saved, ...], is_searching: bool
) -> SafeString:
    """The view switcher: built-in views with their counts, and saved ones as (id, name, whether one's own)."""
    html = _switcher(get_language() or "", view, shows_team, saved, is_searching)
    for each in selectors.VIEWS:
        html = html.replace(f"{_OPENS}{each.key}{_CLOSES}", counts.get(each.key, ""))
    return SafeString(html)


def list_rows(
    rows: Iterable[dict[str, Any]], *, view: str, next_cursor: str | None = None, query: str = "", opened_id: int | None = None
) -> SafeString:
    """Rows of the list, and what fetches those after them."""
    html = rows_html(rows, view=view, opened_id=opened_id)
    if next_cursor:
        html += more_html(address=f"{reverse('desk:inbox', args=[view])}?{f'{query}&' if query else ''}after={next_cursor}")
    return SafeString(html)


def list_tools(view: str, *, words: str, query: str, is_filtered: bool, may_export: bool) -> SafeString:
    """Search, filter and export above the rows; kept where nobody has typed."""
    made = _list_tools.__wrapped__ if words else _list_tools
    return made(get_language() or "", view, words, query, is_filtered, may_export)


def bulk_bar() -> SafeString:
    """The bar for acts on many cases."""
    return _bulk_bar(get_language() or "")


@lru_cache(maxsize=1_000)
def _switcher(language: str, view: str, shows_team: bool, saved: tuple[Saved, ...], is_searching: bool) -> str:
    views = [
        {
            "key": each.key,
            "label": each.label,
            "icon": each.icon,
            "shortcut": each.shortcut,
            "count": f"{_OPENS}{each.key}{_CLOSES}",
            "is_current": each.key == view,
            "url": reverse("desk:inbox", args=[each.key]),
        }
        for each in selectors.VIEWS
        if each.key != "team" or shows_team
    ]
    kept = [
        {
            "id": number,
            "key": f"saved-{number}",
            "label": name,
            "is_current": f"saved-{number}" == view,
            "is_own": is_own,
            "url": reverse("desk:inbox", args=[f"saved-{number}"]),
        }
        for number, name, is_own in saved
    ]
    context = {"views": views, "first_views": views[:3], "saved_views": kept, "words": is_searching}
    return render_to_string("desk/_views.html", context)


@lru_cache(maxsize=1_000)
def _list_tools(language: str, view: str, words: str, query: str, is_filtered: bool, may_export: bool) -> SafeString:
    told = {"view": view, "words": words, "query": query, "is_filtered": is_filtered, "may_export": may_export}
    return render_to_string("desk/_list_tools.html", told)


@lru_cache(maxsize=8)
def _bulk_bar(language: str) -> SafeString:
    return render_to_string("desk/_bulk.html")
