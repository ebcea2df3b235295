"""Connections that are asked only when in doubt, and statements that are prepared once."""

from __future__ import annotations

from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import connection

from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.postgresql import base

pytestmark = pytest.mark.django_db(transaction=True)


def next_request() -> None:
    """What Django does between two requests."""
    connection.close_if_unusable_or_obsolete()


@pytest.fixture
def persistent() -> Any:
    connection.ensure_connection()
    with mock.patch.object(connection, "health_check_enabled", True):
        next_request()
        yield connection
    connection.close()


def test_a_connection_used_a_moment_ago_is_not_asked_again(persistent: Any) -> None:
    with mock.patch.object(persistent, "is_usable", wraps=persistent.is_usable) as asked:
        for _request in range(3):
            with persistent.cursor() as cursor:
                cursor.execute("SELECT 1")
            next_request()
    assert asked.call_count == 0


def test_after_a_pause_it_is_asked_as_always(persistent: Any) -> None:
    with (
        mock.patch.object(base, "FRESH_SECONDS", -1.0),
        mock.patch.object(persistent, "is_usable", wraps=persistent.is_usable) as asked,
        persistent.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
    assert asked.call_count == 1


def test_a_connection_that_was_cut_is_opened_anew_and_nobody_notices(persistent: Any) -> None:
    before = persistent.connection.info.backend_pid
    params = {name: value for name, value in persistent.get_connection_params().items() if name in ("dbname", "user", "password", "host", "port")}
    with psycopg.connect(**params, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [before])
        while other.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [before]).fetchone() != (0,):
            pass
    with persistent.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != before


def test_a_hot_statement_is_prepared_and_counted_like_any_other(persistent: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):
        for number in range(4):
            with bound_cursor(persistent) as cursor:
                cursor.execute("SELECT %s::integer + 1", [number])
                assert cursor.fetchone() == (number + 1,)
    with persistent.cursor() as cursor:
        cursor.execute("SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE '%integer + 1%'")
        assert cursor.fetchall() == [(0,)], "one statement, planned once for any values"


def test_poolers_that_lose_prepared_statements_can_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPARED_STATEMENTS", "0")
    assert connection.get_connection_params()["prepare_threshold"] is None
