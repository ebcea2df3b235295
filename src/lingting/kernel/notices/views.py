"""The bell and the list of notices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.notices import selectors, services
from lingting.kernel.notices.models import Notice
from lingting.kernel.notices.registry import icon_of, text_of
from lingting.platform.refusals import NotFound
from lingting.platform.ui.paging import keyset_page

LATEST = 8
STATES = {"ready": "ready", "warning": "warning", "breach": "breach"}


def bell_context(request: HttpRequest) -> dict[str, Any] | None:
    """For the shell: nothing for strangers."""
    return {"unread": selectors.unread_count(request.user)} if request.user.is_authenticated else None


def _line(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk, "text": text_of(notice.code, notice.params), "icon": icon_of(notice.code), "url": notice.url,
        "level": STATES.get(notice.level, "ours"), "created_at": notice.created_at, "is_unread": notice.read_at is None,
    }  # fmt: skip


@require_safe
@never_cache
@requires()
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for live updates."""
    return render(request, "notices/_bell.html", bell_context(request))


@require_safe
@never_cache
@requires()
def latest(request: HttpRequest) -> HttpResponse:
    """What the bell shows when it is opened: unread ones first, then the newest."""
    unread = list(selectors.notices_of(request.user, only_unread=True)[:LATEST])
    rest = selectors.notices_of(request.user).exclude(read_at=None)[: LATEST - len(unread)] if len(unread) < LATEST else []
    return render(
        request, "notices/_latest.html", {"lines": [_line(notice) for notice in [*unread, *rest]], "unread": len(unread)}
    )


@require_safe
@requires()
def notices(request: HttpRequest) -> HttpResponse:
    """`/notices/`: all of them, or `?show=unread`."""
    only_unread = request.GET.get("show") == "unread"
    page = keyset_page(selectors.notices_of(request.user, only_unread=only_unread), order=("-id",), query=request.GET, size=50)
    context = {
        "page": page, "lines": [_line(notice) for notice in page.items], "only_unread": only_unread,
        "unread": selectors.unread_count(request.user),
    }  # fmt: skip
    return render(request, "notices/notices.html", context)


@require_safe
@never_cache
@requires()
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Follows a notice to what it is about; it counts as read from then on."""
    found = selectors.notices_of(request.user).filter(pk=notice_id).first()
    if found is None:
        raise NotFound(_("This notice is not there any more."))
    services.mark_read(request.user, notice_id=found.pk, now=timezone.now())
    is_ours = url_has_allowed_host_and_scheme(found.url, allowed_hosts={request.get_host()})
    return redirect(found.url if found.url and is_ours else "notices:notices")


@require_POST
@requires()
def reading(request: HttpRequest) -> HttpResponse:
    """Marks everything read."""
    services.mark_read(request.user, now=timezone.now())
    if request.headers.get("HX-Request"):
        return render(request, "notices/_bell.html", bell_context(request))
    return redirect("notices:notices")
