"""What cannot work says in one sentence what to do, and leaves nothing running."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from lingting.platform.database.configuration import FORGETFUL
from lingting.platform.database.failures import explained
from lingting.platform.database.refusals import (
    DatabaseRefusal,
    DataMissing,
    DidNotStart,
    DiskFull,
    NoUnprivilegedAccount,
    WrongOwner,
    WrongVersion,
)
from lingting.platform.database.server import EmbeddedServer

from .conftest import copy_home, quiet

is_root = os.geteuid() == 0


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 200 MB, which only root can make."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = is_root and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,mode=755", "tmpfs", disk], check=False)
    if not mounted or mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_data_of_another_version_are_named_with_both_versions(server: EmbeddedServer, home: Path) -> None:
    (home / "database/cluster/PG_VERSION").write_text("12\n")

    with pytest.raises(WrongVersion, match=r"PostgreSQL 12 .* brings 18"):
        server.ensure(quiet)


def test_a_folder_without_data_is_not_taken_for_a_cluster(folder: Path) -> None:
    (folder / "home/database/cluster").mkdir(parents=True)
    if is_root:
        os.chown(folder / "home/database/cluster", 65534, 65534)

    with pytest.raises(DataMissing, match="not a PostgreSQL data folder"):
        EmbeddedServer(folder / "home").ensure(quiet)


def test_data_that_are_not_where_the_record_says_are_never_replaced_by_an_empty_database(folder: Path) -> None:
    (folder / "home/database").mkdir(parents=True)
    (folder / "home/database/place.json").write_text(json.dumps({"folder": str(folder / "gone")}))

    with pytest.raises(DataMissing, match="gone"):
        EmbeddedServer(folder / "home").ensure(quiet)
    assert not (folder / "gone").exists()


@pytest.mark.skipif(not is_root, reason="only root can give files away")
def test_data_of_root_are_refused_before_postgresql_does(server: EmbeddedServer, home: Path) -> None:
    subprocess.run(["chown", "-R", "0:0", home / "database/cluster"], check=True)

    with pytest.raises(WrongOwner, match="chown"):
        server.ensure(quiet)


def test_a_home_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "home").write_text("a file stands where the folder should be")

    with pytest.raises(WrongOwner, match="choose a LINGTING_HOME"):
        EmbeddedServer(folder / "home").ensure(quiet)


def test_a_full_disk_is_told_before_anything_is_made(small_disk: Path) -> None:
    (small_disk / "film").write_bytes(bytes(150_000_000))

    with pytest.raises(DiskFull, match="make room"):
        EmbeddedServer(small_disk / "home").ensure(quiet)
    assert list((small_disk / "home/database").glob("cluster*")) == []


def test_a_disk_that_fills_up_while_the_cluster_is_made_leaves_nothing(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small_disk / "film").write_bytes(bytes(180_000_000))
    monkeypatch.setattr("lingting.platform.database.cluster._ROOM_MEGABYTES", 1)

    with pytest.raises(DiskFull, match="is full"):
        EmbeddedServer(small_disk / "home").ensure(quiet)
    assert list((small_disk / "home/database").glob("cluster*")) == []


def test_a_disk_without_room_for_an_existing_cluster(small_disk: Path, made_home: Path) -> None:
    copy_home(made_home, to=small_disk / "home")
    # A crashed server has to write before it accepts anybody; a full disk stops it there.
    shutil.rmtree(small_disk / "home/database/cluster/pg_wal/archive_status")
    film = (small_disk / "film").open("wb", buffering=0)
    with pytest.raises(OSError), film:
        while True:
            film.write(bytes(65_536))

    with pytest.raises(DiskFull, match="is full"):
        EmbeddedServer(small_disk / "home", settings=FORGETFUL).ensure(quiet)


@pytest.mark.skipif(not is_root, reason="an ordinary user has no other account to leave things to")
def test_a_home_of_another_account_is_refused_to_an_ordinary_user(home: Path) -> None:
    program = (
        "import os, sys; sys.path[:] = sys.argv[2].split(os.pathsep); from pathlib import Path\n"
        "import lingting.platform.database.server as server, lingting.platform.database.refusals as refusals\n"
        "import lingting.platform.database.unprivileged as unprivileged\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: server.EmbeddedServer(Path(sys.argv[1])).ensure(print)\n"
        "except refusals.WrongOwner as refusal: print('refused:', refusal)\n"
    )
    import sys

    answer = subprocess.run(
        [sys.executable, "-c", program, home, os.pathsep.join(sys.path)], capture_output=True, text=True, check=True
    )

    assert answer.stdout.startswith("refused:")


def test_passwords_that_are_not_the_clusters_are_told(server: EmbeddedServer, home: Path) -> None:
    (home / "database/passwords.json").write_text(json.dumps({"superuser": "other", "application": "other"}))

    with pytest.raises(DidNotStart, match="delete it to have new ones made"):
        server.ensure(quiet)
    assert server.pid is None


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("FATAL:  could not write lock file: No space left on device", DiskFull),
        ("FATAL:  database files are incompatible with server", WrongVersion),
        ('FATAL:  data directory "/x" has wrong ownership', WrongOwner),
        ("initdb: could not look up effective user ID 1234: user does not exist", NoUnprivilegedAccount),
        ("FATAL:  the database system is starting up\nPANIC:  could not write: No space left on device", DiskFull),
        ("", DidNotStart),
    ],
)
def test_last_words_become_the_refusal_that_fits(words: str, refusal: type[DatabaseRefusal]) -> None:
    assert type(explained(words, folder=Path(tempfile.gettempdir()))) is refusal


def test_a_refusal_is_told_in_the_language_of_the_moment(tmp_path: Path) -> None:
    with translation.override("zh-hans"):
        assert "磁盘已满" in str(explained("No space left on device", folder=tmp_path))
