"""Hot spots, and the measures they lead to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid
from lingting.platform.ui.refused_forms import submitted
from lingting.service.complaints import selectors, services
from lingting.service.complaints.forms import MeasureForm

SEE, MANAGE = "complaints.view_hotspots", "complaints.manage_measures"
_SALT = "complaints.cell"


@require_GET
@requires(SEE)
def hot_spots(request: HttpRequest) -> HttpResponse:
    """Ranked findings of the last week (or four) against the weeks before."""
    latest = 4 if request.GET.get("weeks") == "4" else 1
    found = selectors.hot_spots(now=timezone.now(), latest=latest)
    rows = [{"hot": hot, "token": signing.dumps(_finding(hot), salt=_SALT)} for hot in found.spots]
    rates = [1000 * seen / came if came else None for seen, came in zip(found.complaints, found.contacts, strict=True)]
    labels = [_("%(count)s weeks ago") % {"count": back} if back else _("this week") for back in range(len(rates) - 1, -1, -1)]
    chart = {"kind": "line", "labels": labels, "format": "number",
             "series": [{"name": _("Complaints per 1,000 contacts"), "values": [rate and round(rate, 2) for rate in rates]}]}  # fmt: skip
    context = {"found": found, "rows": rows, "latest": latest, "chart": chart, "may_manage": request.user.can(MANAGE),
               "total": sum(found.complaints), "has_within": any(hot.within for hot in found.spots)}  # fmt: skip
    return render(request, "complaints/hot_spots.html", context)


def _finding(hot: selectors.HotSpot) -> dict[str, Any]:
    spot = hot.spot
    return {"cell": hot.cell, "finding": {"observed": spot.observed, "expected": round(spot.expected, 2), "p": spot.adjusted_p}}


@require_http_methods(["GET", "POST"])
@requires(MANAGE)
def new_measure(request: HttpRequest) -> HttpResponse:
    """A measure about the cell that a signed link of the hot spots' page names."""
    try:
        link = signing.loads(request.GET.get("of", ""), salt=_SALT, max_age=86_400)
    except signing.BadSignature:
        raise Invalid(_("This link is too old. Open the hot spots again and choose one.")) from None
    form = MeasureForm(request.POST or None, initial={"owner": request.user.pk})

    def act(given: dict[str, Any]) -> HttpResponse:
        services.make_measure(
            title=given["title"], owner_id=given["owner"].pk, due_date=given["due_date"],
            expected_drop=given["expected_drop"], cell=link["cell"], finding=link["finding"], account=request.user,
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The measure is made; its owner has a notice."))
        return redirect("complaints:measures")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    words = selectors.cell_words(link["cell"], selectors.cell_names())
    context = {"form": form, "words": words, "finding": link["finding"], "cancel_url": reverse("complaints:hot-spots")}
    return render(request, "complaints/measure.html", context, status=status)


@require_GET
@requires(SEE)
def measures(request: HttpRequest) -> HttpResponse:
    now, names = timezone.now(), selectors.cell_names()
    rows = [
        {"measure": one, "words": selectors.cell_words(one.cell, names), "effect": selectors.effect_of(one, now=now),
         "is_late": one.state == "open" and one.due_date < timezone.localdate(now)}
        for one in selectors.measures()
    ]  # fmt: skip
    return render(request, "complaints/measures.html", {"rows": rows, "may_manage": request.user.can(MANAGE)})


@require_POST
@requires(MANAGE)
def measure_end(request: HttpRequest, measure_id: int) -> HttpResponse:
    """In effect from now, or dropped."""
    services.end_measure(measure_id, is_done=request.POST.get("ending") == "done", now=timezone.now())
    return redirect("complaints:measures")
