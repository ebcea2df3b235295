"""Who may be the same: the same number written in two ways, the same address, the same name in the same city."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Right

from lingting.platform.search import search_matching
from lingting.science.language import fold
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.crm.selectors.lists import ROW, with_details

PHONE_TAIL = 8
SIMILAR = 0.8
MOST = 10
_SCORES = {"phone": 60, "email": 50, "name": 40, "city": 20, "address": 30}


@dataclass(kw_only=True)
class Candidate:
    """A customer that may be the same one, and why: `reasons` are phone, email, address, name, city; `score` up to 100."""

    row: dict[str, Any]
    reasons: list[str] = field(default_factory=list)

    @property
    def score(self) -> int:
        return min(100, sum(_SCORES[reason] for reason in self.reasons))


def merge_candidates(customer: Customer, *, most: int = MOST) -> list[Candidate]:
    """Customers that may be this one, the likeliest first. A name alone counts only if nothing speaks against the city."""
    reasons: dict[int, set[str]] = defaultdict(set)
    for customer_id, reason in _same_points(customer):
        reasons[customer_id].add(reason)
    for customer_id in _same_address(customer):
        reasons[customer_id].add("address")
    for row in _similar_names(customer):
        near = not row["city"] or not customer.city or fold(row["city"]) == fold(customer.city)
        if near or reasons[row["id"]]:
            reasons[row["id"]].add("name")
            if row["city"] and customer.city and near:
                reasons[row["id"]].add("city")
    wanted = {customer_id: found for customer_id, found in reasons.items() if found and customer_id != customer.pk}
    rows = with_details(Customer.objects.current().filter(pk__in=wanted).values(*ROW))
    found = [Candidate(row=row, reasons=sorted(wanted[row["id"]], key=list(_SCORES).index)) for row in rows]
    return sorted(found, key=lambda one: (-one.score, one.row["id"]))[:most]


def namesakes(*, most: int = 50) -> list[dict[str, Any]]:
    """Groups of current customers with one name in one city: name, city, count; the largest first."""
    known = Customer.objects.current().filter(is_guest=False).exclude(name="").exclude(city="")
    groups = known.values("name", "city").annotate(count=Count("id")).filter(count__gt=1)
    return [dict(row) for row in groups.order_by("-count", "name", "city")[:most]]


def _same_points(customer: Customer) -> list[tuple[int, str]]:
    """Phones that end alike (a country or area code in front or not), mail boxes of one name at two providers."""
    condition = Q(pk__in=())
    for kind, value in customer.contact_points.values_list("kind", "value"):
        if kind == "phone" and len(value) >= PHONE_TAIL:
            condition |= Q(kind="phone", tail=value[-PHONE_TAIL:])
        elif kind == "email" and len(value.split("@")[0]) > 4:
            condition |= Q(kind="email", value__startswith=value.split("@")[0] + "@")
    others = ContactPoint.objects.annotate(tail=Right("value", PHONE_TAIL)).filter(condition).exclude(customer_id=customer.pk)
    return list(others.order_by("pk").values_list("customer_id", "kind")[: 5 * MOST])


def _same_address(customer: Customer) -> list[int]:
    if len(customer.address) < 6:
        return []
    same = search_matching(Customer.objects.current(), column="vector", text=customer.address).filter(address=customer.address)
    return list(same.exclude(pk=customer.pk).order_by("pk").values_list("pk", flat=True)[:MOST])


def _similar_names(customer: Customer) -> list[dict[str, Any]]:
    own = fold(customer.name).strip()
    if len(own) < 2:
        return []
    near = search_matching(
        Customer.objects.current(), column="vector", text=customer.name[:-1] if len(own) > 3 else customer.name
    )
    rows = near.exclude(pk=customer.pk).order_by("pk").values("id", "name", "city")[: 20 * MOST]
    return [row for row in rows if SequenceMatcher(None, own, fold(row["name"]).strip()).ratio() >= SIMILAR]
