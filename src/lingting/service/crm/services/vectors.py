"""What a customer is found by: name, company, place, remarks and every number and address, in parts."""

from __future__ import annotations

from lingting.platform.search import joined_vector
from lingting.service.crm.models import Customer


def refresh_vector(customer: Customer) -> None:
    """Brings the search column up to date, in the caller's transaction. The customer's fields are taken as given."""
    points = " ".join(customer.contact_points.order_by("pk").values_list("value", flat=True))
    customer.vector = vector_of(customer, points)
    Customer.objects.filter(pk=customer.pk).update(vector=customer.vector)


def vector_of(customer: Customer, points: str) -> str:
    """The search vector; the name weighs most."""
    rest = " ".join(
        part for part in (customer.company, customer.city, customer.address, customer.external_id or "", points) if part
    )
    return joined_vector([(customer.name, "A"), (rest, "B"), (customer.remarks, "")])
