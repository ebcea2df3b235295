"""The list: views, filters, search, live rows and counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import NotFound
from lingting.service.desk import selectors
from lingting.service.desk.fragments import list_rows
from lingting.service.desk.models import CaseState, Priority
from lingting.service.desk.presenting import present_rows
from lingting.service.desk.selectors.channels import CHANNELS, channel_look
from lingting.service.desk.views.beginning import first_steps
from lingting.service.desk.views.requests import count_text, is_part, last_view, list_context, views_context, with_last_view

MOST_ROWS = 60


@require_GET
@requires("desk.view_cases")
def home(request: HttpRequest) -> HttpResponse:
    """The desk: the view last looked at, else one's own cases."""
    try:
        return inbox(request, last_view(request))
    except NotFound:
        return inbox(request, "mine")


@require_GET
@requires("desk.view_cases")
def inbox(request: HttpRequest, view: str) -> HttpResponse:
    """A view of the inbox: the whole desk, its list pane for htmx, or (with `after`) more rows."""
    context = list_context(request, view)
    if is_part(request) and "after" in request.GET:
        return HttpResponse(list_rows(context["rows"], view=view, next_cursor=context["next"], query=context["query"]))
    if is_part(request) and context["words"]:
        return render(request, "desk/_list_body.html", context | {"may_bulk": request.user.can("desk.bulk_cases")})
    context |= views_context(context["desk"], view, is_searching=bool(context["words"])) | chosen_context(context["listing"])
    if is_part(request):
        response = render(request, "desk/_list.html", context)
    else:
        steps = [] if context["rows"] else first_steps(request.user)
        response = render(request, "desk/desk.html", context | {"focus": "list", "first_steps": steps})
    return with_last_view(response, request, view=view)


@require_GET
@requires("desk.view_cases")
def rows(request: HttpRequest, view: str) -> HttpResponse:
    """The asked cases as they stand in the view now, for updating rows in place; left out: not (any more) in it."""
    now = timezone.now()
    listing = selectors.listing_of(selectors.desk_of(request.user), view, query=request.GET)
    ids = [int(part) for part in request.GET.get("ids", "").split(",") if part.isdigit()][:MOST_ROWS]
    found = selectors.rows_among(listing, ids, now=now) if ids else []
    return HttpResponse(list_rows(present_rows(found, now=now, me=request.user.pk), view=view))


@require_GET
@requires("desk.view_cases")
def counts(request: HttpRequest) -> JsonResponse:
    """The counts of the views as they are shown."""
    found = selectors.counts(selectors.desk_of(request.user), now=timezone.now())
    return JsonResponse({key: count_text(count) for key, count in found.items()})


@require_GET
@requires("desk.view_cases")
def find(request: HttpRequest) -> JsonResponse:
    """Cases for the command palette."""
    now = timezone.now()
    desk = selectors.desk_of(request.user)
    page = selectors.find_cases(desk, words=request.GET.get("q", "")[:200], now=now, most=8)
    found = [
        {
            "label": f"{row['name']} · {row['subject'] or row['preview']}"[:90],
            "url": reverse("desk:case", args=[row["id"]]),
            "detail": f"#{row['id']} · {CaseState(row['state']).label}",
            "icon": channel_look(row["channel"]).icon,
        }
        for row in present_rows(page.rows, now=now, me=request.user.pk)
    ]
    return JsonResponse({"found": found})


@require_GET
@requires("desk.view_cases")
def filters(request: HttpRequest, view: str) -> HttpResponse:
    """The filter form of a view, fetched when it is opened."""
    listing = selectors.listing_of(selectors.desk_of(request.user), view, query=request.GET)
    return render(request, "desk/_filter.html", {"view": view, **_filter_context(listing)})


def chosen_context(listing: selectors.Listing) -> dict[str, Any]:
    """What stands around a list: the chosen filters as chips (most lists have none), and whether acts on many are allowed."""
    account = listing.desk.account
    given = listing.filters.as_query()
    names = selectors.chosen_names(listing.filters) if given else {}
    chips = [
        {"label": _FILTER_LABELS[name], "value": shown, "rest": {key: text for key, text in given.items() if key != name}}
        for name, shown in names.items()
    ]
    return {"chips": chips, "may_bulk": account.can("desk.bulk_cases"), "may_export": account.can("desk.export_cases")}


_FILTER_LABELS = {
    "state": gettext_lazy("State"),
    "queue": gettext_lazy("Queue"),
    "type": gettext_lazy("Type"),
    "priority": gettext_lazy("Priority"),
    "channel": gettext_lazy("Channel"),
    "assignee": gettext_lazy("Assigned to"),
    "tag": gettext_lazy("Tags"),
}


def _filter_context(listing: selectors.Listing) -> dict[str, Any]:
    """Every field of the filter form with its choices and what is chosen."""
    filters = listing.filters
    people = selectors.colleagues(most=200, among=None if listing.desk.sight.sees_all else listing.desk.sight.people)
    choices: dict[str, tuple[list[tuple[Any, Any]], Any]] = {
        "state": (list(CaseState.choices), filters.state),
        "queue": ([(queue.pk, queue.name) for queue in selectors.open_queues()], filters.queue_id),
        "type": ([(kind.pk, kind.name) for kind in selectors.case_types()], filters.type_id),
        "priority": (list(Priority.choices), filters.priority),
        "channel": ([(key, label) for key, (_icon, label) in CHANNELS.items()], filters.channel),
        "assignee": ([(0, _("Nobody")), *((one.pk, one.display_name) for one in people)], filters.assignee_id),
        "tag": (selectors.tag_choices(), filters.tag_id),
    }
    return {"filter_fields": [(name, _FILTER_LABELS[name], *found) for name, found in choices.items()]}
