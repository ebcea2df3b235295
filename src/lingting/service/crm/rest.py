"""The API of customers, `/api/v1/crm/…`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from lingting.kernel.accounts.permissions import calling_actor, check_caller
from lingting.platform.refusals import Invalid
from lingting.platform.rest import Number, Page, PageQuery, page, scope
from lingting.service.crm import selectors, services
from lingting.service.crm.models import Customer, Tier
from lingting.service.crm.selectors import CustomerFilter

router = Router(tags=["crm"])
Kind = Literal["phone", "email", "wechat", "other"]


class PointOut(Schema):
    """A number or address of a customer."""

    id: int
    kind: str
    value: str
    is_preferred: bool


class CustomerLine(Schema):
    """A customer as lists show it; `tier` is a key."""

    id: int
    name: str
    is_guest: bool
    tier: str | None
    company: str
    city: str
    language: str
    updated_at: datetime


class CustomerOut(CustomerLine):
    """A customer with everything. A merged one is answered with the one that was kept."""

    address: str
    remarks: str
    external_id: str | None
    created_at: datetime
    tags: list[str]
    contact_points: list[PointOut]


class CustomerFilters(PageQuery):
    """All of them must fit. A search goes through guests too."""

    q: str = Field("", max_length=200, description="Part of a name, number, address, city or company")
    tier: str = Field("", max_length=40, description="Key of a tier")
    tag: int | None = Field(None, ge=1, le=2**53)
    language: Literal["", "zh-hans", "en"] = ""
    kind: Literal["", "guests", "unreachable", "new"] = ""


class PointIn(Schema):
    kind: Kind
    value: str = Field(min_length=1, max_length=190)
    is_preferred: bool = False


class CustomerIn(Schema):
    """A new customer."""

    name: str = Field(min_length=1, max_length=120)
    tier: str | None = Field(None, max_length=40, description="Key of a tier")
    language: Literal["zh-hans", "en"] = "zh-hans"
    company: str = Field("", max_length=120)
    city: str = Field("", max_length=60)
    address: str = Field("", max_length=200)
    remarks: str = Field("", max_length=5000)
    external_id: str | None = Field(None, max_length=80, description="The id in your own system")
    tags: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=20)
    contact_points: list[PointIn] = Field([], max_length=20)


class CustomerChange(Schema):
    """What is left out stays as it is."""

    name: str | None = Field(None, max_length=120)
    tier: str | None = Field(None, max_length=40, description="Key of a tier; null takes the tier away")
    language: Literal["zh-hans", "en"] | None = None
    company: str | None = Field(None, max_length=120)
    city: str | None = Field(None, max_length=60)
    address: str | None = Field(None, max_length=200)
    remarks: str | None = Field(None, max_length=5000)
    external_id: str | None = Field(None, max_length=80)
    tags: list[Annotated[str, Field(max_length=40)]] | None = Field(None, max_length=20)


class UnknownTier(Invalid):
    """No tier has this key."""

    code = "unknown_tier"


@router.get("/customers", response=Page[CustomerLine])
@scope("crm:read")
def list_customers(request: HttpRequest, query: Query[CustomerFilters]) -> dict[str, Any]:
    """Customers, the last changed first; a search gives the newest first."""
    check_caller(request, "crm.view_customers")
    tier = _tier(query.tier)
    wanted = CustomerFilter(
        words=query.q.replace("\x00", "").strip(), tier_id=tier.pk if tier else None, tag_id=query.tag, language=query.language,
        kind=query.kind,
    )  # fmt: skip
    rows: QuerySet[Customer] = selectors.filtered_customers(wanted, now=timezone.now()).select_related("tier")
    if not wanted.words:
        found = page(rows, query=query, order=("-updated_at", "-id"))
    else:
        found = page(rows.annotate(place=F("id") + Value(0)), query=query, order=("-place",))
    return {"items": [_line(customer) for customer in found["items"]], "next": found["next"]}


@router.post("/customers", response={201: CustomerOut})
@scope("crm:write")
def create(request: HttpRequest, body: CustomerIn) -> Status[dict[str, Any]]:
    """A new customer. With `Idempotency-Key` a repeated call gives the first answer again."""
    check_caller(request, "crm.edit_customers")
    now, actor = timezone.now(), calling_actor(request)
    given = body.model_dump(exclude={"tags", "contact_points"}) | {"tier": _tier(body.tier or "")}
    points = [(point.kind, point.value) for point in body.contact_points]
    customer = services.save_profile(None, profile=given, points=points, tags=body.tags, actor=actor, now=now)
    return Status(201, _whole(customer.pk))


@router.get("/customers/{customer_id}", response=CustomerOut)
@scope("crm:read")
def read(request: HttpRequest, customer_id: Number) -> dict[str, Any]:
    """One customer; an id that was merged leads to the one that was kept."""
    check_caller(request, "crm.view_customers")
    return _whole(customer_id)


@router.patch("/customers/{customer_id}", response=CustomerOut)
@scope("crm:write")
def change(request: HttpRequest, customer_id: Number, body: CustomerChange) -> dict[str, Any]:
    """Changes the fields that are sent."""
    check_caller(request, "crm.edit_customers")
    now, actor = timezone.now(), calling_actor(request)
    customer = selectors.current_customer(customer_id)
    changes = body.model_dump(exclude_unset=True, exclude={"tags"})
    changes = {field: value for field, value in changes.items() if value is not None or field in ("tier", "external_id")}
    if "tier" in changes:
        changes["tier"] = _tier(changes["tier"] or "")
    with transaction.atomic():
        services.change_customer(customer.pk, changes=changes, actor=actor, now=now)
        if body.tags is not None:
            services.set_customer_tags(customer, names=body.tags, actor=actor, now=now)
    return _whole(customer.pk)


@router.get("/customers/{customer_id}/contact-points", response=list[PointOut])
@scope("crm:read")
def list_points(request: HttpRequest, customer_id: Number) -> list[dict[str, Any]]:
    """Numbers and addresses, the preferred ones first."""
    check_caller(request, "crm.view_customers")
    return selectors.contact_points_of(selectors.current_customer(customer_id).pk)


@router.post("/customers/{customer_id}/contact-points", response={201: PointOut})
@scope("crm:write")
def add_point(request: HttpRequest, customer_id: Number, body: PointIn) -> Status[dict[str, Any]]:
    """Adds a number or address; 409 with `customer_id` when it is somebody else's."""
    check_caller(request, "crm.edit_customers")
    customer = selectors.current_customer(customer_id)
    point = services.add_contact_point(
        customer, kind=body.kind, value=body.value, is_preferred=body.is_preferred, now=timezone.now(), actor=calling_actor(request)
    )
    return Status(201, {"id": point.pk, "kind": point.kind, "value": point.value, "is_preferred": point.is_preferred})


@router.delete("/customers/{customer_id}/contact-points/{point_id}", response={204: None})
@scope("crm:write")
def remove_point(request: HttpRequest, customer_id: Number, point_id: Number) -> Status[None]:
    """Takes a number or address away."""
    check_caller(request, "crm.edit_customers")
    point = selectors.access_point(selectors.current_customer(customer_id), point_id)
    services.remove_contact_point(point, actor=calling_actor(request), now=timezone.now())
    return Status(204, None)


def _tier(key: str) -> Tier | None:
    if not key:
        return None
    found = Tier.objects.filter(key=key).first()
    if found is None:
        raise UnknownTier(_("There is no tier “%(name)s”.") % {"name": key}, fields={"tier": [key]})
    return found


def _line(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.pk,
        "name": customer.name,
        "is_guest": customer.is_guest,
        "tier": customer.tier.key if customer.tier else None,
        "company": customer.company,
        "city": customer.city,
        "language": customer.language,
        "updated_at": customer.updated_at,
    }


def _whole(customer_id: int) -> dict[str, Any]:
    customer = selectors.current_customer(customer_id)
    return _line(customer) | {
        "address": customer.address,
        "remarks": customer.remarks,
        "external_id": customer.external_id,
        "created_at": customer.created_at,
        "tags": [tag.name_zh for tag in customer.tags.order_by("id")],
        "contact_points": selectors.contact_points_of(customer.pk),
    }
