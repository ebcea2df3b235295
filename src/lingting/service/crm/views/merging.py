"""Duplicates: who may be the same, what would move, the merge and its undoing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.service.crm import selectors, services
from lingting.service.crm.models import Merge
from lingting.service.crm.presenting import FIELD_LABELS, REASONS, present_row

MERGE = "crm.merge_customers"


@require_GET
@requires(MERGE)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Names that stand in the list more than once in one city."""
    return render(request, "crm/duplicates.html", {"groups": selectors.namesakes()})


@require_GET
@requires(MERGE)
def choose(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Whom to merge into this customer: likely ones first, or anybody by search."""
    kept = selectors.access_customer(request.user, customer_id, permission=MERGE)
    words = request.GET.get("q", "").strip()
    found = []
    if words:
        found = [present_row(row) for row in selectors.find_customers(words, limit=20, excluding=kept.pk)]
    candidates = [
        {"row": present_row(one.row), "reasons": [REASONS[reason] for reason in one.reasons], "score": one.score}
        for one in selectors.merge_candidates(kept)
    ]
    context = {"customer": kept, "candidates": candidates, "found": found, "query": words}
    return render(request, "crm/merge_choice.html", context)


@requires(MERGE)
def merge_two(request: HttpRequest, customer_id: int, other_id: int) -> HttpResponse:
    """Shows what would move (GET), merges (POST). `swap` keeps the other one."""
    kept = selectors.access_customer(request.user, customer_id, permission=MERGE)
    absorbed = selectors.access_customer(request.user, other_id, permission=MERGE)
    if request.method == "POST":
        names = {"absorbed": str(absorbed), "kept": str(kept)}  # As they stood on the page; the kept one may take the other's name.
        merge = services.merge_customers(kept.pk, absorbed_id=absorbed.pk, actor=request.user.as_actor, now=timezone.now())
        messages.success(request, _("%(absorbed)s is now part of %(kept)s.") % names)
        return redirect("crm:customer", merge.kept_id)
    preview = services.preview_merge(kept, absorbed=absorbed)
    filled = [(FIELD_LABELS[field], value) for field, value in preview.filled.items()]
    sides = [_side(kept.pk), _side(absorbed.pk)]
    context = {"kept": kept, "absorbed": absorbed, "preview": preview, "filled": filled, "sides": sides}
    return render(request, "crm/merge.html", context)


def _side(customer_id: int) -> dict[str, object]:
    customer = selectors.current_customer(customer_id)
    return {
        "customer": customer,
        "points": selectors.contact_points_of(customer_id),
        "notes": customer.notes.count(),
        "belongings": services.belongings(customer_id),
    }


@require_POST
@requires(MERGE)
def undoing(request: HttpRequest, merge_id: int) -> HttpResponse:
    merge = get_object_or_404(Merge, pk=merge_id)
    undone = services.undo_merge(merge.pk, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("%(name)s stands alone again, with what it had.") % {"name": undone.absorbed})
    return redirect("crm:customer", undone.absorbed_id)
