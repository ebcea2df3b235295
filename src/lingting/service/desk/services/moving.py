"""Giving a customer's cases to another customer: a guest became known, or two were merged."""

from __future__ import annotations

from lingting.service.desk.models import Case


def move_cases(*, from_customer_id: int, to_customer_id: int) -> list[int]:
    """Moves every case, in the caller's transaction; returns which, so that it can be undone."""
    moved = list(Case.objects.filter(customer_id=from_customer_id).order_by("pk").values_list("pk", flat=True))
    Case.objects.filter(pk__in=moved).update(customer_id=to_customer_id)
    return moved
