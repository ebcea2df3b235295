"""Settings: the fields a case type has of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid
from lingting.service.desk import services
from lingting.service.desk.forms import CaseFieldForm
from lingting.service.desk.models import CaseField, CaseType


@requires("desk.manage_types")
def case_field(request: HttpRequest, type_id: int, field_id: int | None = None) -> HttpResponse:
    """Makes or changes one field of a case type."""
    kind = get_object_or_404(CaseType, pk=type_id)
    field = get_object_or_404(CaseField, pk=field_id, type=kind) if field_id else None
    form = CaseFieldForm(request.POST or None, initial=_values(field) if field else {})
    if request.method == "POST" and form.is_valid() and _save(form, type_id=type_id, field_id=field_id):
        messages.success(request, _("The field is saved."))
        return redirect("desk:case-type", type_id)
    context = {"form": form, "kind": kind, "field": field}
    context["cancel_url"] = reverse("desk:case-type", args=[kind.pk])
    return render(request, "desk/settings/case_field.html", context, status=422 if form.errors else 200)


def _values(field: CaseField) -> dict[str, Any]:
    names = ("name_zh", "name_en", "kind", "help_zh", "help_en", "is_required", "is_active", "order")
    return {name: getattr(field, name) for name in names} | {"options": services.options_text(field.options)}


def _save(form: CaseFieldForm, *, type_id: int, field_id: int | None) -> bool:
    given = dict(form.cleaned_data)
    given["order"] = given["order"] if given["order"] is not None else 100
    try:
        services.save_case_field(services.FieldGiven(**given), type_id=type_id, field_id=field_id)
    except Invalid as refusal:
        for name, sentences in refusal.details.get("fields", {}).items():  # type: ignore[attr-defined]
            form.add_error(name, sentences)
    return not form.errors
