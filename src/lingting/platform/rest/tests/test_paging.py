"""Lists in pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.platform.jobs.models import Failure
from lingting.platform.rest import PageQuery, page
from lingting.platform.rest.paging import BadCursor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def keep(attempts: list[int]) -> None:
    Failure.objects.bulk_create(
        [
            Failure(job_id=number, task_name="note", attempt=attempt, failed_at=NOW - timedelta(seconds=attempt), error="")
            for number, attempt in enumerate(attempts)
        ]
    )


def walk(queryset: Any, *, order: tuple[str, ...], limit: int) -> list[Any]:
    rows: list[Any] = []
    cursor: str | None = None
    for _ in range(100):
        found = page(queryset, query=PageQuery(cursor=cursor, limit=limit), order=order)
        assert len(found["items"]) <= limit
        rows += found["items"]
        cursor = found["next"]
        if cursor is None:
            return rows
    raise AssertionError("the list does not end")


ORDERS = [("-failed_at", "-id"), ("attempt", "id"), ("-attempt", "id"), ("id",), ("attempt", "-failed_at", "id")]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_together_are_the_whole_list_in_order(order: tuple[str, ...]) -> None:
    keep([3, 1, 1, 2, 3, 3, 1, 2, 2, 2, 1])
    assert walk(Failure.objects.all(), order=order, limit=3) == list(Failure.objects.order_by(*order))


def test_values_rows_page_too() -> None:
    keep([3, 1, 1, 2])
    rows = walk(Failure.objects.values("id", "attempt"), order=("attempt", "id"), limit=1)
    assert [row["attempt"] for row in rows] == [1, 1, 2, 3]


def test_rows_that_come_in_while_paging_neither_repeat_nor_hide_others() -> None:
    keep([5, 5, 5, 5])
    order = ("-id",)
    first = page(Failure.objects.all(), query=PageQuery(limit=2), order=order)
    keep([5])
    second = page(Failure.objects.all(), query=PageQuery(limit=2, cursor=first["next"]), order=order)
    assert [row.job_id for row in first["items"] + second["items"]] == [3, 2, 1, 0]


def test_two_columns_are_compared_as_one_row(django_assert_num_queries: Any) -> None:
    keep([1, 2, 3])
    cursor = page(Failure.objects.all(), query=PageQuery(limit=1), order=("-failed_at", "-id"))["next"]
    with django_assert_num_queries(1) as asked:
        page(Failure.objects.all(), query=PageQuery(limit=1, cursor=cursor), order=("-failed_at", "-id"))
    assert '("jobs_failure"."failed_at", "jobs_failure"."id") <' in asked.captured_queries[0]["sql"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "=" * 40, "e30"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        page(Failure.objects.all(), query=PageQuery(cursor=cursor), order=("id",))


def test_a_cursor_of_another_list_is_refused() -> None:
    keep([1, 2])
    cursor = page(Failure.objects.all(), query=PageQuery(limit=1), order=("id",))["next"]
    with pytest.raises(BadCursor):
        page(Failure.objects.all(), query=PageQuery(limit=1, cursor=cursor), order=("-id",))


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_passes_as_a_cursor(text: str) -> None:
    if text:
        with pytest.raises(BadCursor):
            page(Failure.objects.all(), query=PageQuery(cursor=text), order=("id",))


@pytest.mark.urls("lingting.platform.rest.tests.urls")
def test_the_api_pages(api: Client) -> None:
    keep([1, 2, 3])
    first = api.get("/api/v1/notes?limit=2").json()
    second = api.get("/api/v1/notes", {"limit": 2, "cursor": first["next"]}).json()
    assert len(first["items"]) == 2
    assert len(second["items"]) == 1
    assert second["next"] is None
