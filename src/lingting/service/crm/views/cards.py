"""Parts of a customer that change in place: the card, fields, notes, numbers and addresses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import NotFound
from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.crm import selectors, services
from lingting.service.crm.models import Customer, Tier
from lingting.service.crm.side import card_context

EDIT = "crm.edit_customers"
EDITED_IN_PLACE = ("name", "tier", "remarks", "language", "city")


@require_GET
@requires("crm.view_customers")
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The card beside a conversation, fetched again when the customer changes."""
    found = selectors.access_customer(request.user, customer_id)
    return render(request, "crm/side/tab.html", card_context(request, found))


@require_POST
@requires(EDIT)
def field(request: HttpRequest, customer_id: int, field: str) -> HttpResponse:
    """One field of the profile, changed where it stands; `tags` is a list parted by commas."""
    found = selectors.access_customer(request.user, customer_id, permission=EDIT)
    value, actor, now = request.POST.get("value", ""), request.user.as_actor, timezone.now()
    if field == "tags":
        services.set_customer_tags(found, names=value.replace("，", ",").split(","), actor=actor, now=now)
    elif field == "tier":
        tier = Tier.objects.filter(pk=value).first() if value.isdigit() else None
        services.change_customer(found.pk, changes={"tier": tier}, actor=actor, now=now)
    elif field in EDITED_IN_PLACE:
        services.change_customer(found.pk, changes={field: value}, actor=actor, now=now)
    else:
        raise NotFound(_("This field cannot be changed here."))
    return _answer(request, found)


@require_POST
@requires(EDIT)
def notes(request: HttpRequest, customer_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id, permission=EDIT)
    services.add_customer_note(found.pk, text=request.POST.get("text", ""), actor=request.user.as_actor, now=timezone.now())
    return _answer(request, found)


@require_POST
@requires(EDIT)
def note_removal(request: HttpRequest, customer_id: int, note_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id, permission=EDIT)
    note = selectors.access_note(found, note_id)
    may_any = request.user.can("crm.merge_customers")
    services.delete_customer_note(note.pk, actor=request.user.as_actor, may_delete_any=may_any, now=timezone.now())
    return _answer(request, found, text=_("The note is taken back."))


@require_POST
@requires(EDIT)
def points(request: HttpRequest, customer_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id, permission=EDIT)
    kind = request.POST.get("kind", "")
    if kind not in ("phone", "email", "wechat", "other"):
        kind = "email" if "@" in request.POST.get("value", "") else "phone"
    services.add_contact_point(
        found, kind=kind, value=request.POST.get("value", ""), now=timezone.now(), actor=request.user.as_actor
    )
    return _answer(request, found)


@require_POST
@requires(EDIT)
def point_removal(request: HttpRequest, customer_id: int, point_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id, permission=EDIT)
    point = selectors.access_point(found, point_id)
    services.remove_contact_point(point, actor=request.user.as_actor, now=timezone.now())
    return _answer(request, found, text=_("%(value)s is taken away.") % {"value": point.value})


@require_POST
@requires(EDIT)
def point_preference(request: HttpRequest, customer_id: int, point_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id, permission=EDIT)
    point = selectors.access_point(found, point_id)
    services.prefer_contact_point(point, actor=request.user.as_actor, now=timezone.now())
    return _answer(request, found)


def _answer(request: HttpRequest, customer: Customer, *, text: str = "") -> HttpResponse:
    """htmx hears `crm:changed` and fetches what shows the customer again; a full load goes to the customer."""
    if request.headers.get("HX-Request") != "true":
        return redirect("crm:customer", customer.pk)
    response = HttpResponse(status=204)
    if text:
        add_toast(response, text)
    add_trigger(response, "crm:changed", {"customer_id": customer.pk})
    return response
