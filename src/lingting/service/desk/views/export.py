"""A list of cases as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid
from lingting.platform.tables import Cell, table_response
from lingting.service.desk import selectors, services
from lingting.service.desk.models import CaseState, Priority
from lingting.service.desk.presenting import bilingual
from lingting.service.desk.selectors.channels import CHANNELS

MOST_XLSX = 50_000


class TooManyRows(Invalid):
    """More rows than a workbook should carry."""

    code = "too_many_rows"


@require_GET
@requires("desk.export_cases")
def export(request: HttpRequest, view: str, form: str) -> HttpResponseBase:
    """The view, filter or search as CSV or XLSX: what the person sees, nothing else, row by row. It is put on record."""
    now = timezone.now()
    desk = selectors.desk_of(request.user)
    listing = selectors.listing_of(desk, view, query=request.GET)
    words = request.GET.get("q", "").strip()[:200]
    if form == "xlsx" and not words and selectors.count_of(listing, now=now, most=MOST_XLSX + 1) > MOST_XLSX:
        raise TooManyRows(_("A workbook takes %(most)s cases. Narrow the list, or choose CSV.") % {"most": MOST_XLSX})
    filters = {"view": view, **listing.filters.as_query(), **({"q": words} if words else {})}
    services.record_export(filters=filters, form=form, account_id=request.user.pk, actor=request.user.as_actor, now=now)
    rows = _rows(selectors.portions_of(listing, words=words, now=now), texts=_texts())
    name = _("Cases") + f"-{timezone.localtime(now):%Y%m%d-%H%M}"
    return table_response(chain([_head()], rows), form=form, name=name, title=_("Cases"))


def _head() -> list[str]:
    return [
        _("Number"), _("Customer"), _("Tier"), _("Subject"), _("State"), _("Priority"), _("Channel"), _("Queue"), _("Assigned to"),
        _("Opened"), _("Last activity"), _("Answer due"), _("Closed"),
    ]  # fmt: skip


def _texts() -> dict[str, dict[Any, str]]:
    """Words in the reader's language, settled before the rows are fetched."""
    return {
        "state": {value: str(label) for value, label in CaseState.choices},
        "priority": {value: str(label) for value, label in Priority.choices},
        "channel": {key: str(label) for key, (_icon, label) in CHANNELS.items()},
        "bilingual": {"zh": "zh" if bilingual("zh", "en") == "zh" else "en"},
    }


def _rows(portions: Iterator[list[dict[str, Any]]], *, texts: dict[str, dict[Any, str]]) -> Iterator[list[Cell]]:
    tongue = texts["bilingual"]["zh"]
    for row in chain.from_iterable(portions):
        moments = [_local(row[key]) for key in ("opened_at", "active_at", "due_at", "closed_at")]
        yield [
            row["id"], row["customer_name"], row[f"tier_{tongue}"] or row["tier_zh"] or "", row["subject"],
            texts["state"].get(row["state"], ""), texts["priority"].get(row["priority"], ""),
            texts["channel"].get(row["channel"], str(row["channel"])), row[f"queue_{tongue}"] or row["queue_zh"],
            row["assignee_name"] or "", *moments,
        ]  # fmt: skip


def _local(moment: Any) -> Cell:
    return timezone.localtime(moment) if moment else None
