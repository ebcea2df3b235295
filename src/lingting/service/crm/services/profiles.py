"""A customer's profile: made, changed, found by the host's own id."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.single_rows import insert_row
from lingting.platform.refusals import Invalid
from lingting.service.crm.events import CustomerChanged, CustomerCreated
from lingting.service.crm.models import Customer
from lingting.service.crm.services.contact_points import BadContactPoint, ContactPointTaken, add_contact_point
from lingting.service.crm.services.tags import set_customer_tags
from lingting.service.crm.services.vectors import refresh_vector, vector_of

CHANGEABLE = ("name", "tier", "language", "company", "city", "address", "remarks", "external_id")
_BETWEEN_HAN = re.compile(r"(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
LONGEST = {"name": 120, "language": 10, "company": 120, "city": 60, "address": 200, "remarks": 5000, "external_id": 80}


class BadCustomer(Invalid):
    """A profile that cannot be kept; `details["fields"]` says why."""

    code = "bad_customer"


@transaction.atomic
def create_customer(
    name: str, *, actor: Actor, now: datetime, is_guest: bool = False, is_demo: bool = False, **profile: Any
) -> Customer:
    """A new customer. `profile` takes the fields of `CHANGEABLE`. Raises `BadCustomer` (id taken, name too long)."""
    customer = Customer(name=cleaned("name", name), is_guest=is_guest, is_demo=is_demo, created_at=now, updated_at=now)
    for field in set(profile) & set(CHANGEABLE):
        setattr(customer, field, cleaned(field, profile[field]))
    customer.vector = vector_of(customer, "")
    try:
        with transaction.atomic():
            insert_row(customer)
    except IntegrityError as error:
        raise _id_taken(customer) from error
    record(CustomerCreated(customer_id=customer.pk, is_guest=is_guest), actor=actor, now=now)
    return customer


@transaction.atomic
def change_customer(customer_id: int, *, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Customer:
    """Changes profile fields; nothing happens where nothing differs. Raises `BadCustomer`. Locks the customer."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    differences: dict[str, list[Any]] = {}
    for field, value in changes.items():
        if field not in CHANGEABLE:
            raise BadCustomer(_("“%(field)s” cannot be changed.") % {"field": field}, fields={field: []})
        old, new = getattr(customer, field), cleaned(field, value)
        if old != new:
            differences[field] = [str(old or ""), str(new or "")]
            setattr(customer, field, new)
    if not differences:
        return customer
    if customer.is_guest and customer.name:
        customer.is_guest = False
    customer.updated_at = now
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError as error:
        raise _id_taken(customer) from error
    refresh_vector(customer)
    record(CustomerChanged(customer_id=customer.pk, changes=differences), actor=actor, now=now)
    return customer


@transaction.atomic
def customer_with_external_id(external_id: str, *, name: str, actor: Actor, now: datetime, **profile: Any) -> Customer:
    """The customer of the host's own id, made on first sight; follows a merge."""
    customer = Customer.objects.filter(external_id=external_id).select_related("merged_into").first()
    while customer is not None and customer.merged_into is not None:
        customer = customer.merged_into
    if customer is not None:
        return customer
    return create_customer(name, actor=actor, now=now, external_id=external_id, **profile)


def cleaned(field: str, value: Any) -> Any:
    """A field's value as it is kept: trimmed, no NULs, no gaps within a Chinese name, an empty id as none.

    Raises `BadCustomer` if it is too long.
    """
    if not isinstance(value, str):
        return value
    clean = value.replace("\x00", "").strip()
    if field != "remarks":
        clean = " ".join(clean.split())
    if field == "name":
        clean = _BETWEEN_HAN.sub("", clean)
    longest = LONGEST[field]
    if len(clean) > longest:
        sentence = _("Shorten this to at most %(count)s characters.") % {"count": longest}
        raise BadCustomer(sentence, fields={field: [sentence]})
    return (clean or None) if field == "external_id" else clean


def _id_taken(customer: Customer) -> BadCustomer:
    sentence = _("Another customer has the id “%(id)s”.") % {"id": customer.external_id}
    return BadCustomer(sentence, fields={"external_id": [sentence]})


@transaction.atomic
def save_profile(
    customer_id: int | None,
    *,
    profile: Mapping[str, Any],
    points: Sequence[tuple[str, str]],
    tags: Sequence[str],
    actor: Actor,
    now: datetime,
) -> Customer:
    """A whole form: makes the customer or changes the one given, adds the numbers and addresses, sets exactly the tags.

    All or nothing. Raises `BadCustomer`, `BadContactPoint`, `ContactPointTaken`, `BadTag`; contact refusals carry
    `fields` with the kind.
    """
    if customer_id is None:
        others = {name: value for name, value in profile.items() if name != "name"}
        customer = create_customer(profile.get("name", ""), actor=actor, now=now, **others)
    else:
        customer = change_customer(customer_id, changes=profile, actor=actor, now=now)
    for index, (kind, value) in enumerate(points):
        is_first = all(other != kind for other, _value in points[:index])
        try:
            add_contact_point(customer, kind=kind, value=value, now=now, actor=actor, is_preferred=is_first)
        except (BadContactPoint, ContactPointTaken) as refusal:
            refusal.details["fields"] = {kind: [str(refusal)]}
            raise
    set_customer_tags(customer, names=tags, actor=actor, now=now)
    return customer
