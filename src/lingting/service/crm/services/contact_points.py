"""Numbers and addresses of a customer: normalised, checked, each belonging to one customer only."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid
from lingting.service.crm.events import ContactPointsChanged
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.crm.services.vectors import refresh_vector

_NOT_IN_PHONES = re.compile(r"[\s().\-–—·/]+")
_PHONE = re.compile(r"\+?\d{5,18}")
LONGEST = 190


class BadContactPoint(Invalid):
    """The number or address cannot be one."""

    code = "bad_contact_point"


class ContactPointTaken(Conflict):
    """Another customer has it; `details["customer_id"]` says who."""

    code = "contact_point_taken"


def normalised(kind: str, value: str) -> str:
    """The one form in which a number or address is kept. Raises `BadContactPoint`.

    Phones lose spaces and separators, full-width digits become plain, 0086 and +86 before a mainland mobile
    fall away; mail addresses are lower case.
    """
    text = unicodedata.normalize("NFKC", value.replace("\x00", "")).strip()
    if kind == "phone":
        text = _NOT_IN_PHONES.sub("", text)
        text = re.sub(r"^(?:\+|00)86(?=1\d{10}$)", "", text)
        if not _PHONE.fullmatch(text):
            sentence = _("“%(value)s” is not a phone number. Give digits, with + and the country before a foreign one.")
            raise BadContactPoint(sentence % {"value": value})
    elif kind == "email":
        text = text.lower()
        try:
            validate_email(text)
        except ValidationError as error:
            sentence = _("“%(value)s” is not an e-mail address. It needs a form like name@example.com.")
            raise BadContactPoint(sentence % {"value": value}) from error
    if not text or len(text) > LONGEST:
        raise BadContactPoint(_("Give a number or address of at most %(count)s characters.") % {"count": LONGEST})
    return text


@transaction.atomic
def add_contact_point(
    customer: Customer, *, kind: str, value: str, now: datetime, is_preferred: bool = False, actor: Actor = SYSTEM
) -> ContactPoint:
    """Adds it, or returns it when the customer has it already. Raises `BadContactPoint`, `ContactPointTaken`."""
    text = normalised(kind, value)
    if is_preferred:
        ContactPoint.objects.filter(customer=customer, kind=kind, is_preferred=True).update(is_preferred=False)
    try:
        with transaction.atomic():
            point = ContactPoint.objects.create(
                customer=customer, kind=kind, value=text, is_preferred=is_preferred, created_at=now
            )
    except IntegrityError:
        point = ContactPoint.objects.select_related("customer").get(kind=kind, value=text)
        if point.customer_id != customer.pk:
            raise ContactPointTaken(
                _("%(value)s belongs to %(name)s already. Open that customer, or merge the two.")
                % {"value": text, "name": point.customer},
                customer_id=point.customer_id,
            ) from None
        return point
    _changed(customer, kind, actor=actor, now=now)
    return point


@transaction.atomic
def remove_contact_point(point: ContactPoint, *, actor: Actor = SYSTEM, now: datetime | None = None) -> None:
    """Takes a number or address away from its customer."""
    customer, kind = point.customer, point.kind
    point.delete()
    _changed(customer, kind, actor=actor, now=now or customer.updated_at)


@transaction.atomic
def prefer_contact_point(point: ContactPoint, *, actor: Actor, now: datetime) -> None:
    """This one of its kind is tried first."""
    same_kind = ContactPoint.objects.select_for_update().filter(customer=point.customer, kind=point.kind)
    same_kind.exclude(pk=point.pk).update(is_preferred=False)
    same_kind.filter(pk=point.pk).update(is_preferred=True)
    _changed(point.customer, point.kind, actor=actor, now=now)


def owner_of(kind: str, value: str) -> Customer | None:
    """Who is reached there, merges followed; None for nobody and for what cannot be a number or address."""
    try:
        text = normalised(kind, value)
    except BadContactPoint:
        return None
    point = ContactPoint.objects.select_related("customer__merged_into").filter(kind=kind, value=text).first()
    return (point.customer.merged_into or point.customer) if point else None


def _changed(customer: Customer, kind: str, *, actor: Actor, now: datetime) -> None:
    Customer.objects.filter(pk=customer.pk, updated_at__lt=now).update(updated_at=now)
    refresh_vector(customer)
    record(ContactPointsChanged(customer_id=customer.pk, kinds=[kind]), actor=actor, now=now)
