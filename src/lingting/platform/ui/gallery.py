"""The living gallery at `/ui/`: every component in all its states, for developers."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lingting.platform.refusals import Conflict
from lingting.platform.ui import errors, samples
from lingting.platform.ui.navigation import may
from lingting.platform.ui.toasts import add_toast

SAMPLES = ("list", "form", "desk", "public", "bare", "wall", "dashboard")
ERRORS = ("400", "403", "404", "500", "csrf", "offline")


def check_developer(request: HttpRequest) -> None:
    """Raises `Http404` for whoever may not see the gallery."""
    if not (settings.DEBUG or may(request, "ui.view_gallery")):
        raise Http404


def gallery(request: HttpRequest) -> HttpResponse:
    """All components on one page; `?toast=1` shows messages as a full load brings them."""
    check_developer(request)
    if request.GET.get("toast"):
        messages.success(request, _("Saved"))
    if request.method == "POST":
        response = HttpResponse(status=204)
        return add_toast(response, _("Case closed"), kind="ready", undo_url=request.path, undo_label=_("Undo"))  # type: ignore[return-value]
    return render(request, "ui/gallery/gallery.html", samples.gallery(now=timezone.now()))


def sample(request: HttpRequest, name: str) -> HttpResponse:
    """A whole page of the house with invented content."""
    check_developer(request)
    if name not in SAMPLES:
        raise Http404
    context = samples.gallery(now=timezone.now()) | {"brand": {}}
    if name == "form":
        context["form"] = samples.QueueForm(request.POST or None)
        valid = isinstance(context["form"], forms.Form) and request.method == "POST" and context["form"].is_valid()
        if valid:
            messages.success(request, _("Saved"))
    return render(request, f"ui/gallery/{name}.html", context)


def error(request: HttpRequest, name: str) -> HttpResponse:
    """An error page, to be looked at."""
    check_developer(request)
    if name not in ERRORS:
        raise Http404
    return errors.error_page(request, name, status=200)


def refuse(request: HttpRequest) -> HttpResponse:
    """Always refuses, so that the toast and the page can be seen."""
    check_developer(request)
    raise Conflict(_("Xu Jing closed this case a minute ago. Reopen it to write an answer."))


def find(request: HttpRequest) -> HttpResponse:
    """What a finder of the palette or a search select answers: options whose name contains `q`."""
    check_developer(request)
    text = request.GET.get("q", "").strip().lower()
    found = [
        {"value": str(number), "label": name, "detail": detail, "url": "#", "icon": "user"}
        for number, (name, detail) in enumerate(samples.PEOPLE)
        if text in name.lower()
    ]
    return JsonResponse({"found": found[:8]})
