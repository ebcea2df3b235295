"""How often is too often, over all processes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.platform.rest import Rate, RateLimited, check_rate, limits
from lingting.platform.rest.tests.test_conduct import check_problem

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SMALL = Rate(5, per=10)


def let_through(key: str, *, limit: Rate, now: datetime, tries: int) -> int:
    count = 0
    for _ in range(tries):
        limits.forget_portions()  # as if each call met another process
        try:
            check_rate(key, limit=limit, now=now)
        except RateLimited:
            continue
        count += 1
    return count


@pytest.mark.django_db
def test_a_burst_goes_through_and_the_next_is_told_when() -> None:
    for _ in range(5):
        check_rate("a", limit=SMALL, now=NOW)
    with pytest.raises(RateLimited) as told:
        check_rate("a", limit=SMALL, now=NOW)
    assert told.value.details["retry_after_seconds"] == 2


@pytest.mark.django_db
def test_a_bucket_fills_again_with_time_and_not_beyond_its_burst() -> None:
    assert let_through("a", limit=SMALL, now=NOW, tries=9) == 5
    assert let_through("a", limit=SMALL, now=NOW + timedelta(seconds=4), tries=9) == 2
    assert let_through("a", limit=SMALL, now=NOW + timedelta(hours=5), tries=9) == 5


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_one_after_the_other() -> None:
    through: list[int] = []

    def ask() -> None:
        through.append(let_through("crowd", limit=SMALL, now=NOW, tries=5))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(through) == 6
    assert sum(through) == 5


@pytest.mark.django_db
def test_keys_do_not_share() -> None:
    assert let_through("a", limit=SMALL, now=NOW, tries=9) == 5
    assert let_through("b", limit=SMALL, now=NOW, tries=9) == 5


@pytest.mark.django_db
def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    assert let_through("a", limit=SMALL, now=NOW, tries=9) == 5
    assert let_through("a", limit=SMALL, now=NOW - timedelta(hours=1), tries=9) == 0


@pytest.mark.django_db
def test_hot_keys_ask_the_database_once_per_portion(django_assert_num_queries: object) -> None:
    wide = Rate(100, per=1)
    with django_assert_num_queries(10):  # type: ignore[operator]
        for _ in range(100):
            check_rate("hot", limit=wide, now=NOW)


@pytest.mark.django_db
def test_a_refusal_is_remembered_without_asking_again(django_assert_num_queries: object) -> None:
    let_through("a", limit=SMALL, now=NOW, tries=6)
    with django_assert_num_queries(0):  # type: ignore[operator]
        for _ in range(20):
            with pytest.raises(RateLimited):
                check_rate("a", limit=SMALL, now=NOW)


@pytest.mark.django_db
def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS_HELD", 50)
    for number in range(120):
        check_rate(f"visitor {number}", limit=Rate(100, per=1), now=NOW)
    assert len(limits._held) == 50


@pytest.mark.django_db
def test_full_buckets_are_deleted_and_others_stay() -> None:
    check_rate("a", limit=SMALL, now=NOW)
    check_rate("b", limit=SMALL, now=NOW + timedelta(seconds=60))
    assert limits.delete_full_buckets(now=NOW + timedelta(seconds=30)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM rest_bucket")
        assert cursor.fetchall() == [("b",)]


@pytest.mark.django_db
@pytest.mark.urls("lingting.platform.rest.tests.urls")
def test_an_endpoint_over_its_limit_is_429_with_retry_after(anyone: Client) -> None:
    answers = [anyone.post("/api/v1/open/rare") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem = check_problem(answers[2], status=429, code="rate_limited")
    assert answers[2]["Retry-After"] == str(problem["retry_after_seconds"]) == "30"


@settings(max_examples=25, deadline=None)
@given(
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=15),
    count=st.integers(1, 20),
    burst=st.integers(1, 20),
)
def test_never_more_than_the_burst_and_what_flowed_in(
    django_db_setup: None, django_db_blocker: object, gaps: list[float], count: int, burst: int
) -> None:
    limit = Rate(count, per=10, burst=burst)
    elapsed, through = 0.0, 0
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for gap in gaps:
            elapsed += gap
            through += let_through("property", limit=limit, now=NOW + timedelta(seconds=elapsed), tries=3)
        limits.forget_portions()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM rest_bucket")
    assert through <= burst + elapsed * limit.per_second + 1e-6


@pytest.mark.django_db
def test_many_keys_are_topped_up_by_one_statement(django_assert_num_queries: Any) -> None:
    wanted = {f"crowd {number}": Rate(60, per=60, burst=30) for number in range(7)}
    with django_assert_num_queries(1):
        limits.top_up(wanted, now=NOW)
        for key, limit in wanted.items():
            for _time in range(3):
                check_rate(key, limit=limit, now=NOW)
    with django_assert_num_queries(1):
        check_rate("crowd 0", limit=wanted["crowd 0"], now=NOW)


@pytest.mark.django_db
def test_topping_up_gives_no_more_than_the_bucket_holds() -> None:
    through = 0
    for _time in range(9):
        limits.forget_portions()
        limits.top_up({"a": SMALL}, now=NOW)
        try:
            check_rate("a", limit=SMALL, now=NOW)
        except RateLimited:
            continue
        through += 1
    assert through == 5


@pytest.mark.django_db
def test_a_call_that_was_not_made_is_given_back() -> None:
    for _time in range(5):
        check_rate("a", limit=SMALL, now=NOW)
    limits.give_back("a", limit=SMALL)
    check_rate("a", limit=SMALL, now=NOW)
    with pytest.raises(RateLimited):
        check_rate("a", limit=SMALL, now=NOW)
