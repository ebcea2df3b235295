"""The customer beside a conversation: the tab that this app puts into the desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lingting.platform.ui.navigation import may
from lingting.service.crm import selectors
from lingting.service.crm.models import Customer, Tier
from lingting.service.crm.services import belongings

NOTES_SHOWN = 5


def customer_tab(request: HttpRequest, *, case: Any, **given: Any) -> dict[str, Any]:
    """The card of the customer whom the case belongs to."""
    return card_context(request, selectors.current_customer(case.customer_id))


def card_context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What the card shows: who, how to reach them, what colleagues noted, how often they came."""
    return {
        "customer": customer,
        "points": selectors.contact_points_of(customer.pk),
        "customer_tags": list(customer.tags.order_by("id")),
        "tiers": list(Tier.objects.all()),
        "notes": selectors.notes_of(customer.pk, most=NOTES_SHOWN),
        "belongings": belongings(customer.pk),
        "may_edit": may(request, "crm.edit_customers"),
    }
