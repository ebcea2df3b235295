"""The page of what concerns the whole centre."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation import selectors, services
from lingting.kernel.organisation.forms import CentreForm
from lingting.platform.refusals import Refusal
from lingting.platform.ui.refused_forms import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
@requires("organisation.manage_centre")
def centre(request: HttpRequest) -> HttpResponse:
    """Where this site is reached; what the browser shows now is offered while nothing is said."""
    form = CentreForm(request.POST or None, initial={"address": selectors.public_address()})
    form.fields["address"].widget.attrs["placeholder"] = request.build_absolute_uri("/").rstrip("/")
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.save_centre(address=form.cleaned_data["address"])
            except Refusal as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("organisation:centre")
    return render(request, "organisation/centre.html", {"form": form}, status=status)
