"""What is remembered is never older than a write of one's own, and never something that was rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from lingting.platform.database import remembering
from lingting.platform.database.remembering import forget, remembered

pytestmark = pytest.mark.django_db(transaction=True)
reads: list[str] = []


@remembered(ContentType)
def names(beginning: str = "") -> tuple[str, ...]:
    reads.append(beginning)
    ours = ContentType.objects.filter(app_label="shelf", model__startswith=beginning)
    return tuple(ours.order_by("model").values_list("model", flat=True))


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    forget()
    reads.clear()
    yield
    ContentType.objects.filter(app_label="shelf").delete()


def put(name: str) -> ContentType:
    return ContentType.objects.create(app_label="shelf", model=name)


def test_asked_once_for_each_question() -> None:
    put("a")
    assert names() == names() == ("a",)
    assert names("b") == names("b") == ()
    assert reads == ["", "b"]


def test_a_write_of_ones_own_is_seen_at_once() -> None:
    assert names() == ()
    put("a")
    assert names() == ("a",)
    ContentType.objects.filter(app_label="shelf").update(model="b")
    assert names() == ("b",)
    ContentType.objects.filter(app_label="shelf").delete()
    assert names() == ()


def test_what_is_rolled_back_was_never_remembered() -> None:
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        put("a")
        assert names() == ("a",)
        raise ValueError("no")
    assert names() == ()


def test_a_step_that_is_rolled_back_is_forgotten_and_the_rest_stays() -> None:
    with transaction.atomic():
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            put("a")
            assert names() == ("a",)
            raise ValueError("no")
        assert names() == ()
        put("b")
        assert names() == ("b",)
    assert names() == ("b",)


def test_a_write_of_another_process_is_seen_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    row = put("a")
    assert names() == ("a",)
    settings = {key: value for key, value in connection.get_connection_params().items() if key in ("dbname", "user", "password", "host", "port")}
    with psycopg.connect(**settings, autocommit=True) as other:
        other.execute("UPDATE django_content_type SET model = 'z' WHERE id = %s", [row.pk])
    assert names() == ("a",)
    monkeypatch.setattr(remembering, "SECONDS", 0.0)
    assert names() == ("z",)
