"""The list of complaints, and filing one on the customer's behalf."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.metrics.registry import Period
from lingting.kernel.metrics.selectors import as_figure, measure
from lingting.platform.ui.paging import keyset_page
from lingting.platform.ui.refused_forms import submitted
from lingting.service.complaints import selectors, services
from lingting.service.complaints.forms import FilingForm, category_choices
from lingting.service.complaints.models import Severity, Stage
from lingting.service.crm.models import Customer

FIGURES = ("complaint_rate", "complaints_closed_in_48h", "complaint_satisfaction")


@require_GET
@requires(selectors.VIEW)
def complaints(request: HttpRequest) -> HttpResponse:
    """What is in work, the latest first; figures of 30 days above."""
    now = timezone.now()
    rows = selectors.filtered(selectors.visible_complaints(request.user), request.GET, now=now)
    [measured] = measure(FIGURES, Period(now - timedelta(days=30), now), now=now)
    context = {
        "page": keyset_page(rows, order=("-filed_at", "-id"), query=request.GET),
        "figures": [as_figure(measured.figures[key], period=_("30 days")) for key in FIGURES],
        "waiting": selectors.waiting_for_approval(request.user),
        "stages": [("", _("In work")), ("all", _("All")), *Stage.choices],
        "severities": Severity.choices,
        "categories": category_choices()[1:],
        "flags": [
            ("overdue", _("older than 48 h")),
            ("repeat", _("repeats")),
            ("public", _("in public")),
            ("regulator", _("regulator")),
        ],
        "given": {key: request.GET.get(key, "") for key in ("stage", "severity", "category", "flag")},
        "query": request.GET.get("q", ""),
        "search_label": _("Subject, customer, product, number"),
        "late_before": now - selectors.PROMISED,
        "may_export": request.user.can("complaints.export_complaints"),
        "may_file": request.user.can(selectors.HANDLE),
    }
    return render(request, "complaints/complaints.html", context)


@require_http_methods(["GET", "POST"])
@requires(selectors.HANDLE)
def new(request: HttpRequest) -> HttpResponse:
    """On the customer's behalf: somebody called, wrote a letter, stood at the counter."""
    form = FilingForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        made = services.file_on_behalf(
            _customer_id(given["customer"]), queue_id=given["queue"].pk, subject=given["subject"], words=given["words"],
            actor=request.user.as_actor, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The complaint is filed."))
        return redirect("desk:case", made.case_id)

    answer, status = submitted(request, form, act)
    context = {"form": form, "submit_label": _("File the complaint"), "cancel_url": reverse("complaints:complaints")}
    return answer or render(request, "complaints/new.html", context, status=status)


def _customer_id(words: str) -> int:
    """The one customer with this number, address or name. Raises `BadComplaint` for none or several."""
    text = words.strip()
    rows = Customer.objects.filter(merged_into=None)
    found = list(rows.filter(contact_points__value__iexact=text).values_list("pk", flat=True).distinct()[:2])
    found = found or list(rows.filter(name__iexact=text).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        sentence = _("No customer has this.") if not found else _("Several customers have this: enter the phone number.")
        raise services.BadComplaint(sentence, fields={"customer": [sentence]})
    return found[0]
