"""Keyset paging: every row once, in both directions, whatever happens between two pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from hypothesis import given
from hypothesis import strategies as st

from lingting.platform.ui.paging import Page, cursor, keyset_page, read_cursor

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    ContentType.objects.filter(app_label="paging").delete()
    ContentType.objects.bulk_create(
        ContentType(app_label="paging", model=f"{'ab'[number % 2]}{number:02d}") for number in range(23)
    )
    return ContentType.objects.filter(app_label="paging")


def pages(rows, order: tuple[str, ...], *, size: int = 5) -> list[Page]:
    found = [keyset_page(rows, order=order, query={}, size=size)]
    while found[-1].older:
        found.append(keyset_page(rows, order=order, query={"after": found[-1].older}, size=size))
    return found


@pytest.mark.parametrize("order", [("model", "id"), ("-model", "-id"), ("-id",)])
def test_following_older_shows_every_row_once_in_order(rows, order) -> None:
    seen = [row.pk for page in pages(rows, order) for row in page]
    assert seen == list(rows.order_by(*order).values_list("pk", flat=True))


@pytest.mark.parametrize("order", [("model", "id"), ("-id",)])
def test_newer_leads_back_to_the_same_page(rows, order) -> None:
    first, second, third, *_rest = pages(rows, order)
    back = keyset_page(rows, order=order, query={"before": third.newer}, size=5)
    assert [row.pk for row in back] == [row.pk for row in second]
    start = keyset_page(rows, order=order, query={"before": back.newer}, size=5)
    assert [row.pk for row in start] == [row.pk for row in first]
    assert start.newer is None


def test_a_row_that_arrives_on_top_moves_nothing_on_the_next_page(rows) -> None:
    first = keyset_page(rows, order=("-id",), query={}, size=5)
    expected = [row.pk for row in keyset_page(rows, order=("-id",), query={"after": first.older}, size=5)]
    ContentType.objects.create(app_label="paging", model="newest")
    assert [row.pk for row in keyset_page(rows, order=("-id",), query={"after": first.older}, size=5)] == expected


def test_pages_of_values_work_alike(rows) -> None:
    page = keyset_page(rows.values("id", "model"), order=("model", "id"), query={}, size=4)
    after = keyset_page(rows.values("id", "model"), order=("model", "id"), query={"after": page.older}, size=4)
    assert after.items[0]["model"] > page.items[-1]["model"]


def test_one_page_costs_one_query(rows, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        keyset_page(rows, order=("-id",), query={}, size=5)


def test_a_cursor_that_makes_no_sense_shows_the_first_page(rows) -> None:
    first = [row.pk for row in keyset_page(rows, order=("-id",), query={}, size=5)]
    for nonsense in ("", "x", "%%%", "bnVsbA", cursor({"a": 1, "b": 2}, ["a", "b"])):
        assert [row.pk for row in keyset_page(rows, order=("-id",), query={"before": nonsense}, size=5)] == first


def test_an_empty_list_has_no_neighbours() -> None:
    page = keyset_page(ContentType.objects.none(), order=("-id",), query={})
    assert (page.items, page.older, page.newer) == ([], None, None)


@given(st.integers(), st.text())
def test_a_cursor_reads_back_what_it_holds(number: int, text: str) -> None:
    if -(2**63) <= number < 2**63 and text.isprintable():
        assert read_cursor(cursor({"n": number, "t": text}, ["n", "t"]), count=2) == [number, text]


def test_a_cursor_keeps_moments_to_the_microsecond() -> None:
    at = datetime(2026, 11, 21, 10, 30, 15, 123456, tzinfo=UTC)
    assert read_cursor(cursor({"at": at}, ["at"]), count=1) == [at]
