"""What host sites load, and the pages on which staff set widgets up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.service.channels.chat import services
from lingting.service.channels.chat.embedding import SCRIPT, NoSuchFile, WidgetFile, widget_file, widget_files
from lingting.service.channels.chat.forms import WidgetForm
from lingting.service.channels.chat.models import Widget

MANAGE = "chat.manage_widgets"
_SCRIPT_CACHE = "public, max-age=600, stale-while-revalidate=86400"
_MODULE_CACHE = "public, max-age=31536000, immutable"


@require_safe
def widget_script(request: HttpRequest) -> HttpResponse:
    """The one script a host page names; asks again every ten minutes, by ETag."""
    return _script(request, widget_file(SCRIPT), cache=_SCRIPT_CACHE)


@require_safe
def widget_module(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A module of the widget. A page that was open during an upgrade gets the new file, but must not keep it."""
    if name == SCRIPT:
        raise Http404
    try:
        file = widget_file(name)
    except NoSuchFile as error:
        raise Http404 from error
    return _script(request, file, cache=_MODULE_CACHE if version == widget_files().version else "no-store")


@requires(MANAGE)
@require_safe
def widgets(request: HttpRequest) -> HttpResponse:
    """All widgets, with how often they were used."""
    rows = Widget.objects.select_related("default_queue").annotate(chats=Count("visitors__sessions")).order_by("key")
    return render(request, "chat/widgets.html", {"widgets": rows})


@requires(MANAGE)
def new_widget(request: HttpRequest) -> HttpResponse:
    return _edit(request, Widget(secret=services.new_secret()))


@requires(MANAGE)
def edit_widget(request: HttpRequest, key: str) -> HttpResponse:
    return _edit(request, get_object_or_404(Widget, key=key))


@requires(MANAGE)
@require_POST
def rotate_secret(request: HttpRequest, key: str) -> HttpResponse:
    """A new secret at once: the old one stops working."""
    widget = services.rotate_secret(get_object_or_404(Widget, key=key).key)
    messages.success(request, _("The secret was replaced. Put the new one into your site's settings now."))
    return redirect("chat:widget", key=widget.key)


def _edit(request: HttpRequest, widget: Widget) -> HttpResponse:
    is_new = widget.pk is None
    form = WidgetForm(request.POST or None, instance=widget, prefix=None)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("The widget was made.") if is_new else _("The widget was saved."))
        return redirect("chat:widget", key=saved.key)
    # A form that failed has already written into its instance: names on the page come from the database.
    shown = widget if is_new else Widget.objects.get(pk=widget.pk)
    context: dict[str, Any] = {
        "form": form, "shown": shown, "is_new": is_new, "cancel_url": reverse("chat:widgets"), "submit_label": _("Save"),
        "script_tag": script_tag(request, key=shown.key), "origin": f"{request.scheme}://{request.get_host()}",
    }  # fmt: skip
    return render(request, "chat/widget_form.html", context, status=422 if request.method == "POST" else 200)


def script_tag(request: HttpRequest, *, key: str) -> str:
    """What a host site puts before `</body>`."""
    address = request.build_absolute_uri(reverse("chat:widget-script"))
    return f'<script src="{address}" data-widget="{key}" async></script>'


def _script(request: HttpRequest, file: WidgetFile, *, cache: str) -> HttpResponse:
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'W/"{file.etag}"'
    if etag in [each.strip() for each in request.headers.get("If-None-Match", "").split(",")]:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(file.gzipped if takes_gzip else file.body, content_type="text/javascript; charset=utf-8")
        if takes_gzip:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Timing-Allow-Origin"] = "*"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response
