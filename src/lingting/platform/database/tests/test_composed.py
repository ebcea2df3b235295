"""Questions composed once give what the queryset gives, for whatever values come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from lingting.platform.database.composed import composed, one
from lingting.platform.realtime.models import Hub

pytestmark = pytest.mark.django_db
asked: list[str] = []


@composed
def kinds(app: str, name: str) -> QuerySet[ContentType]:
    asked.append("kinds")
    return ContentType.objects.filter(model=name, app_label=app)


@composed
def rights_of(kind_id: int) -> QuerySet[Permission]:
    return Permission.objects.select_related("content_type").filter(content_type_id=kind_id).order_by("codename")[:2]


@composed
def codenames(kind_ids: list[int]) -> QuerySet[Permission, str]:
    return Permission.objects.filter(content_type_id__among=kind_ids).order_by("codename").values_list("codename", flat=True)


@composed
def counted(app: str) -> QuerySet[ContentType, dict[str, Any]]:
    return ContentType.objects.filter(app_label=app).annotate(rights=Count("permission")).order_by("model").values("model", "rights")


@composed
def locked(kind_id: int) -> QuerySet[ContentType]:
    return ContentType.objects.select_for_update().filter(pk=kind_id)


@composed
def with_rights(app: str) -> QuerySet[ContentType]:
    return ContentType.objects.filter(app_label=app).order_by("model").prefetch_related("permission_set")


@composed
def hubs_after(moment: datetime) -> QuerySet[Hub]:
    return Hub.objects.filter(seen_at__gt=moment).order_by("pk")


@pytest.fixture
def made() -> tuple[ContentType, ContentType]:
    box, lid = (ContentType.objects.create(app_label="shelf", model=name) for name in ("box", "lid"))
    for kind, count in ((box, 3), (lid, 1)):
        for number in range(count):
            Permission.objects.create(content_type=kind, codename=f"{kind.model}{number}", name=f"may {number}")
    return box, lid


def test_rows_are_models_and_the_function_runs_once(made: tuple[ContentType, ContentType]) -> None:
    box, lid = made
    asked.clear()
    assert kinds("shelf", "box") == [box]
    assert kinds(name="lid", app="shelf") == [lid]
    assert kinds("shelf", "nothing' OR true --") == []
    assert len(asked) <= 1
    assert one(kinds("shelf", "nothing")) is None
    assert one(kinds("shelf", "lid")) == lid


def test_each_call_has_rows_of_its_own(made: tuple[ContentType, ContentType]) -> None:
    first, second = kinds("shelf", "box"), kinds("shelf", "box")
    first[0].model = "changed"
    assert second[0].model == "box"


def test_relations_come_along_and_a_limit_holds(made: tuple[ContentType, ContentType]) -> None:
    box, lid = made
    with CaptureQueriesContext(connection) as statements:
        assert [right.content_type.model for right in rights_of(box.pk)] == ["box", "box"]
        assert [right.codename for right in rights_of(lid.pk)] == ["lid0"]
    assert len(statements) == 2


def test_a_list_has_one_place_whatever_its_length(made: tuple[ContentType, ContentType]) -> None:
    box, lid = made
    assert codenames([box.pk, lid.pk]) == ["box0", "box1", "box2", "lid0"]
    assert codenames([lid.pk]) == ["lid0"]
    assert codenames([]) == []
    assert list(ContentType.objects.filter(pk__among=[box.pk]).values_list("model", flat=True)) == ["box"]


def test_values_and_annotations(made: tuple[ContentType, ContentType]) -> None:
    assert counted("shelf") == [{"model": "box", "rights": 3}, {"model": "lid", "rights": 1}]
    assert counted("elsewhere") == []


def test_what_is_fetched_beside_is_fetched_for_each_call(made: tuple[ContentType, ContentType]) -> None:
    assert [[right.codename for right in kind.permission_set.all()] for kind in with_rights("shelf")] == [
        ["box0", "box1", "box2"],
        ["lid0"],
    ]
    Permission.objects.filter(codename="box1").delete()
    assert [right.codename for right in with_rights("shelf")[0].permission_set.all()] == ["box0", "box2"]


def test_moments_keep_their_zone() -> None:
    moment = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    Hub.objects.create(pk=uuid4(), started_at=moment, seen_at=moment, lag_seconds=0.0, connections=0)
    found = [hub.seen_at for hub in hubs_after(datetime(2026, 11, 22, 8, 29, 59, tzinfo=UTC))]
    assert moment in found
    assert moment not in [hub.seen_at for hub in hubs_after(moment)]


def test_a_lock_is_taken_and_savepoints_hold(made: tuple[ContentType, ContentType]) -> None:
    box, _lid = made
    with pytest.raises(RuntimeError), transaction.atomic():
        assert locked(box.pk) == [box]
        ContentType.objects.filter(pk=box.pk).update(model="renamed")
        assert locked(box.pk)[0].model == "renamed"
        raise RuntimeError
    with transaction.atomic():
        assert locked(box.pk)[0].model == "box"


def test_a_value_that_no_lookup_took_is_a_mistake_told_at_once() -> None:
    @composed
    def careless(kind_id: int, name: str) -> QuerySet[ContentType]:
        return ContentType.objects.filter(pk=kind_id)

    with pytest.raises(TypeError, match="argument 2"):
        careless(1, "x")
