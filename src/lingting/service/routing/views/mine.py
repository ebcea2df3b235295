"""One's own presence, offers and wrap-ups."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.ui.toasts import add_toast
from lingting.service.routing.models import AwayReason, PresenceState
from lingting.service.routing.selectors import my_work, open_offers, reason_text
from lingting.service.routing.services import accept_offer, become_away, become_ready, decline_offer, finish_wrap_up, go_offline
from lingting.service.routing.services.presence import MISSED_REASON_KEY

_LOOKS = {"ready": ("ready", "circle-check"), "busy": ("ours", "message-circle"), "wrap_up": ("ours", "pencil"),
          "away": ("warning", "coffee"), "offline": ("idle", "circle-off")}  # fmt: skip


def presence_context(request: HttpRequest) -> dict[str, Any]:
    work = my_work(request.user.pk)
    return {
        "work": work,
        "look": _LOOKS[work.state],
        "words": work.reason.name if work.reason else PresenceState(work.state).label,
        "reasons": AwayReason.objects.exclude(key=MISSED_REASON_KEY),
    }


def offers_context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    offers = open_offers(request.user.pk, now=now)
    return {"offers": [{"offer": offer, "why": reason_text(offer.reason)} for offer in offers]}


@requires("routing.take_work")
@require_http_methods(["GET", "POST"])
def presence(request: HttpRequest) -> HttpResponse:
    """The control in the top bar; POST `state` = ready, offline, or a reason's key."""
    if request.method == "POST":
        wanted, now, actor = request.POST.get("state", ""), timezone.now(), request.user.as_actor
        if wanted == PresenceState.READY:
            become_ready(request.user.pk, actor=actor, now=now)
        elif wanted == PresenceState.OFFLINE:
            go_offline(request.user.pk, actor=actor, now=now)
        else:
            become_away(request.user.pk, reason_key=wanted, actor=actor, now=now)
        if not _is_part(request):
            return _back(request)
    return render(request, "routing/_presence.html", presence_context(request))


@requires("routing.take_work")
@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    """The open offers as cards; empty when there is none."""
    return render(request, "routing/_offers.html", offers_context(request))


@requires("routing.take_work")
@require_POST
def acceptance(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Takes the conversation and opens it."""
    assignment = accept_offer(offer_id, account_id=request.user.pk, actor=request.user.as_actor, now=timezone.now())
    goal = reverse("desk:case", args=[assignment.contact.case_id])
    if not _is_part(request):
        return HttpResponseRedirect(goal)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = goal
    return response


@requires("routing.take_work")
@require_POST
def refusal(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Passes the offer on to somebody else."""
    decline_offer(offer_id, account_id=request.user.pk, actor=request.user.as_actor, now=timezone.now())
    said = _("Passed on to the next colleague.")
    if not _is_part(request):
        messages.info(request, said)
        return _back(request)
    response = render(request, "routing/_offers.html", offers_context(request))
    return add_toast(response, said, kind="ours")  # type: ignore[return-value]


@requires("routing.take_work")
@require_POST
def wrap_up_end(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Done with the wrap-up: the room is free again."""
    finish_wrap_up(assignment_id, account_id=request.user.pk, now=timezone.now())
    if not _is_part(request):
        return _back(request)
    return render(request, "routing/_presence.html", presence_context(request))


def _is_part(request: HttpRequest) -> bool:
    """Whether htmx asks, not the form itself: without script, or in the moment before htmx has wired it."""
    return "HX-Request" in request.headers


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the form stood on."""
    goal = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(goal, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(goal if is_ours else "/")
