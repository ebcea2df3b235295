"""What goes out, what did not, and addresses that cannot be reached."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.platform.ui.paging import keyset_page
from lingting.service.channels.email import selectors, services
from lingting.service.channels.email.models import Suppression
from lingting.service.channels.email.presenting import letter_look
from lingting.service.channels.email.views.quarantine import MEND

SHOWS = ("waiting", "trouble", "sent")


@requires(MEND)
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    show = request.GET.get("show", "waiting")
    show = show if show in SHOWS else "waiting"
    page = keyset_page(selectors.letters(show=show), order=("-id",), query=request.GET)
    for letter in page.items:
        letter.look = letter_look(letter)
    return render(request, "email/outbox.html", {"page": page, "show": show, "counts": selectors.letter_counts()})


@requires(MEND)
@require_safe
def unreachable(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip().lower()
    rows = selectors.suppressions()
    if words:
        rows = rows.filter(address__contains=words)
    page = keyset_page(rows, order=("-id",), query=request.GET)
    return render(request, "email/unreachable.html", {"page": page, "words": words, "query": words})


@requires(MEND)
@require_POST
def lifting(request: HttpRequest, suppression_id: int) -> HttpResponse:
    found = get_object_or_404(Suppression, pk=suppression_id)
    services.lift_suppression(found.address)
    messages.success(request, _("Letters go to %(address)s again.") % {"address": found.address})
    return redirect("email:unreachable")
