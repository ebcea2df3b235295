"""Rows by COPY: every value comes back as it went in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models

from lingting.platform.database.inserting import copy_rows


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
