"""Who is reached at an address: known customers, merged ones, and those who write for the first time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.models import Entry
from lingting.platform.search import query
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.crm.services import Stranger, add_contact_point, create_customer, customers_at, owner_of

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def someone(address: str, name: str = "李雷") -> Stranger:
    return Stranger("email", address, name, "zh-hans")


def test_new_people_become_customers_who_are_found_by_their_address():
    lilei, hanmeimei = customers_at([someone("LiLei@customer.example"), someone("hmm@other.example", "韩梅梅")], now=NOW)
    assert owner_of("email", "lilei@customer.example") == Customer.objects.get(pk=lilei)
    assert Customer.objects.get(pk=hanmeimei).name == "韩梅梅"
    assert Customer.objects.filter(vector__matches=query("hmm@other.example")).get().pk == hanmeimei
    told = Entry.objects.filter(kind="CustomerCreated").values_list("subject_id", flat=True)
    assert sorted(told) == sorted([lilei, hanmeimei])


def test_known_people_are_met_again_and_merges_are_followed():
    known, kept = (create_customer(name, actor=SYSTEM, now=NOW) for name in ("李雷", "李雷（总部）"))
    add_contact_point(known, kind="email", value="lilei@customer.example", now=NOW)
    assert customers_at([someone("lilei@customer.example")], now=NOW) == [known.pk]
    Customer.objects.filter(pk=known.pk).update(merged_into=kept)
    assert customers_at([someone("lilei@customer.example")], now=NOW) == [kept.pk]
    assert Customer.objects.count() == 2


def test_one_address_twice_is_one_customer_with_the_first_name():
    first, second = customers_at([someone("a@customer.example", "甲"), someone("A@customer.example", "乙")], now=NOW)
    assert first == second
    assert Customer.objects.get().name == "甲"


def test_an_address_the_file_does_not_know_still_has_a_customer():
    [customer_id] = customers_at([someone("odd..dots@customer.example")], now=NOW)
    assert Customer.objects.get(pk=customer_id).name == "李雷"
    assert not ContactPoint.objects.exists()


def test_an_address_that_somebody_else_entered_meanwhile_is_theirs(monkeypatch: pytest.MonkeyPatch):
    from lingting.service.crm.services import meeting

    other = create_customer("别处的李雷", actor=SYSTEM, now=NOW)
    genuine, looks = meeting._owners, []

    def late(points):
        looks.append(points)
        if len(looks) > 1:
            return genuine(points)
        add_contact_point(other, kind="email", value="lilei@customer.example", now=NOW)
        return {}

    monkeypatch.setattr(meeting, "_owners", late)
    [met, new] = customers_at([someone("lilei@customer.example"), someone("hmm@other.example")], now=NOW)
    assert met == other.pk
    assert new not in (met, None)
    assert Customer.objects.count() == 2
