"""Jobs for the tests; a table of marks says what ran."""

from __future__ import annotations

import time

from django.db import connection, transaction

from lingting.platform.jobs import Retry, job
from lingting.platform.refusals import NotFound

CREATE_MARKS = "CREATE TABLE jobs_test_mark (text text NOT NULL)"
DROP_MARKS = "DROP TABLE IF EXISTS jobs_test_mark"


def mark(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO jobs_test_mark VALUES (%s)", [text])


def marks() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM jobs_test_mark ORDER BY ctid")
        return [row[0] for row in cursor.fetchall()]


@job(queue="tests")
def write(*, text: str) -> None:
    mark(text)


@job(queue="tests", retry=Retry(attempts=3, first_wait_seconds=0.01))
def fail(*, text: str) -> None:
    mark(text)
    raise ZeroDivisionError(f"cannot do {text}\x00")


@job(queue="tests")
def refuse(*, text: str) -> None:
    mark(text)
    raise NotFound("it is gone")


@job(queue="tests")
def pass_on(*, text: str) -> None:
    """Defers another job in a transaction that is undone, then one in a transaction that stands."""
    try:
        with transaction.atomic():
            write.later(text=f"{text} never")
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with transaction.atomic():
        write.later(text=f"{text} passed on")


@job(queue="tests")
def take_long_the_first_time(*, text: str) -> None:
    is_first = f"{text} began" not in marks()
    mark(f"{text} began")
    if is_first:
        time.sleep(120)
    mark(f"{text} done")


@job(queue="tests")
def take_two_seconds(*, text: str) -> None:
    mark(f"{text} began")
    time.sleep(2)
    mark(f"{text} done")
