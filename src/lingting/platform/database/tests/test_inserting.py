"""Rows by COPY: every value comes back as it went in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models

from lingting.platform.database.inserting import copy_rows, insert_many, new_row
from lingting.platform.files.models import StoredFile


class Mood(models.TextChoices):
    GOOD = "good", "good"


ROWS: list[tuple[Any, ...]] = [
    (1, "plain", None, None, None, None, None, None),
    (2, "a\tb\nc\rd\\e\\N\\.", True, 1.5, Decimal("12.50"), datetime(2026, 3, 1, 8, tzinfo=UTC), date(2026, 3, 1), UUID(int=7)),
    (3, "\\N", False, -0.0, Decimal("-1E+3"), None, None, None),
    (4, Mood.GOOD, None, None, None, None, None, None),
    (5, "", None, float("inf"), None, None, None, None),
    (6, "聆听 😀 ' \" , {}", None, None, None, None, None, None),
]


@pytest.mark.django_db
def test_what_is_copied_is_what_was_given():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copied (id int, said text, holds bool, share float8, money numeric, at timestamptz,"
            " day date, key uuid) ON COMMIT DROP"
        )
        copy_rows("copied", ("id", "said", "holds", "share", "money", "at", "day", "key"), ROWS)
        cursor.execute("SELECT * FROM copied ORDER BY id")
        assert cursor.fetchall() == ROWS


@pytest.mark.django_db
def test_many_rows_with_a_rare_kind_of_value_among_them_keep_their_order():
    rows: list[tuple[Any, ...]] = [(number, None if number % 100 else [number]) for number in range(1, 301)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE listed (at serial, number int, many int[]) ON COMMIT DROP")
        copy_rows("listed", ("number", "many"), rows)
        cursor.execute("SELECT number, many FROM listed ORDER BY at")
        assert cursor.fetchall() == rows


@pytest.mark.django_db
def test_spans_and_lists_of_numbers_come_back_as_they_went_in():
    rows: list[tuple[Any, ...]] = [
        (timedelta(), [Decimal("0.750"), Decimal("-12"), Decimal("1E+3")]),
        (timedelta(days=3, hours=2, microseconds=7), [Decimal(1)]),
        (timedelta(days=-1, seconds=5), []),
        (None, None),
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE spans (at serial, span interval, shares numeric[]) ON COMMIT DROP")
        copy_rows("spans", ("span", "shares"), rows)
        cursor.execute("SELECT span, shares FROM spans ORDER BY at")
        assert cursor.fetchall() == rows


@pytest.mark.django_db
def test_lists_of_any_words_stay_lists():
    rows: list[tuple[Any, ...]] = [
        ([],),
        (["a", "", "NULL", 'b"c', "d\\e", "f,g", "{h}", "i\tj\n", " k "],),
        ([1, 2],),
        ([None, "x"],),
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE worded (at serial, many text[]) ON COMMIT DROP")
        copy_rows("worded", ("many",), rows)
        cursor.execute("SELECT many FROM worded ORDER BY at")
        assert cursor.fetchall() == [rows[0], rows[1], (["1", "2"],), rows[3]]


def _file(name: str) -> dict[str, Any]:
    return {
        "sha256": "0" * 64, "size": 1, "content_type": "text/plain", "original_name": name, "storage_key": "00/00/0",
        "uploaded_by_kind": "staff", "created_at": datetime(2026, 3, 1, 8, tzinfo=UTC),
    }  # fmt: skip


def test_a_new_row_is_what_the_model_itself_would_make():
    quick, usual = new_row(StoredFile, _file("a")), StoredFile(**_file("a"))
    names = [field.attname for field in StoredFile._meta.concrete_fields if field.attname != "public_id"]
    assert [getattr(quick, name) for name in names] == [getattr(usual, name) for name in names]
    assert quick._state.adding
    assert new_row(StoredFile, _file("a")).public_id != quick.public_id


def test_a_new_row_knows_only_its_own_columns():
    with pytest.raises(TypeError, match="StoredFile has no colour, shape"):
        new_row(StoredFile, _file("a") | {"shape": "round", "colour": "red"})


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 12, 13])
def test_new_rows_are_written_with_ids_of_their_own(count: int):
    rows = [new_row(StoredFile, _file(str(number))) for number in range(count)]
    insert_many(rows)
    assert not any(row._state.adding for row in rows)
    assert list(StoredFile.objects.order_by("id").values_list("pk", "original_name")) == [
        (row.pk, str(number)) for number, row in enumerate(rows)
    ]
