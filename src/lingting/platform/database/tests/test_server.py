"""The life of an embedded server: begun, found, killed, begun again, ended."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from lingting.platform.database.binaries import usable_binaries
from lingting.platform.database.configuration import FORGETFUL, PRODUCTION, ServerSettings
from lingting.platform.database.placement import recorded_placement
from lingting.platform.database.refusals import AlreadyRunning, DidNotStart, PortTaken
from lingting.platform.database.server import EmbeddedServer
from lingting.platform.database.unprivileged import account_for, run_as

from .conftest import copy_home, quiet

PATIENCE_SECONDS = 20.0


def eventually(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so in the time a busy machine may need."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def processes_of(home: Path) -> list[int]:
    """The PostgreSQL server processes that work in this home (children of the postmaster are told by its
    title).
    """
    placement = recorded_placement(home)
    if placement is None:
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(placement.cluster) in words.split(b"\0"):
                found.append(int(entry.name))
    return found


@contextmanager
def supervisor(home: Path, *, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Another process that keeps the home's server, as `lingting up` does."""
    program = """
        import sys, time
        from pathlib import Path
        from lingting.platform.database.configuration import FORGETFUL
        from lingting.platform.database.server import EmbeddedServer
        home = Path(sys.argv[1])
        server = EmbeddedServer(home, settings=FORGETFUL, state_root=home.parent / "state")
        print(server.ensure(lambda sentence: print(sentence, flush=True)).url, flush=True)
        time.sleep(600)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(home)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | (environment or {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("postgresql://"):
            return line.strip()
    raise AssertionError("the supervisor ended without an address")


def test_the_first_start_makes_a_utf8_database_for_a_role_without_power(folder: Path) -> None:
    told: list[str] = []
    server = EmbeddedServer(folder / "home", settings=PRODUCTION, state_root=folder / "state")
    try:
        with psycopg.connect(server.ensure(told.append).url) as connection:
            row = connection.execute("""
                SELECT current_user, rolsuper, current_database(), current_setting('server_encoding'),
                current_setting('fsync'), current_setting('listen_addresses'), current_setting('TimeZone'),
                (SELECT concat(datlocprovider, datlocale) FROM pg_database WHERE datname = current_database())
                FROM pg_roles WHERE rolname = current_user""").fetchone()
        assert row == ("lingting", False, "lingting", "UTF8", "on", "", "UTC", "bC.UTF-8")
        assert len(told) == 2
    finally:
        server.stop()


def test_what_was_written_is_there_after_a_stop_and_a_start(server: EmbeddedServer) -> None:
    with psycopg.connect(server.ensure(quiet).url) as connection:
        connection.execute("CREATE TABLE note AS SELECT '聆听' AS text")
    server.stop()

    with psycopg.connect(server.ensure(quiet).url) as connection:
        assert connection.execute("SELECT text FROM note").fetchone() == ("聆听",)


def test_stop_leaves_no_process_and_no_address(server: EmbeddedServer, home: Path) -> None:
    server.ensure(quiet)
    assert processes_of(home)

    server.stop()

    assert processes_of(home) == []
    assert server.address() is None
    assert server.superuser_address() is None


def test_a_killed_postmaster_is_replaced_though_a_backend_of_the_old_one_still_works(
    server: EmbeddedServer,
) -> None:
    told: list[str] = []
    url = server.ensure(quiet).url
    server.watch(told.append)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note AS SELECT 1 AS number")
    busy = psycopg.connect(url)
    # A backend that computes does not look whether its postmaster lives: it is what holds the shared memory.
    busy.pgconn.send_query(b"DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
    first = server.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: server.pid != first and server.address() is not None)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM note").fetchone() == (1,)
    assert eventually(lambda: len(told) == 2)
    assert "SIGKILL" in told[0]
    busy.close()


def test_it_is_replaced_every_time(server: EmbeddedServer) -> None:
    server.ensure(quiet)
    for _attempt in range(2):
        before = server.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        assert eventually(lambda before=before: server.pid != before and server.address() is not None)


def test_the_server_ends_with_a_supervisor_that_is_killed(home: Path) -> None:
    with supervisor(home) as process:
        url_of(process)
        assert processes_of(home)

        process.kill()

        assert eventually(lambda: processes_of(home) == [])


def test_the_server_outlives_the_thread_that_asked_for_it(server: EmbeddedServer) -> None:
    """The kernel's death signal is tied to a thread; a web framework's worker thread may end at any time."""
    asking = threading.Thread(target=server.ensure, args=(quiet,))
    asking.start()
    asking.join()
    first = server.pid

    assert server.address() is not None
    assert server.pid == first


def test_after_a_killed_supervisor_the_next_one_starts_at_once(server: EmbeddedServer, home: Path) -> None:
    with supervisor(home) as process:
        with psycopg.connect(url_of(process)) as connection:
            connection.execute("CREATE TABLE note AS SELECT 1 AS number")
        process.kill()
        process.wait()

        with psycopg.connect(server.ensure(quiet).url) as connection:
            assert connection.execute("SELECT number FROM note").fetchone() == (1,)


def test_a_second_supervisor_is_told_the_process_of_the_first(server: EmbeddedServer, home: Path) -> None:
    with supervisor(home) as process:
        url = url_of(process)

        with pytest.raises(AlreadyRunning, match=str(process.pid)):
            server.ensure(quiet)

        found = server.address()
        assert found is not None
        assert found.url == url
        assert "@" in url and url.split(":")[2].split("@")[0] not in found.shown
        with server.available(quiet) as available:
            assert available == found
        assert processes_of(home), "a borrowed server is not stopped"


def test_without_a_supervisor_a_server_is_kept_for_the_length_of_a_command(server: EmbeddedServer, home: Path) -> None:
    assert server.address() is None
    with server.available(quiet) as address, psycopg.connect(address.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert processes_of(home) == []


def test_a_supervisor_that_is_gone_has_no_address_whatever_its_file_says(server: EmbeddedServer, home: Path) -> None:
    with supervisor(home) as process:
        url_of(process)
    assert (home / "database/running.json").exists()

    assert server.address() is None


def test_passwords_stand_only_in_a_file_that_only_we_can_read(server: EmbeddedServer, home: Path) -> None:
    server.ensure(quiet)
    secret = json.loads((home / "database/passwords.json").read_text())["application"]

    for name in ("passwords.json", "running.json"):
        assert stat.S_IMODE((home / "database" / name).stat().st_mode) == 0o600
    assert secret not in (home / "database/running.json").read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        address = server.address()
        assert address is not None
        psycopg.connect(address.url.replace(secret, "guess"))


def test_lost_passwords_are_made_anew(server: EmbeddedServer, home: Path) -> None:
    (home / "database/passwords.json").unlink()

    with psycopg.connect(server.ensure(quiet).url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "name", ["a folder with spaces", "聆听 客服", "commas, 'quotes' and \"more\"", "/".join(["deep" * 10] * 4)]
)
def test_a_home_may_have_any_path(name: str, folder: Path, made_home: Path) -> None:
    home = folder / name / "home"
    home.parent.mkdir(parents=True, mode=0o755)
    copy_home(made_home, to=home)
    server = EmbeddedServer(home, settings=FORGETFUL, state_root=folder / "state")
    try:
        with psycopg.connect(server.ensure(quiet).url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("lingting",)
        address = server.address()
    finally:
        server.stop()
    assert address is not None
    sockets = Path(parse_qs(urlsplit(address.url).query)["host"][0])
    assert sockets == home / "database/run" or not sockets.exists()


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "LANG": "C", "TZ": "Asia/Shanghai"},
        {"LC_ALL": "zh_CN.GBK", "LANG": "zh_CN.GBK", "LANGUAGE": "zh_CN", "TZ": "Nowhere/Nothing"},
        {"PGDATA": "/nowhere", "PGPORT": "1", "PGHOST": "example.invalid", "PGOPTIONS": "-c search_path=nothing"},
    ],
)
def test_no_environment_of_a_shell_disturbs_the_first_start(environment: dict[str, str], folder: Path) -> None:
    with supervisor(folder / "home", environment=environment) as process:
        with psycopg.connect(url_of(process)) as connection:
            row = connection.execute("SELECT upper('é'), current_setting('TimeZone')").fetchone()
        assert row == ("É", "UTC")


def test_a_process_that_reused_the_number_in_the_pid_file_is_left_alone(server: EmbeddedServer, home: Path) -> None:
    account = account_for(home / "database/cluster")
    other = (
        subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid, extra_groups=[])
        if (not account.is_ourselves)
        else subprocess.Popen(["sleep", "60"])
    )
    try:
        (home / "database/cluster/postmaster.pid").write_text(f"{other.pid}\n/nowhere\n0\n5432\n\n\n0 0\nready\n")

        with psycopg.connect(server.ensure(quiet).url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_kill_while_the_cluster_is_made_leaves_nothing_half_made(folder: Path) -> None:
    home = folder / "home"
    with supervisor(home) as process:
        assert eventually(lambda: any((home / "database").glob("cluster.new-*/data/global")))
        process.kill()
        process.wait()
    assert not (home / "database/cluster").exists()

    server = EmbeddedServer(home, settings=FORGETFUL, state_root=folder / "state")
    try:
        assert server.ensure(quiet) == server.address()
        assert list((home / "database").glob("cluster.new-*")) == []
    finally:
        server.stop()


def test_settings_of_the_person_who_runs_the_machine_win(server: EmbeddedServer, home: Path) -> None:
    (home / "database/cluster/local.conf").write_text("work_mem = '3MB'\n")
    (home / "database/cluster/local.conf").chmod(0o644)

    with psycopg.connect(server.ensure(quiet).url) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("3MB",)


def test_a_mistake_in_those_settings_is_told_in_postgresqls_own_words(server: EmbeddedServer, home: Path) -> None:
    (home / "database/cluster/local.conf").write_text("no_such_setting = 1\n")
    (home / "database/cluster/local.conf").chmod(0o644)

    with pytest.raises(DidNotStart, match=r"local\.conf|no_such_setting"):
        server.ensure(quiet)
    assert processes_of(home) == []


def test_a_tcp_port_is_opened_only_on_request_and_refused_when_taken(home: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = ServerSettings(tcp_port=taken.getsockname()[1], overrides=FORGETFUL.overrides)
        with pytest.raises(PortTaken):
            EmbeddedServer(home, settings=settings).ensure(quiet)


def test_the_programs_are_the_ones_the_wheel_brings(home: Path) -> None:
    account = account_for(home / "database/cluster")
    binaries = usable_binaries(account, copies=home.parent / "programs")

    assert binaries.major >= 18
    assert run_as(account, command=[binaries.program("initdb"), "--version"]).returncode == 0
