"""Settings: the departments that answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.platform.ui.refused_forms import submitted
from lingting.service.workorders import selectors, services
from lingting.service.workorders.forms import DepartmentForm
from lingting.service.workorders.models import Department

MANAGE = "workorders.manage_departments"
_PLAIN = ("name_zh", "name_en", "mail", "public_zh", "public_en", "order", "is_active")


@requires(MANAGE)
@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    return render(request, "workorders/departments.html", {"rows": selectors.departments_with_counts()})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def department(request: HttpRequest, department_id: int | None = None) -> HttpResponse:
    """Makes or changes a department."""
    found = get_object_or_404(Department, pk=department_id) if department_id else None
    form = DepartmentForm(request.POST or None, initial=_initial(found) if found else {})

    def act(given: dict[str, Any]) -> HttpResponse:
        values = {name: given[name] for name in (*_PLAIN, "calendar")}
        values |= {"minutes": round(given["hours"] * 60), "members": [one.pk for one in given["members"]]}
        services.save_department(values, department_id=department_id)
        messages.success(request, _("The department is saved."))
        return redirect("workorders:departments")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {"form": form, "department": found, "cancel_url": reverse("workorders:departments"), "submit_label": _("Save")}
    return render(request, "workorders/department.html", context, status=status)


def _initial(found: Department) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(found, name) for name in _PLAIN}
    return values | {"hours": f"{found.minutes / 60:g}", "calendar": found.calendar_id, "members": found.members.all()}
