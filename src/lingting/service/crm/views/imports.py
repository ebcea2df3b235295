"""Imports: upload, columns and preview, progress, result."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid, NotFound
from lingting.platform.tables import table_response
from lingting.platform.ui.paging import keyset_page
from lingting.service.crm import services
from lingting.service.crm.forms import ImportForm
from lingting.service.crm.models import Import
from lingting.service.crm.services import IMPORT_FIELDS
from lingting.service.crm.services.importing import PREVIEW_ROWS

IMPORT = "crm.import_customers"
PROBLEMS_SHOWN = 50


@require_GET
@requires(IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    rows = Import.objects.select_related("created_by")
    page = keyset_page(rows, order=("-created_at", "-id"), query=request.GET)
    return render(request, "crm/imports.html", {"page": page})


@requires(IMPORT)
def new_import(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = services.start_import(form.cleaned_data["file"], account=request.user, now=timezone.now())
        except Invalid as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("crm:import", run.pk)
    context = {"form": form, "fields": list(IMPORT_FIELDS.values()), "submit_label": _("Look at the table")}
    context["cancel_url"] = reverse("crm:imports")
    return render(request, "crm/import_new.html", context, status=422 if form.errors else 200)


@requires(IMPORT)
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Before it runs: columns and the first rows; afterwards: how far it is and what came of it."""
    run = _access(import_id)
    if request.method == "POST":
        run = services.set_mapping(run.pk, mapping=_mapping(request, len(run.columns)))
        if request.headers.get("HX-Request") != "true":
            return redirect("crm:import", run.pk)
    context = _mapping_context(run) if run.state == "mapping" else _result_context(run)
    return render(request, "crm/import_mapping.html" if run.state == "mapping" else "crm/import_result.html", context)


@require_POST
@requires(IMPORT)
def application(request: HttpRequest, import_id: int) -> HttpResponse:
    run = _access(import_id)
    services.begin_application(run.pk, now=timezone.now())
    return redirect("crm:import", run.pk)


@require_GET
@requires(IMPORT)
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far the import is; fetched every second while it runs."""
    return render(request, "crm/import_result.html#progress", _result_context(_access(import_id)))


@require_GET
@requires(IMPORT)
def problems(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The rows that could not be taken in, as a CSV with the reasons: corrected, it can be imported again."""
    run = _access(import_id)
    rows = run.rows.order_by("number").values_list("number", "cells", "problems").iterator(chunk_size=500)
    table = ([*(str(cell) for cell in cells), str(number), " ".join(reasons)] for number, cells, reasons in rows)
    name = f"{run.file_name.rsplit('.', 1)[0]}-{_('problems')}"
    return table_response(chain([[*run.columns, _("Row"), _("Problems")]], table), form="csv", name=name, title=name)


def _access(import_id: int) -> Import:
    run = Import.objects.select_related("created_by", "file").filter(pk=import_id).first()
    if run is None:
        raise NotFound(_("There is no such import."))
    return run


def _mapping(request: HttpRequest, count: int) -> dict[int, str]:
    return {index: request.POST.get(f"column-{index}", "") for index in range(count)}


def _mapping_context(run: Import) -> dict[str, Any]:
    rows = services.preview_rows(run)
    columns = [{"index": index, "name": name, "field": run.mapping.get(str(index), "")} for index, name in enumerate(run.columns)]
    shown = [name for name in IMPORT_FIELDS if name in run.mapping.values()]
    problem_count = sum(1 for row in rows if row.problems)
    return {
        "run": run,
        "columns": columns,
        "fields": [(name, field.label) for name, field in IMPORT_FIELDS.items()],
        "shown": [IMPORT_FIELDS[name].label for name in shown],
        "rows": [{"row": row, "texts": [row.text(name) for name in shown]} for row in rows],
        "problem_count": problem_count,
        # Fewer rows than a preview shows: these are all, whatever a workbook says about its idle rows.
        "taken_count": len(rows) - problem_count if len(rows) < PREVIEW_ROWS else run.total_rows,
    }


def _result_context(run: Import) -> dict[str, Any]:
    total = max(run.total_rows, run.done_rows, 1)
    return {
        "run": run,
        "total": total,
        "problem_rows": list(run.rows.order_by("number").values("number", "cells", "problems")[:PROBLEMS_SHOWN]),
    }
