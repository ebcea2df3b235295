"""The doctor's questions about the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from lingting.platform.database.check import Check, database_checks, home_checks
from lingting.platform.database.configuration import FORGETFUL
from lingting.platform.database.server import EmbeddedServer

from .conftest import copy_home, quiet


@pytest.fixture(scope="module")
def running(made_home: Path) -> Iterator[EmbeddedServer]:
    home = made_home.parent / "checks"
    copy_home(made_home, to=home)
    server = EmbeddedServer(home, settings=FORGETFUL)
    server.ensure(quiet)
    yield server
    server.stop()


@pytest.fixture
def url(running: EmbeddedServer) -> str:
    address = running.address()
    assert address is not None
    return address.url


def our_clock() -> datetime:
    return datetime.now(UTC)


def asked(url: str, *, name: str) -> Check:
    (check,) = (check for check in database_checks(url, clock=our_clock) if check.name == name)
    return check


def test_a_healthy_database_answers_well_to_everything(url: str) -> None:
    checks = list(database_checks(url, clock=our_clock))

    assert [check.name for check in checks] == [
        "Database",
        "Database version",
        "Write access",
        "Database rights",
        "Database encoding",
        "Database clock",
        "Database connections",
    ]
    assert [check for check in checks if not check.is_ok or check.advice] == []


def test_no_answer_holds_the_password(url: str) -> None:
    secret = url.split(":")[2].split("@")[0]
    for attempt in (url, url.replace("port=5432", "port=5433"), url.replace("/lingting?", "/none?")):
        assert all(secret not in check.sentence + check.advice for check in database_checks(attempt, clock=our_clock))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("port=5432", "port=5433"), "does not answer"),
        (("//lingting:", "//lingting:x"), "refuses this name and password"),
        (("/lingting?", "/none?"), "no database of that name"),
        (("port=5432", "port=x"), "not a number"),
    ],
)
def test_a_database_that_cannot_be_reached_ends_the_questions(url: str, change: tuple[str, str], sentence: str) -> None:
    (check,) = database_checks(url.replace(*change), clock=our_clock)

    assert not check.is_ok
    assert sentence in check.sentence
    assert check.advice


def test_a_clock_that_is_wrong_is_measured(url: str) -> None:
    checks = list(database_checks(url, clock=lambda: our_clock() - timedelta(seconds=30)))

    (clock,) = (check for check in checks if check.name == "Database clock")
    assert not clock.is_ok
    assert "30." in clock.sentence


def test_a_database_that_takes_no_writes_is_not_well(url: str) -> None:
    check = asked(f"{url}&options=-c%20default_transaction_read_only%3Don", name="Write access")

    assert not check.is_ok
    assert "read_only" in check.advice


def test_a_role_without_rights_hears_what_a_superuser_can_do(url: str, running: EmbeddedServer) -> None:
    superuser = running.superuser_address()
    assert superuser is not None
    with psycopg.connect(superuser.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        connection.execute("CREATE TABLE theirs ()")
    guest = url.replace(url.split("//")[1].split("@")[0], "guest:guest")

    assert "may not create tables" in asked(guest, name="Database rights").sentence
    assert "REASSIGN OWNED" in asked(url, name="Database rights").advice
    with psycopg.connect(superuser.url, autocommit=True) as connection:
        connection.execute("DROP TABLE theirs")


def test_a_database_of_another_encoding_is_not_well(url: str, running: EmbeddedServer) -> None:
    superuser = running.superuser_address()
    assert superuser is not None
    with psycopg.connect(superuser.url, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE old ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0 OWNER lingting"
        )

    check = asked(url.replace("/lingting?", "/old?"), name="Database encoding")

    assert not check.is_ok
    assert "SQL_ASCII" in check.sentence


def test_a_home_tells_where_its_data_are_and_whose(home: Path) -> None:
    checks = list(home_checks(home))

    assert str(home) in checks[0].sentence
    assert all(check.is_ok for check in checks if check.name == "Data folder")
    assert checks[-1].name == "Free disk space"


def test_a_new_home_has_nothing_to_complain_about(folder: Path) -> None:
    (check,) = home_checks(folder / "new")

    assert check.is_ok
    assert os.fspath(folder) in check.sentence
