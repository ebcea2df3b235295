"""Categories, causes, the compensation catalogue and limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.ui.refused_forms import submitted
from lingting.service.complaints import services
from lingting.service.complaints.forms import CategoryForm, CauseForm, ItemForm, LimitForm
from lingting.service.complaints.models import Category, Cause, CompensationItem, CompensationLimit

MANAGE = "complaints.manage_catalogue"
_SHELVES: dict[str, tuple[Any, type[forms.Form], Any, tuple[str, ...]]] = {
    "categories": (Category, CategoryForm, gettext_lazy("Categories"), ("name_zh", "name_en", "parent", "severity", "order", "is_active")),
    "causes": (Cause, CauseForm, gettext_lazy("Root causes"), ("name_zh", "name_en", "order", "is_active")),
    "items": (CompensationItem, ItemForm, gettext_lazy("Compensation"),
              ("name_zh", "name_en", "kind", "unit_cost", "most_amount", "order", "is_active")),
    "limits": (CompensationLimit, LimitForm, gettext_lazy("Limits"), ("role", "position", "amount")),
}  # fmt: skip


def _shelf(key: str) -> tuple[Any, type[forms.Form], Any, tuple[str, ...]]:
    if key not in _SHELVES:
        raise Http404
    return _SHELVES[key]


@require_GET
@requires(MANAGE)
def catalogue(request: HttpRequest, shelf: str = "categories") -> HttpResponse:
    model, _form, label, _names = _shelf(shelf)
    related = {"categories": ("parent",), "limits": ("role", "position")}.get(shelf, ())
    rows = list(model.objects.select_related(*related) if related else model.objects.all())
    if shelf == "categories":
        rows = _as_tree(rows)
    tabs = [(key, each[2]) for key, each in _SHELVES.items()]
    return render(request, "complaints/catalogue.html", {"rows": rows, "shelf": shelf, "tabs": tabs, "label": label})


@require_http_methods(["GET", "POST"])
@requires(MANAGE)
def entry(request: HttpRequest, shelf: str, entry_id: int | None = None) -> HttpResponse:
    """One entry of a shelf."""
    model, form_class, label, names = _shelf(shelf)
    found = get_object_or_404(model, pk=entry_id) if entry_id else None
    form = form_class(request.POST or None, initial={name: getattr(found, name) for name in names} if found else {})

    def act(given: dict[str, Any]) -> HttpResponse:
        if shelf == "limits":
            services.save_limit(given, limit_id=entry_id)
        else:
            services.save_entry(model, given, entry_id=entry_id)
        messages.success(request, _("Saved."))
        return redirect("complaints:catalogue-shelf", shelf)

    answer, status = submitted(request, form, act)
    context = {"form": form, "shelf": shelf, "label": label, "found": found}
    context["cancel_url"] = reverse("complaints:catalogue-shelf", args=[shelf])
    return answer or render(request, "complaints/entry.html", context, status=status)


@require_POST
@requires(MANAGE)
def limit_removal(request: HttpRequest, limit_id: int) -> HttpResponse:
    """Takes a limit away: whoever had it decides nothing on their own."""
    get_object_or_404(CompensationLimit, pk=limit_id).delete()
    return redirect("complaints:catalogue-shelf", "limits")


def _as_tree(rows: list[Category]) -> list[Category]:
    """Parents before those below them; `depth` for indenting."""
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[Category] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in below.get(parent_id, []):
            row.depth = depth  # type: ignore[attr-defined]
            found.append(row)
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found
