"""`DATABASE_URL`, right and wrong."""

from __future__ import annotations

import pytest

from lingting.platform.database.external import check_url, django_database, without_password
from lingting.platform.database.refusals import WrongAddress


def test_the_parts_of_a_url_become_djangos_entry() -> None:
    entry = django_database("postgresql://ling:s%40cret@db.example:6432/centre?sslmode=require")

    assert entry["ENGINE"] == "lingting.platform.database.postgresql"
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "ling",
        "s@cret",
        "db.example",
        "6432",
        "centre",
    )
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert entry["CONN_HEALTH_CHECKS"] is True
    assert "target_session_attrs" not in entry["OPTIONS"]


def test_several_hosts_mean_the_one_that_takes_writes() -> None:
    entry = django_database("postgresql://ling@one:5433,two:5434/centre")

    assert (entry["HOST"], entry["PORT"]) == ("one,two", "5433,5434")
    assert entry["OPTIONS"]["target_session_attrs"] == "read-write"


def test_what_the_url_says_itself_wins() -> None:
    options = django_database("postgresql://ling@one,two/centre?target_session_attrs=any&connect_timeout=30&application_name=x")[
        "OPTIONS"
    ]

    assert options == {"target_session_attrs": "any", "connect_timeout": "30", "application_name": "x"}


def test_a_socket_in_a_folder_with_a_space_is_a_host() -> None:
    assert django_database("postgresql://ling:p@/centre?host=%2Frun%2Fa%20b&port=5432")["HOST"] == "/run/a b"


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("mysql://ling:geheim@host/centre", "must start with postgresql://"),
        ("", "must start with"),
        ("postgresql://ling:geheim@host", "names no database"),
        ("postgresql://ling:geheim@host:99999/centre", "between 1 and 65535"),
        ("postgresql://ling:geheim@host:port/centre", "between 1 and 65535"),
        ("postgresql://ling:geheim@host/centre?colour=red", "colour"),
        ("postgresql://ling:geheim@host/centre?target_session_attrs=writable", "target_session_attrs"),
        ("postgresql://ling:geheim@one:1,two:2,three:3/centre?port=5,6", "ports"),
        ("postgresql://ling:gehe@im@host/centre", "percent-encoded"),
        ("postgresql://ling:gehe/im@host/centre", "percent-encoded|not a number"),
        ("postgresql://ling:gehe%zzim@host/centre", "percent-encoded"),
    ],
)
def test_a_wrong_url_is_explained_without_its_password(url: str, hint: str) -> None:
    with pytest.raises(WrongAddress, match=hint) as caught:
        check_url(url)

    assert "geheim" not in str(caught.value)
    assert "gehe" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ling:geheim@host/centre",
        "postgresql://ling:ge@heim@host/centre",
        "postgresql://ling:ge/heim@host/centre",
        "postgresql://ling:ge?heim@host/centre",
        "postgresql://host/centre?user=ling&password=geheim&sslmode=require",
        "nonsense geheim",
    ],
)
def test_a_shown_url_hides_the_password_wherever_it_stands(url: str) -> None:
    shown = without_password(url)

    assert "heim" not in shown
    assert "***" in shown
