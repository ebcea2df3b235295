"""The list of changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingting.platform.audit import selectors, words
from lingting.platform.audit.writing import watched_tables
from lingting.platform.refusals import NotPermitted
from lingting.platform.ui.navigation import may
from lingting.platform.ui.paging import keyset_page


@require_safe
@login_required
def change_list(request: HttpRequest) -> HttpResponse:
    """`/settings/audit/`: who changed what, by person, thing and period."""
    if not may(request, "audit.view_changes"):
        raise NotPermitted(_("Only who looks after the system sees the change record. Ask an administrator."))
    asked = request.GET
    until = _day(asked.get("until", ""))
    rows = selectors.changes(
        person=_clean(asked.get("q", "")),
        table=_clean(asked.get("table", "")),
        object_id=_clean(asked.get("object", "")),
        via=_clean(asked.get("via", "")),
        program=_clean(asked.get("program", "")),
        since=_midnight(_day(asked.get("since", ""))),
        until=_midnight(until + timedelta(days=1) if until else None),
    )
    is_filtered = any(asked.get(name) for name in ("q", "table", "object", "via", "program", "since", "until"))
    if not is_filtered:
        rows = selectors.without_laid(rows)
    page = keyset_page(rows, order=("-id",), query=asked, size=50)
    tables = sorted((words.table_label(table), table) for table in watched_tables())
    context = {
        "page": page,
        "lines": [words.shown(change) for change in page.items],
        "tables": tables,
        "ways": words.VIA_LABELS.items(),
        "asked": asked,
        "query": asked.get("q", ""),
        "search_label": _("Name of a person"),
        "is_filtered": is_filtered,
        "laid": [] if is_filtered else [(key, words.PROGRAMS.get(key, key), count) for key, count in selectors.laid().items()],
    }
    return render(request, "audit/changes.html", context)


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:200]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return make_aware(datetime(day.year, day.month, day.day)) if day else None  # noqa: DTZ001
