"""One customer and what is known of them; reads follow merges."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.permissions import check_permission
from lingting.platform.refusals import NotFound
from lingting.service.crm.models import ContactPoint, Customer, CustomerNote, Merge

VIEW = "crm.view_customers"


class NoSuchCustomer(NotFound):
    """There is no such customer."""

    code = "no_such_customer"


def current_customer(customer_id: int) -> Customer:
    """The customer behind an id, with the tier; a merged one leads to the one that was kept. Raises `NoSuchCustomer`."""
    found = Customer.objects.select_related("tier", "merged_into__tier").filter(pk=customer_id).first()
    while found is not None and found.merged_into is not None:
        found = found.merged_into
    if found is None:
        raise NoSuchCustomer(_("There is no such customer. Search by name, number or address."))
    return found


def access_customer(account: Account, customer_id: int, *, permission: str = VIEW) -> Customer:
    """The customer for a person who holds the permission; merges followed. Raises `NotPermitted`, `NoSuchCustomer`."""
    check_permission(account, permission)
    return current_customer(customer_id)


def access_point(customer: Customer, point_id: int) -> ContactPoint:
    """A number or address of this very customer."""
    point = customer.contact_points.select_related("customer").filter(pk=point_id).first()
    if point is None:
        raise NotFound(_("This number or address is not there any more. Reload the page."))
    return point


def access_note(customer: Customer, note_id: int) -> CustomerNote:
    """A note on this very customer."""
    note = customer.notes.filter(pk=note_id).first()
    if note is None:
        raise NotFound(_("This note is not there any more. Reload the page."))
    return note


def contact_points_of(customer_id: int) -> list[dict[str, Any]]:
    """Numbers and addresses, the preferred ones first."""
    points = ContactPoint.objects.filter(customer_id=customer_id).order_by("-is_preferred", "kind", "id")
    return [dict(row) for row in points.values("id", "kind", "value", "is_preferred")]


def notes_of(customer_id: int, *, most: int = 50) -> list[dict[str, Any]]:
    """Notes with their authors, newest first."""
    notes = CustomerNote.objects.filter(customer_id=customer_id).order_by("-created_at", "-id")
    return [dict(row) for row in notes.values("id", "text", "created_at", "author_id", "author__display_name")[:most]]


def merges_of(customer_id: int) -> list[Merge]:
    """Merges into a customer that still stand, newest first."""
    standing = Merge.objects.filter(kept_id=customer_id, undone_at=None, absorbed__merged_into_id=customer_id)
    return list(standing.select_related("absorbed", "merged_by").order_by("-merged_at", "-id"))
