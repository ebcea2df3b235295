"""What every view of the desk asks of its request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.desk import selectors
from lingting.service.desk.presenting import present_rows
from lingting.service.desk.selectors.inbox import MOST_COUNTED

LAST_VIEW = "desk_view"


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (a restored history entry is a whole page)."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def uuid_of(text: str) -> UUID | None:
    """The id a form names, or nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None


def changed(request: HttpRequest, case_id: int, *, text: str = "", undo: str = "", undo_label: str = "") -> HttpResponse:
    """The answer to an act on a case: htmx hears `desk:changed` (and a toast), a full load goes back to the case."""
    if request.headers.get("HX-Request") != "true" and request.headers.get("X-Requested-With") != "fetch":
        return redirect("desk:case", case_id)
    response = HttpResponse(status=204)
    if text:
        add_toast(response, text, undo_url=undo, undo_label=undo_label)
    add_trigger(response, "desk:changed", {"case_id": case_id})
    return response


def list_context(request: HttpRequest, view: str) -> dict[str, Any]:
    """Everything the list pane shows: the view, its page, counts, filters, saved views."""
    now = timezone.now()
    desk = selectors.desk_of(request.user)
    words = request.GET.get("q", "").strip()[:200]
    listing = selectors.listing_of(desk, view, query=request.GET)
    if words:
        page = selectors.find_cases(desk, words=words, now=now)
    else:
        page = selectors.inbox_page(listing, after=request.GET.get("after", ""), now=now)
    return {
        "desk": desk,
        "listing": listing,
        "view": view,
        "words": words,
        "rows": present_rows(page.rows, now=now, me=request.user.pk),
        "next": page.next,
        "query": _query(listing, words=words),
    }


def views_context(desk: selectors.Desk, view: str) -> dict[str, Any]:
    """The view switcher: built-in and saved views with counts."""
    counted = selectors.counts(desk, now=timezone.now())
    saved = selectors.saved_views(desk)
    shown = [each for each in selectors.VIEWS if each.key != "team" or desk.shows_team]
    views = [
        {
            "key": each.key,
            "label": each.label,
            "icon": each.icon,
            "shortcut": each.shortcut,
            "count": count_text(counted.get(each.key)),
            "is_current": each.key == view,
            "url": reverse("desk:inbox", args=[each.key]),
        }
        for each in shown
    ]
    current = next((each for each in views if each["is_current"]), None)
    own = [
        {
            "id": each.pk,
            "key": f"saved-{each.pk}",
            "label": each.name,
            "is_current": f"saved-{each.pk}" == view,
            "is_own": each.owner_id == desk.account.pk,
            "url": reverse("desk:inbox", args=[f"saved-{each.pk}"]),
        }
        for each in saved
    ]
    label = current["label"] if current else next((each["label"] for each in own if each["is_current"]), "")
    return {"views": views, "first_views": views[:3], "saved_views": own, "view_label": label}


def count_text(count: int | None) -> str:
    if not count:
        return ""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def _query(listing: selectors.Listing, *, words: str) -> str:
    from django.http import QueryDict

    query = QueryDict(mutable=True)
    query.update(listing.filters.as_query() if listing.saved is None else {})
    if words:
        query["q"] = words
    return query.urlencode()
