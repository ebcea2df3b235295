"""Savepoints that are sent with the next statement keep every promise of savepoints that are sent at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.one_fate import one_fate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    run("CREATE TABLE shelf (id integer PRIMARY KEY)")
    yield
    run("DROP TABLE shelf")


def run(sql: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def put(number: int, *, is_bound: bool = False) -> None:
    with bound_cursor(connection) if is_bound else connection.cursor() as cursor:
        cursor.execute("INSERT INTO shelf VALUES (%s)", [number])


def shelf() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM shelf ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every message to the server, as psycopg sends it."""
    from psycopg import ClientCursor

    heard: list[str] = []
    whole = ClientCursor.execute

    def execute(self: Any, query: Any, *given: Any, **named: Any) -> Any:
        heard.append(str(query))
        return whole(self, query, *given, **named)

    monkeypatch.setattr(ClientCursor, "execute", execute)
    return heard


@pytest.mark.parametrize("is_bound", [False, True])
def test_a_step_that_fails_is_undone_and_the_rest_stays(is_bound: bool) -> None:
    with transaction.atomic():
        put(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            put(2, is_bound=is_bound)
            put(1, is_bound=is_bound)
        with transaction.atomic():
            put(3, is_bound=is_bound)
    assert shelf() == [1, 3]


@pytest.mark.parametrize("is_bound", [False, True])
def test_a_first_statement_that_fails_is_undone_too(is_bound: bool) -> None:
    with transaction.atomic():
        put(1)
        with pytest.raises(IntegrityError), transaction.atomic(), transaction.atomic():
            put(1, is_bound=is_bound)
        put(2)
    assert shelf() == [1, 2]


def test_steps_within_steps() -> None:
    with transaction.atomic():
        with transaction.atomic():
            put(1)
            with pytest.raises(ValueError, match="no"), transaction.atomic():
                with transaction.atomic():
                    put(2)
                raise ValueError("no")
            with transaction.atomic():
                put(3)
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            raise ValueError("no")
        put(4)
    assert shelf() == [1, 3, 4]


def test_a_value_that_cannot_be_sent_leaves_the_savepoint_to_the_next_statement() -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic():
            run("INSERT INTO shelf VALUES (%s)", [object()])
        with transaction.atomic():
            with pytest.raises(DatabaseError):
                run("INSERT INTO shelf VALUES (%s)", [object()])
            put(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            put(1)
        put(2)
    assert shelf() == [1, 2]


def test_rolling_back_by_hand() -> None:
    with transaction.atomic():
        first = transaction.savepoint()
        transaction.savepoint_rollback(first)
        put(1)
        second = transaction.savepoint()
        put(2)
        with transaction.atomic():
            put(3)
        transaction.savepoint_rollback(second)
        put(4)
        transaction.savepoint_rollback(first)
        put(5)
        transaction.savepoint_commit(first)
    assert shelf() == [5]


def test_copied_rows_are_undone_with_their_step() -> None:
    with transaction.atomic():
        put(1)
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            with connection.cursor() as cursor, cursor.copy("COPY shelf FROM STDIN") as copy:
                copy.write_row([2])
            raise ValueError("no")
    assert shelf() == [1]


def test_rows_read_piece_by_piece_under_a_savepoint() -> None:
    with transaction.atomic():
        put(1)
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute("SELECT id FROM shelf")
            assert cursor.fetchall() == [(1,)]


def test_what_a_statement_answers_is_its_own(sent: list[str]) -> None:
    with transaction.atomic(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO shelf VALUES (1), (2) RETURNING id")
        assert cursor.rowcount == 2
        assert cursor.fetchall() == [(1,), (2,)]
    assert len(sent) == 1
    assert sent[0].startswith("SAVEPOINT")


def test_steps_cost_no_message_of_their_own(sent: list[str]) -> None:
    with transaction.atomic():
        with transaction.atomic(), transaction.atomic():
            put(1)
        with transaction.atomic():
            pass
        with transaction.atomic():
            put(2)
    assert [message.count("SAVEPOINT") for message in sent] == [2, 3]  # two made; two released and one made
    assert shelf() == [1, 2]


def test_steps_of_one_fate_make_no_savepoint(sent: list[str]) -> None:
    with one_fate():
        put(1)
        with transaction.atomic(), transaction.atomic():
            put(2, is_bound=True)
        put(3)
    assert shelf() == [1, 2, 3]
    assert not [message for message in sent if "SAVEPOINT" in message]


def test_a_step_that_fails_takes_all_of_one_fate_with_it() -> None:
    with transaction.atomic():
        put(1)
        with pytest.raises(IntegrityError), one_fate():
            put(2)
            with transaction.atomic():
                put(1)
        with transaction.atomic():
            put(3)
    assert shelf() == [1, 3]


def test_a_failure_that_is_caught_inside_one_fate_is_not_passed_over() -> None:
    put(1)
    with pytest.raises(transaction.TransactionManagementError), one_fate():
        put(2)
        with contextlib.suppress(IntegrityError), transaction.atomic():
            put(1)
    assert shelf() == [1]


def test_savepoints_are_made_again_after_one_fate() -> None:
    with transaction.atomic():
        with one_fate():
            put(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            put(1)
        put(2)
    assert shelf() == [1, 2]
