"""Customers and how they are reached."""

from __future__ import annotations

from datetime import datetime

import pytest

from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.search import search_matching
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.crm.services import (
    BadContactPoint,
    ContactPointTaken,
    add_contact_point,
    change_customer,
    create_customer,
    normalised,
    remove_contact_point,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("phone", " 138-0000 1234 ", "13800001234"),
        ("phone", "+86 138 0000 1234", "13800001234"),
        ("phone", "００８６１３８００００１２３４", "13800001234"),
        ("phone", "+1 (415) 555-0100", "+14155550100"),
        ("phone", "028-8555 0100", "02885550100"),
        ("email", " Li.Wei@Example.COM ", "li.wei@example.com"),
    ],
)
def test_numbers_and_addresses_have_one_form(kind: str, given: str, kept: str) -> None:
    assert normalised(kind, given) == kept


@pytest.mark.parametrize(("kind", "given"), [("phone", "晚上打"), ("phone", ""), ("email", "li.wei"), ("other", "x" * 200)])
def test_what_cannot_be_one_is_refused(kind: str, given: str) -> None:
    with pytest.raises(BadContactPoint):
        normalised(kind, given)


@pytest.mark.parametrize("asked", ["尉迟", "阿依", "0000", "1234", "example", "成都", "13800001234"])
def test_a_customer_is_found_by_part_of_name_number_or_address(asked: str, now: datetime) -> None:
    customer = create_customer("尉迟·阿依古丽", actor=SYSTEM, now=now, city="成都")
    create_customer("王小明", actor=SYSTEM, now=now, city="西安")
    add_contact_point(customer, kind="phone", value="13800001234", now=now)
    add_contact_point(customer, kind="email", value="ayi@example.com", now=now)
    assert list(search_matching(Customer.objects.all(), column="vector", text=asked)) == [customer]


def test_a_number_belongs_to_one_customer(now: datetime) -> None:
    first, second = (create_customer(name, actor=SYSTEM, now=now) for name in ("甲", "乙"))
    add_contact_point(first, kind="phone", value="13800001234", now=now)
    assert add_contact_point(first, kind="phone", value="138 0000 1234", now=now).customer == first
    with pytest.raises(ContactPointTaken) as refused:
        add_contact_point(second, kind="phone", value="13800001234", now=now)
    assert refused.value.details["customer_id"] == first.pk


def test_a_removed_number_no_longer_finds(now: datetime) -> None:
    customer = create_customer("甲", actor=SYSTEM, now=now)
    remove_contact_point(add_contact_point(customer, kind="phone", value="13800001234", now=now))
    assert not ContactPoint.objects.exists()
    assert not search_matching(Customer.objects.all(), column="vector", text="13800001234").exists()


def test_a_guest_with_a_name_is_a_guest_no_more(now: datetime) -> None:
    guest = create_customer("", actor=SYSTEM, now=now, is_guest=True)
    change_customer(guest.pk, changes={"name": "李伟"}, actor=SYSTEM, now=now)
    assert not Customer.objects.get(pk=guest.pk).is_guest
