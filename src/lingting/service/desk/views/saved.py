"""Views one keeps: a filter under a name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation.models import Employee
from lingting.service.desk import selectors, services


@require_POST
@requires("desk.view_cases")
def views(request: HttpRequest) -> HttpResponse:
    """Keeps the filter that is set now; `shared` gives it to the team, or to everyone (for those who act on many cases)."""
    shared = request.POST.get("shared", "")
    kept = selectors.filters_of(QueryDict(request.POST.get("query", ""))).as_query()
    kept["view"] = request.POST.get("view", "all")
    team = Employee.objects.filter(account=request.user).values_list("team_id", flat=True).first()
    saved = services.save_view(
        request.POST.get("name", ""),
        owner_id=request.user.pk,
        filters=kept,
        team_id=team if shared in ("1", "team") else None,
        is_for_all=shared == "all" and request.user.can("desk.bulk_cases"),
    )
    return _to(request, reverse("desk:inbox", args=[f"saved-{saved.pk}"]))


@require_POST
@requires("desk.view_cases")
def removal(request: HttpRequest, view_id: int) -> HttpResponse:
    from django.contrib import messages

    if services.delete_view(view_id, owner_id=request.user.pk):
        messages.success(request, _("The view is gone; its cases are where they were."))
    return _to(request, reverse("desk:inbox", args=["mine"]))


def _to(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return redirect(url)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = url
    return response
