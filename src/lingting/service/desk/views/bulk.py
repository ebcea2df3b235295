"""One act on many cases: the picked ones, or everything a list holds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid
from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.desk import selectors, services
from lingting.service.desk.jobs import act_on_many_cases
from lingting.service.desk.models import Priority


class NothingPicked(Invalid):
    code = "nothing_picked"


@require_GET
@requires("desk.bulk_cases")
def size(request: HttpRequest) -> JsonResponse:
    """How many cases the list holds, counted up to the most that one act takes."""
    listing = _listing(request, request.GET)
    count = selectors.count_of(listing, now=timezone.now(), most=services.MOST_EVER + 1)
    shown = f"{services.MOST_EVER}+" if count > services.MOST_EVER else str(count)
    return JsonResponse({"count": count, "shown": shown})


@require_GET
@requires("desk.bulk_cases")
def options(request: HttpRequest, act: str) -> JsonResponse:
    """What the act can be done with, for the picker."""
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
    found = [{"value": name, "label": name, "icon": "tag"} for name in selectors.tag_names()]
    return JsonResponse({"title": _("Add a tag"), "options": found, "free": _("New tag")})


@require_POST
@requires("desk.bulk_cases")
def acts(request: HttpRequest) -> HttpResponse:
    """Does it at once for a page's worth, in the background for more."""
    act, value = request.POST.get("act", ""), request.POST.get("value", "")
    ids = _permitted_ids(request, act=act)
    if not ids:
        raise NothingPicked(_("Pick some cases first."))
    if len(ids) > services.MOST_AT_ONCE:
        act_on_many_cases.later(case_ids=ids, act=act, value=value, account_id=request.user.pk)
        text = _("Working on %(count)s cases. You are told when it is done.") % {"count": len(ids)}
        return _answer(request, text, kind="ours")
    outcome = services.act_on_cases(ids, act=act, value=value, actor=request.user.as_actor, now=timezone.now())
    text = ngettext("%(count)s case changed.", "%(count)s cases changed.", len(outcome.changed)) % {"count": len(outcome.changed)}
    if outcome.refused:
        why = outcome.refused[0][1]
        text += " " + _("%(count)s left as they are: %(why)s") % {"count": len(outcome.refused), "why": why}
    return _answer(request, text, kind="warning" if outcome.refused else "ready")


def _permitted_ids(request: HttpRequest, *, act: str) -> list[int]:
    """The meant cases that the person may do this to."""
    now = timezone.now()
    listing = _listing(request, request.POST)
    if request.POST.get("whole"):
        ids = selectors.matching_ids(listing, now=now, most=services.MOST_EVER)
    else:
        ids = [int(each) for each in request.POST.getlist("picked") if each.isdigit()][: services.MOST_AT_ONCE]
    permission = "desk.assign_cases" if act in ("assign", "queue") else "desk.answer_cases"
    return selectors.permitted_ids(request.user, ids, permission=permission)


def _listing(request: HttpRequest, given: QueryDict) -> selectors.Listing:
    desk = selectors.desk_of(request.user)
    return selectors.listing_of(desk, given.get("view", "mine"), query=QueryDict(given.get("query", "")))


def _answer(request: HttpRequest, text: str, *, kind: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return redirect("desk:home")
    response = HttpResponse(status=204)
    add_toast(response, text, kind=kind)
    add_trigger(response, "desk:reload")
    return response
