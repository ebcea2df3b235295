"""Giving a customer's cases to another customer: a guest became known, or two were merged."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.service.crm.services import register_mover
from lingting.service.desk.models import Case


def move_cases(*, from_customer_id: int, to_customer_id: int) -> list[int]:
    """Moves every case, in the caller's transaction; returns which, so that it can be undone."""
    moved = list(Case.objects.filter(customer_id=from_customer_id).order_by("pk").values_list("pk", flat=True))
    Case.objects.filter(pk__in=moved).update(customer_id=to_customer_id)
    return moved


def connect() -> None:
    """Takes part in merges of customers and in undoing them. Called once when the apps are ready."""
    register_mover(
        "desk.cases",
        label=_("Cases"),
        move=lambda from_id, to_id: move_cases(from_customer_id=from_id, to_customer_id=to_id),
        move_back=_give_back,
        count=lambda customer_id: Case.objects.filter(customer_id=customer_id).count(),
    )


def _give_back(case_ids: list[int], to_id: int) -> None:
    Case.objects.filter(pk__in=case_ids).update(customer_id=to_id)
