"""The page of what concerns the whole centre."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation import selectors, services
from lingting.kernel.organisation.forms import CentreForm
from lingting.kernel.organisation.models import Centre
from lingting.platform.ui.refused_forms import submitted

OUR_COLOUR = "#2459d6"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("organisation.manage_centre")
def centre(request: HttpRequest) -> HttpResponse:
    """What customers see of the centre, and where this site is reached; the address the browser shows now is offered."""
    found = Centre.objects.first() or Centre()
    initial = {"name_zh": found.name_zh, "name_en": found.name_en, "colour": found.colour or OUR_COLOUR, "address": found.address}
    form = CentreForm(request.POST or None, request.FILES or None, initial=initial)
    form.fields["address"].widget.attrs["placeholder"] = request.build_absolute_uri("/").rstrip("/")

    def act(given: dict[str, Any]) -> HttpResponse:
        _save(request, form)
        messages.success(request, _("Saved."))
        return redirect("organisation:centre")

    answer, status = submitted(request, form, act)
    return answer or render(
        request, "organisation/centre.html", {"form": form, "logo_url": selectors.brand().logo_url}, status=status
    )


@transaction.atomic
def _save(request: HttpRequest, form: CentreForm) -> None:
    given = form.cleaned_data
    services.save_centre(address=given["address"])
    services.save_brand(
        name_zh=given["name_zh"], name_en=given["name_en"], colour=given["colour"], logo=given["logo"],
        drops_logo=given["drops_logo"], actor=request.user.as_actor, now=timezone.now(),
    )  # fmt: skip
