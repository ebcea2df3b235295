"""Many new rows at once stand in the table as if each had been saved by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.models import Clock, Kind
from lingting.platform.database.inserting import insert_many
from lingting.platform.search import query, vector
from lingting.service.crm.models import Customer
from lingting.service.desk.models import CannedReply, SavedView

NOW = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)


def clock(kind: Kind, subject_id: int) -> Clock:
    return Clock(
        kind=kind, subject_kind="test", subject_id=subject_id, target_minutes=60, warning_shares=[Decimal("0.5"), Decimal("0.8")],
        started_at=NOW, running_since_at=NOW, due_at=NOW + timedelta(hours=1), elapsed=timedelta(seconds=90),
    )  # fmt: skip


@pytest.mark.django_db
def test_every_kind_of_value_comes_back_as_it_went_in():
    kind = Kind.objects.create(key="test", name_zh="测试", target_minutes=60, warning_shares=[])
    made = [clock(kind, 1), clock(kind, 2)]
    insert_many(made)
    for each in made:
        stored = Clock.objects.get(pk=each.pk)
        for field in Clock._meta.concrete_fields:
            assert getattr(stored, field.attname) == getattr(each, field.attname), field.name


@pytest.mark.django_db
def test_text_json_and_search_vectors_survive_whatever_stands_in_them():
    names = ["王\t小\n明 \\N", 'O"Neill, {a}', ""]
    customers = [Customer(name=name, created_at=NOW, updated_at=NOW, vector=vector(name)) for name in names]
    insert_many(customers)
    assert [Customer.objects.get(pk=each.pk).name for each in customers] == names
    assert Customer.objects.filter(vector__matches=query("小明") or "").count() == 0
    assert Customer.objects.filter(vector__matches=query("neill")).get().pk == customers[1].pk


@pytest.mark.django_db
def test_json_and_empty_values():
    owner = Account.objects.create(login="lin.xiao", display_name="林晓")
    filters = [{"words": "滤芯\t\\"}, {}]
    views = [SavedView(name=str(place), owner=owner, filters=each) for place, each in enumerate(filters)]
    insert_many(views)
    assert [SavedView.objects.get(pk=each.pk).filters for each in views] == filters
    assert [each._state.adding for each in views] == [False, False]


@pytest.mark.django_db
def test_ids_that_were_given_are_kept_and_nothing_is_no_work():
    insert_many([])
    insert_many([CannedReply(pk=9001, shortcut="a", title="a", text="a"), CannedReply(shortcut="b", title="b", text="b")])
    assert CannedReply.objects.filter(pk=9001).exists()
    assert CannedReply.objects.filter(shortcut="b").get().pk != 9001


@pytest.mark.django_db
def test_a_row_that_may_not_be_there_refuses_all():
    kind = Kind.objects.create(key="test", name_zh="测试", target_minutes=60, warning_shares=[])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many([clock(kind, 1), clock(kind, 1)])
    assert not Clock.objects.exists()
