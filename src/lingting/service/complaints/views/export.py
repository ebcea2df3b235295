"""The list of complaints as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lingting.kernel.accounts.permissions import requires
from lingting.platform.tables import Cell, UnknownForm, table_response
from lingting.service.complaints import selectors
from lingting.service.complaints.models import CompensationState, Complaint, Responsibility, Stage
from lingting.service.complaints.services import record_export

MOST = 50_000
_GIVEN = (CompensationState.APPROVED, CompensationState.GRANTED)


@require_GET
@requires("complaints.export_complaints")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The list as it is filtered, within the person's reach, as CSV or XLSX. It is put on record."""
    if form not in ("csv", "xlsx"):
        raise UnknownForm(_("Choose CSV or XLSX."))
    now = timezone.now()
    given = {key: request.GET.get(key, "") for key in ("stage", "severity", "category", "flag", "q")}
    rows = selectors.filtered(selectors.visible_complaints(request.user), given, now=now)
    record_export(filters={key: value for key, value in given.items() if value}, form=form, actor=request.user.as_actor, now=now)
    wanted = rows.select_related("cause", "department", "team", "person", "case__type").prefetch_related(
        "compensations", "follow_ups"
    )
    name = _("Complaints") + f"-{timezone.localtime(now):%Y%m%d-%H%M}"
    body = _rows(wanted.order_by("-filed_at", "-pk")[:MOST], words=_words())
    return table_response(chain([_head()], body), form=form, name=name, title=_("Complaints"))


def _head() -> list[str]:
    return [
        _("Case"), _("Subject"), _("Customer"), _("Category"), _("Severity"), _("Stage"), _("Product"), _("Region"),
        _("In public"), _("Regulator"), _("Repeats"), _("Team concerned"), _("Person concerned"), _("Owner"), _("Filed"),
        _("Answered at"), _("Closed at"), _("Compensation"), _("Satisfied"), _("Root cause"), _("Responsibility"), _("Conclusion"),
    ]  # fmt: skip


def _words() -> dict[str, Any]:
    """Words in the reader's language, settled before the rows are fetched."""
    return {
        "stage": {value: str(label) for value, label in Stage.choices},
        "responsibility": {value: str(label) for value, label in Responsibility.choices},
        "flag": {True: _("yes"), False: "", None: ""}, "heard": {True: _("yes"), False: _("no"), None: ""},
    }  # fmt: skip


def _rows(rows: Any, *, words: dict[str, Any]) -> Iterator[list[Cell]]:
    for one in rows.iterator(chunk_size=500):
        yield _row(one, words=words)


def _row(one: Complaint, *, words: dict[str, Any]) -> list[Cell]:
    amounts = [each.amount for each in one.compensations.all() if each.state in _GIVEN]
    heard = next((call.satisfied for call in one.follow_ups.all() if call.is_reached), None)
    moments = [timezone.localtime(at) if at else None for at in (one.filed_at, one.answered_at, one.closed_at)]
    return [
        one.case_id, one.case.subject, one.case.customer.name, one.category.name if one.category else "", one.severity,
        words["stage"].get(one.stage, ""), one.product, one.region, words["flag"][one.is_public], words["flag"][one.is_regulator],
        one.repeat_of_id or "", one.team.name if one.team else "", one.person.display_name if one.person else "",
        one.case.assignee.display_name if one.case.assignee else "", *moments, sum(amounts, Decimal(0)),
        words["heard"][heard], one.cause.name if one.cause else "",
        words["responsibility"].get(one.responsibility, ""), one.conclusion,
    ]  # fmt: skip
