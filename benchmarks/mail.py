"""Mails a second from LMTP to a visible case, beside what PostgreSQL alone can insert and commit; and a hundred deaths.

First part: one mail process takes mails of every kind (text, HTML, GB18030 in disguise, files) over LMTP from twenty
connections without pause, reads them and makes a case of each: customer, case, conversation, message with its search
vector, place in the queue. A mail counts when its case is committed. The yardstick is pgbench with four clients that
insert one row and commit, on the same server in the same run. Second part: as many mails while the process is killed
(SIGKILL) at random moments, spread over all of them; the sender repeats what was not accepted. Each mail must then stand
in exactly one message.

    python benchmarks/mail.py [--seconds 20] [--mails 10000] [--kills 100] [--part rate|deaths]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from harness.measuring import machine
from harness.pgbench import single_inserts

from lingting.platform.database.server import EmbeddedServer
from lingting.service.channels.email.tests import reborn
from lingting.service.channels.email.tests.crowds import hand_over, mails

RATIO = 0.06
PORT = 21_991
ADDRESS = "support@centre.example"
AT_ONCE = 20  # as many as Postfix uses to one destination
MOST_PREPARED = 30_000
PATIENCE_SECONDS = 600
_PREPARE = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0, interactive=False)
from lingting.config.foundation import lay_foundation
lay_foundation()
from lingting.kernel.calendars.models import Calendar
from lingting.service.desk.models import Queue
from lingting.service.channels.email.models import Mailbox
calendar = Calendar.objects.create(key="bench", name_zh="全天", always_open=True)
queue = Queue.objects.create(key="bench", name_zh="邮件", calendar=calendar)
Mailbox.objects.create(address="support@centre.example", queue=queue, intake="lmtp", changed_at=timezone.now())
"""


@dataclass(frozen=True)
class Rate:
    """`visible` mails had become cases `seconds` after the first was handed over."""

    visible: int
    seconds: float
    accepted: int

    @property
    def a_second(self) -> float:
        return self.visible / self.seconds


@contextmanager
def centre() -> Iterator[tuple[str, dict[str, str], Path]]:
    """An empty centre with one mailbox: database address, environment, folder."""
    with tempfile.TemporaryDirectory(prefix="lingting-bench-mail-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        server = EmbeddedServer(home, state_root=home / "state")
        url = server.ensure(lambda sentence: None).url
        environment = os.environ | {
            "LINGTING_HOME": str(home), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "lingting.config.settings", "DEMO": "0",
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        try:
            subprocess.run([sys.executable, "-c", _PREPARE], env=environment, check=True, timeout=300)
            yield url, environment, home
        finally:
            server.stop()


@contextmanager
def mail_process(environment: dict[str, str], pid_file: Path) -> Iterator[None]:
    """The one mail process, started again by its parent when it dies."""
    process = subprocess.Popen([sys.executable, reborn.__file__, str(PORT), str(pid_file)], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def measure_rate(url: str, *, seconds: float) -> Rate:
    """Hands over without pause for so long, then waits until all of it is visible."""
    prepared = [content for _identifier, content in mails(MOST_PREPARED, seed=1, to=ADDRESS)]
    warm = [content for _identifier, content in mails(50, seed=2, to=ADDRESS)]
    hand_over(warm, port=PORT, to=ADDRESS)
    before = _settled(url)
    began = time.perf_counter()
    accepted = hand_over(
        prepared, port=PORT, to=ADDRESS, at_once=AT_ONCE, is_over=lambda: time.perf_counter() - began > seconds
    )
    after = _settled(url)
    return Rate(after - before, time.perf_counter() - began, accepted)


def _settled(url: str) -> int:
    """How many messages stand in cases once nothing waits any more."""
    limit = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(url, autocommit=True) as asking:
        while time.monotonic() < limit:
            waiting = asking.execute("SELECT EXISTS (SELECT 1 FROM email_rawmail WHERE state = 'waiting')").fetchone()
            if waiting and not waiting[0]:
                break
            time.sleep(0.02)
        row = asking.execute("SELECT count(*) FROM desk_message WHERE kind = 'customer'").fetchone()
    return int(row[0]) if row else 0


def count_deaths(url: str, pid_file: Path, *, count: int, kills: int) -> tuple[int, int, dict[str, int], float]:
    """How many mails stand in no message or in several, what state the bytes are in, and how long it took."""
    crowd = dict(mails(count, seed=3, to=ADDRESS))
    chance = random.Random(3)
    began = time.perf_counter()
    accepted: list[int] = [0]
    sender = threading.Thread(
        target=hand_over, args=(list(crowd.values()),), kwargs={"port": PORT, "to": ADDRESS, "at_once": AT_ONCE, "accepted": accepted}
    )
    sender.start()
    for moment in sorted(chance.sample(range(count), kills)):
        while accepted[0] < moment and sender.is_alive():
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.6))
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int(pid_file.read_text()), signal.SIGKILL)
    sender.join()
    _settled(url)
    took = time.perf_counter() - began
    with psycopg.connect(url) as asking:
        rows = asking.execute(
            "SELECT identifier, count(message_id) FROM email_mail WHERE identifier = ANY(%s) GROUP BY 1", [list(crowd)]
        ).fetchall()
        states = dict(asking.execute("SELECT state, count(*) FROM email_rawmail GROUP BY 1").fetchall())
    told = dict(rows)
    return sum(1 for one in crowd if told.get(one, 0) == 0), sum(1 for many in told.values() if many > 1), states, took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--part", choices=["rate", "deaths"], default="")
    given = parser.parse_args()
    print(machine())
    is_good = True
    with centre() as (url, environment, home):
        pid_file = home / "pid"
        if given.part != "deaths":
            with mail_process(environment, pid_file):
                rate = measure_rate(url, seconds=given.seconds)
            alone, by = single_inserts(url, seconds=10)
            share = rate.a_second / alone
            print(f"from LMTP to visible case: {rate.a_second:.0f} mails/s ({rate.visible} in {rate.seconds:.1f} s)")
            print(f"PostgreSQL alone ({by}): {alone:.0f} rows/s; share {share:.1%}, promised {RATIO:.0%}")
            is_good = share >= RATIO and rate.visible == rate.accepted
        if given.part != "rate":
            with mail_process(environment, pid_file):
                lost, doubled, states, took = count_deaths(url, pid_file, count=given.mails, kills=given.kills)
            print(f"{given.mails} mails, {given.kills} kills in {took:.0f} s: {lost} lost, {doubled} doubled; bytes {states}")
            is_good = is_good and not lost and not doubled and set(states) <= {"done"}
    print("KEPT" if is_good else "NOT KEPT")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
