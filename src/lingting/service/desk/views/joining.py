"""Merging two cases, splitting one, and taking either back: a dialog with a preview, then the act."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Refusal
from lingting.platform.ui.toasts import add_toast
from lingting.service.desk import selectors, services
from lingting.service.desk.models import Case
from lingting.service.desk.presenting import STATE_LOOKS, present_messages
from lingting.service.desk.selectors.channels import channel_look
from lingting.service.desk.services.refusals import UnknownChoice
from lingting.service.desk.views.cases import display_name
from lingting.service.desk.views.requests import changed

ANSWER = "desk.answer_cases"


@requires("desk.view_cases")
@require_http_methods(["GET", "POST"])
def merging(request: HttpRequest, case_id: int) -> HttpResponse:
    """The dialog: which case of the same customer this one goes into (`into`, or `number` typed); then the act."""
    case = selectors.access_case_to(request.user, case_id, permission=ANSWER)
    if request.method == "GET":
        return render(request, "desk/_merge.html", _merge_context(request, case))
    wanted = (request.POST.get("number", "").strip().lstrip("#") or request.POST.get("into", "")).strip()
    try:
        if not wanted.isdigit():
            raise UnknownChoice(_("Choose a case, or enter its number."))
        into = selectors.access_case_to(request.user, int(wanted), permission=ANSWER)
        services.merge_case(case_id, into_id=into.pk, actor=request.user.as_actor, now=timezone.now())
    except Refusal as refusal:
        context = _merge_context(request, case) | {"problem": str(refusal), "number": request.POST.get("number", "")}
        return render(request, "desk/_merge.html", context, status=refusal.status)
    return _go_to(request, into.pk, text=_("#%(case)s is now part of #%(other)s.") % {"case": case_id, "other": into.pk},
                  undo=reverse("desk:merging-undo", args=[case_id]))  # fmt: skip


@requires("desk.view_cases")
@require_POST
def merging_undo(request: HttpRequest, case_id: int) -> HttpResponse:
    """Lets a merged case stand on its own again."""
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    if services.undo_merge(case_id, actor=request.user.as_actor, now=timezone.now()):
        return _go_to(request, case_id, text=_("#%(case)s stands on its own again.") % {"case": case_id})
    return changed(request, case_id)


@requires("desk.view_cases")
@require_http_methods(["GET", "POST"])
def splitting(request: HttpRequest, case_id: int) -> HttpResponse:
    """The dialog: which messages become a case of their own, under which subject; then the act."""
    case = selectors.access_case_to(request.user, case_id, permission=ANSWER)
    if request.method == "GET":
        return render(request, "desk/_split.html", _split_context(case))
    chosen = [int(each) for each in request.POST.getlist("message") if each.isdigit()]
    subject = request.POST.get("subject", "")
    try:
        new = services.split_case(case_id, message_ids=chosen, subject=subject, actor=request.user.as_actor, now=timezone.now())
    except Refusal as refusal:
        context = _split_context(case) | {"problem": str(refusal), "subject": subject, "chosen": set(chosen)}
        return render(request, "desk/_split.html", context, status=refusal.status)
    text = _("#%(new)s was made out of #%(case)s.") % {"new": new.pk, "case": case_id}
    return _go_to(request, new.pk, text=text, undo=reverse("desk:splitting-undo", args=[new.pk]))


@requires("desk.view_cases")
@require_POST
def splitting_undo(request: HttpRequest, case_id: int) -> HttpResponse:
    """Gives the messages of a case that was split off back to where they came from."""
    case = selectors.access_case_to(request.user, case_id, permission=ANSWER)
    origin = case.split_from.case_id if hasattr(case, "split_from") else case_id
    selectors.access_case_to(request.user, origin, permission=ANSWER)
    services.undo_split(case_id, actor=request.user.as_actor, now=timezone.now())
    return _go_to(request, origin, text=_("The messages are back in #%(case)s.") % {"case": origin})


def _merge_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    sight = selectors.sight_of(request.user, permission=ANSWER)
    others = [
        row | {"look": STATE_LOOKS[row["state"]], "channel_look": channel_look(row["channel"])}
        for row in selectors.earlier_cases(case)
        if sight is not None
        and row["state"] != "closed"
        and sight.covers(assignee_id=row["assignee_id"], queue_id=row["queue_id"])
    ]
    return {"case": case, "others": others}


def _split_context(case: Case) -> dict[str, Any]:
    page = selectors.latest_messages(case.pk)
    said = [each for each in page.messages if each["kind"] != "system"]
    return {"case": case, "messages": present_messages(said, customer_name=display_name(case)), "chosen": set()}


def _go_to(request: HttpRequest, case_id: int, *, text: str, undo: str = "") -> HttpResponse:
    """Opens a case and says what happened; without htmx by redirect."""
    if request.headers.get("HX-Request") != "true":
        return redirect("desk:case", case_id)
    response = HttpResponse(status=204)
    response.headers["HX-Location"] = reverse("desk:case", args=[case_id])
    add_toast(response, text, undo_url=undo, undo_label=_("Undo") if undo else "")
    return response
