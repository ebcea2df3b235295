"""The floor for supervisors, the wall for everyone to see, the limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingting.insight.wallboard.models import AlertLimit
from lingting.insight.wallboard.presenting import present
from lingting.insight.wallboard.selectors import floor_now
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.service.routing.models import AwayReason

VIEW, MANAGE = "wallboard.view_floor", "wallboard.manage_alerts"


def _floor_context(request: HttpRequest) -> dict[str, Any]:
    """The floor, with the people the asking person may act on marked."""
    context = present(floor_now(now=timezone.now()))
    reach = request.user.reach_of("routing.set_presence")
    covered = account_ids_within(request.user, reach) if reach else []
    for agent in context["agents"]:
        agent["may_set"] = covered is None or agent["now"].account_id in covered
    return {**context, "reasons": AwayReason.objects.all()}


@requires(VIEW)
def floor(request: HttpRequest) -> HttpResponse:
    """The live floor inside the shell, with what a supervisor can do."""
    return render(request, "wallboard/floor.html", _floor_context(request))


@requires(VIEW)
def floor_part(request: HttpRequest) -> HttpResponse:
    return render(request, "wallboard/_floor.html", _floor_context(request))


@requires(VIEW)
def wall(request: HttpRequest) -> HttpResponse:
    """The wall: full screen, from five metres."""
    return render(request, "wallboard/wall.html", {**present(floor_now(now=timezone.now())), "wall_theme": "dark"})


@requires(VIEW)
def wall_part(request: HttpRequest) -> HttpResponse:
    return render(request, "wallboard/_wall.html", present(floor_now(now=timezone.now())))


class LimitForm(forms.ModelForm):
    """A limit; an empty queue means every queue that has none of its own."""

    class Meta:
        model = AlertLimit
        fields = ("kind", "queue", "limit", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].empty_label = _("every queue")  # type: ignore[attr-defined]
        self.fields["queue"].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        same = AlertLimit.objects.filter(kind=given.get("kind"), queue=given.get("queue")).exclude(pk=self.instance.pk)
        if given.get("kind") and same.exists():
            self.add_error("kind", _("There is such a limit already. Change that one."))
        return given


@requires(MANAGE)
def limits(request: HttpRequest) -> HttpResponse:
    rows = AlertLimit.objects.select_related("queue").order_by("kind", "queue_id", "pk")
    return render(request, "wallboard/limits.html", {"rows": rows})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def limit(request: HttpRequest, limit_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(AlertLimit, pk=limit_id) if limit_id else None
    form = LimitForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The limit is saved. The floor is judged every minute."))
        return redirect("wallboard:limits")
    context = {"form": form, "limit": found, "cancel_url": reverse("wallboard:limits")}
    return render(request, "wallboard/limit.html", context, status=422 if form.is_bound else 200)


@requires(MANAGE)
@require_POST
def limit_removal(request: HttpRequest, limit_id: int) -> HttpResponse:
    get_object_or_404(AlertLimit, pk=limit_id).delete()
    messages.success(request, _("The limit is removed."))
    return redirect("wallboard:limits")
