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
from lingting.service.desk.fragments import switcher
from lingting.service.desk.presenting import present_rows
from lingting.service.desk.selectors.inbox import MOST_COUNTED

_LAST_VIEW = "lingting_desk_view"
_LAST_VIEW_DAYS = 90


def last_view(request: HttpRequest) -> str:
    """The view looked at last in this browser, else one's own cases. In a cookie: going about the lists writes nothing."""
    return request.COOKIES.get(_LAST_VIEW) or "mine"


def with_last_view(response: HttpResponse, request: HttpRequest, *, view: str) -> HttpResponse:
    """Has the browser remember the view."""
    if request.COOKIES.get(_LAST_VIEW) != view:
        response.set_cookie(
            _LAST_VIEW, view, max_age=_LAST_VIEW_DAYS * 86_400, path=reverse("desk:home"), httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response


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


def views_context(desk: selectors.Desk, view: str, *, is_searching: bool = False) -> dict[str, Any]:
    """The view switcher with its counts, and the name of the view."""
    now = timezone.now()
    saved = selectors.saved_views(desk)
    counted = selectors.recent_counts(desk, now=now)
    html = switcher(
        view,
        counts={key: count_text(count) for key, count in counted.items()},
        shows_team=desk.shows_team,
        saved=tuple((each.pk, each.name, each.owner_id == desk.account.pk) for each in saved),
        is_searching=is_searching,
    )
    names = {each.key: each.label for each in selectors.VIEWS} | {f"saved-{each.pk}": each.name for each in saved}
    return {"switcher": html, "view_label": names.get(view, "")}


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
