"""People who write to us for the first time: known by their address, or made customers, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record_many
from lingting.platform.database.inserting import insert_many, new_ids, new_row
from lingting.service.crm.events import CustomerCreated
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.crm.services.contact_points import BadContactPoint, normalised
from lingting.service.crm.services.profiles import cleaned
from lingting.service.crm.services.vectors import vector_of

LONGEST_NAME = 120
Point = tuple[str, str]

_TAKE = """
    INSERT INTO crm_contactpoint (customer_id, kind, value, is_preferred, created_at)
    SELECT customer_id, kind, value, false, %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given(customer_id, kind, value)
    ORDER BY kind, value
    ON CONFLICT (kind, value) DO NOTHING RETURNING customer_id
"""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who is reached at a number or address (`kind` as of contact points), as far as we know them."""

    kind: str
    value: str
    name: str
    language: str
    is_demo: bool = False


@transaction.atomic
def customers_at(people: Sequence[Stranger], *, now: datetime) -> list[int]:
    """The customers reached at these addresses, in their order, merges followed; who is new is made on first sight.

    An address that mail allows and the customer file does not: its writer becomes a customer without it.
    A customer who has the address from the start is announced once, as created.
    """
    keys = [_point(person) or ("", str(place)) for place, person in enumerate(people)]
    owners = _owners(keys)
    new = {key: person for key, person in reversed(list(zip(keys, people, strict=True))) if key not in owners}
    if new:
        # In one order, so that two who meet the same people cannot lock each other out.
        made = dict(zip(sorted(new), new_ids("crm_customer", count=len(new)), strict=True))
        taken = _take({key: pk for key, pk in made.items() if key[0]}, now=now)
        mine = {key: pk for key, pk in made.items() if not key[0] or pk in taken}
        _make({pk: (new[key], key[1] if key[0] else "") for key, pk in mine.items()}, now=now)
        # Another process met some of them a moment before: its customers they are.
        owners |= mine | _owners([key for key in made if key not in mine])
    return [owners[key] for key in keys]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who begins to speak without a name or an address."""

    language: str
    is_demo: bool = False


@transaction.atomic
def make_guests(guests: Sequence[Guest], *, now: datetime) -> list[Customer]:
    """New customers of whom nothing is known, in the order given."""
    customers = []
    for guest in guests:
        values = {"language": guest.language, "is_guest": True, "is_demo": guest.is_demo, "created_at": now, "updated_at": now}
        customer = new_row(Customer, values)
        customer.vector = vector_of(customer, "")
        customers.append(customer)
    insert_many(customers)
    speaker = Actor("customer", None, "")
    record_many([Happening(CustomerCreated(customer_id=each.pk, is_guest=True), speaker) for each in customers], now=now)
    return customers


def _point(person: Stranger) -> Point | None:
    try:
        return person.kind, normalised(person.kind, person.value)
    except BadContactPoint:
        return None


def _owners(points: Sequence[Point]) -> dict[Point, int]:
    """Who is reached there: `owner_of` for many."""
    wanted = {point for point in points if point[0]}
    if not wanted:
        return {}
    rows = ContactPoint.objects.filter(value__in=[value for _kind, value in wanted]).values_list(
        "kind", "value", Coalesce(F("customer__merged_into_id"), F("customer_id"))
    )
    return {(kind, value): pk for kind, value, pk in rows if (kind, value) in wanted}


def _take(new: Mapping[Point, int], *, now: datetime) -> set[int]:
    """Enters addresses for customers to be made (the reference is checked at the commit); for whom it could be done."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [now, list(new.values()), [kind for kind, _value in new], [value for _kind, value in new]])
        return {row[0] for row in cursor.fetchall()}


def _make(people: Mapping[int, tuple[Stranger, str]], *, now: datetime) -> None:
    """Writes customers under their ids, each with the address it is found by."""
    customers = []
    for pk, (person, address) in people.items():
        name = cleaned("name", person.name[:LONGEST_NAME])
        values = {"id": pk, "name": name, "language": person.language, "is_demo": person.is_demo}
        customer = new_row(Customer, values | {"created_at": now, "updated_at": now})
        customer.vector = vector_of(customer, address)
        customers.append(customer)
    insert_many(customers)
    facts = [(CustomerCreated(customer_id=each.pk, is_guest=False), Actor("customer", None, each.name)) for each in customers]
    record_many([Happening(fact, actor) for fact, actor in facts], now=now)
