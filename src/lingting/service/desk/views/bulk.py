"""One act on many cases: the picked ones, or everything a list or a search holds; what became of it; taking it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid
from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.desk import selectors, services
from lingting.service.desk.jobs import act_on_many_cases, permitted
from lingting.service.desk.models import BulkAct, Priority
from lingting.service.desk.views.acts import snooze_moment
from lingting.service.desk.views.choices import snooze_options

ACTS = {
    "assign": gettext_lazy("Assign"),
    "queue": gettext_lazy("Move to queue"),
    "priority": gettext_lazy("Priority"),
    "type": gettext_lazy("Case type"),
    "tag": gettext_lazy("Add a tag"),
    "untag": gettext_lazy("Take a tag off"),
    "snooze": gettext_lazy("Snooze"),
    "close": gettext_lazy("Close"),
    "reopen": gettext_lazy("Reopen"),
    "undo": gettext_lazy("Undo"),
}


class NothingPicked(Invalid):
    code = "nothing_picked"


@require_GET
@requires("desk.bulk_cases")
def size(request: HttpRequest) -> JsonResponse:
    """How many cases the list or search holds, counted up to the most that one act takes."""
    listing, words = _listing(request, request.GET)
    most, now = services.MOST_EVER + 1, timezone.now()
    if words:
        count = len(selectors.ids_of(listing, words=words, now=now, most=most))
    else:
        count = selectors.count_of(listing, now=now, most=most)
    shown = f"{services.MOST_EVER}+" if count > services.MOST_EVER else str(count)
    return JsonResponse({"count": count, "shown": shown})


@require_GET
@requires("desk.bulk_cases")
def options(request: HttpRequest, act: str) -> JsonResponse:
    """What the act can be done with, for the picker."""
    found: list[dict[str, Any]] = []
    if act == "assign":
        found = [{"value": 0, "label": _("Nobody"), "icon": "user-off"}]
        found += [{"value": one.pk, "label": one.display_name, "icon": "user"} for one in selectors.colleagues(most=300)]
        return JsonResponse({"title": _("Assign to"), "options": found})
    if act == "queue":
        found = [{"value": queue.pk, "label": queue.name, "icon": "inbox"} for queue in selectors.open_queues()]
        return JsonResponse({"title": _("Move to queue"), "options": found})
    if act == "priority":
        found = [{"value": value, "label": str(label), "icon": "flag"} for value, label in Priority.choices]
        return JsonResponse({"title": _("Priority"), "options": found})
    if act == "snooze":
        now = timezone.now()
        named = [
            ("3h", _("In three hours")),
            ("tomorrow", _("Tomorrow morning")),
            ("monday", _("Next Monday")),
            ("week", _("In a week")),
        ]
        found = snooze_options(named, now=now)
        return JsonResponse({"title": _("Snooze until"), "options": found, "free": _("Another moment: 2026-12-24 09:00")})
    found = [{"value": name, "label": name, "icon": "tag"} for name in selectors.tag_names()]
    if act == "untag":
        return JsonResponse({"title": _("Take a tag off"), "options": found})
    return JsonResponse({"title": _("Add a tag"), "options": found, "free": _("New tag")})


@require_POST
@requires("desk.bulk_cases")
def acts(request: HttpRequest) -> HttpResponse:
    """Does it at once for a page's worth, in the background for more; either can be looked at and taken back."""
    now = timezone.now()
    act, value = request.POST.get("act", ""), request.POST.get("value", "")
    ids = _meant_ids(request)
    if not ids:
        raise NothingPicked(_("Pick some cases first."))
    if act == "snooze":
        value = snooze_moment(value, now=now).isoformat()
    bulk = services.ask_bulk_act(
        ids, act=act, value=value, told=request.POST.get("label", ""), account_id=request.user.pk, now=now
    )
    return _carried_out(request, bulk)


@require_POST
@requires("desk.bulk_cases")
def undoing(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Takes one's own act back on the cases it changed."""
    return _carried_out(request, services.ask_undoing(bulk_id, account_id=request.user.pk, now=timezone.now()))


@require_GET
@requires("desk.bulk_cases")
def outcome(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """What became of every case of an act."""
    bulk = selectors.access_bulk_act(request.user, bulk_id)
    counted = selectors.bulk_outcomes(bulk_id)
    context = {
        "bulk": bulk,
        "title": _bulk_title(bulk),
        "outcomes": counted,
        "done": bulk.total - counted["waiting"],
        "refusals": selectors.refusals_of(bulk_id),
        "may_undo": bool(bulk.finished_at and not bulk.undoes_id and counted["changed"]) and not _is_undone(bulk),
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "desk/_many.html" if is_part else "desk/many.html", context)


def _carried_out(request: HttpRequest, bulk: BulkAct) -> HttpResponse:
    url = reverse("desk:bulk-outcome", args=[bulk.pk])
    if bulk.total > services.MOST_AT_ONCE:
        act_on_many_cases.later(bulk_id=bulk.pk, only_once=f"desk-bulk:{bulk.pk}")
        text = _("Working on %(count)s cases. You are told when it is done.") % {"count": bulk.total}
        return _answer(request, text, kind="ours", url=url)
    while services.continue_bulk_act(bulk.pk, permitted=permitted, now=timezone.now()):
        pass
    found = selectors.bulk_outcomes(bulk.pk)
    text = ngettext("%(count)s case changed.", "%(count)s cases changed.", found["changed"]) % {"count": found["changed"]}
    if found["refused"]:
        why = selectors.refusals_of(bulk.pk)[0]["reason"]
        left = _("%(count)s left as they are: %(why)s") % {"count": found["refused"], "why": why}
        text = _("%(sentence)s %(next_sentence)s") % {"sentence": text, "next_sentence": left}
    undo = reverse("desk:bulk-undoing", args=[bulk.pk]) if found["changed"] and not bulk.undoes_id else ""
    return _answer(request, text, kind="warning" if found["refused"] else "ready", url=url, undo=undo)


def _meant_ids(request: HttpRequest) -> list[int]:
    """The cases that are meant, within the person's sight; whether each may be changed is asked case by case."""
    listing, words = _listing(request, request.POST)
    if request.POST.get("whole"):
        return selectors.ids_of(listing, words=words, now=timezone.now(), most=services.MOST_EVER)
    ids = [int(each) for each in request.POST.getlist("picked") if each.isdigit()][: services.MOST_AT_ONCE]
    return [row["id"] for row in selectors.rows_among(_all(listing), ids, now=timezone.now())]


def _all(listing: selectors.Listing) -> selectors.Listing:
    """What was picked may have left its view since; it must still be in sight. Mentions show more than one's own."""
    return listing if listing.view == "mentions" else selectors.Listing(listing.desk, "all")


def _listing(request: HttpRequest, given: QueryDict) -> tuple[selectors.Listing, str]:
    query = QueryDict(given.get("query", ""))
    listing = selectors.listing_of(selectors.desk_of(request.user), given.get("view", "mine"), query=query)
    return listing, query.get("q", "").strip()[:200]


def _bulk_title(bulk: BulkAct) -> str:
    title = str(ACTS.get(bulk.value if bulk.act == "undo" else bulk.act, bulk.act))
    told = _(": %(value)s") % {"value": bulk.told} if bulk.told else ""
    return _("Undo: %(act)s") % {"act": title + told} if bulk.act == "undo" else title + told


def _is_undone(bulk: BulkAct) -> bool:
    return BulkAct.objects.filter(undoes=bulk).exists()


def _answer(request: HttpRequest, text: str, *, kind: str, url: str, undo: str = "") -> HttpResponse:
    if request.headers.get("HX-Request") != "true" and request.headers.get("X-Requested-With") != "fetch":
        return redirect(url)
    response = HttpResponse(status=204)
    add_toast(response, text, kind=kind, undo_url=undo, undo_label=_("Undo"))
    add_trigger(response, "desk:bulk", {"url": url})
    add_trigger(response, "desk:reload")
    return response
