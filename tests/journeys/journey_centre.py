"""A whole centre for journeys: the real process tree on one port, in a data folder of its own."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

START_LIMIT_SECONDS = 240.0
STOP_LIMIT_SECONDS = 30.0
_NOT_OURS = ("DATABASE_URL", "LINGTING_HOME", "SECRET_KEY", "HOST", "PORT", "DEMO", "DEMO_DAYS", "DEBUG")

# What the clock must not decide: the shop's queues are open around the clock, installation is closed, and work for which
# nobody is skilled enough is given to a learner after two seconds instead of forty.
_PREPARE = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from lingting.kernel.calendars.models import Calendar, SpecialHours
from lingting.service.desk.models import Queue
from lingting.service.routing.models import QueueRule, QueueSkill
Calendar.objects.filter(queues__key__in=["presales", "orders", "support", "english"]).update(always_open=True)
shut = Queue.objects.get(key="installation").calendar
today = timezone.localdate()
for day in range(-1, 3):
    SpecialHours.objects.create(calendar=shut, date=today + timedelta(days=day), is_closed=True)
QueueSkill.objects.filter(queue__key__in=["presales", "orders"], relax_after_seconds__isnull=False).update(relax_after_seconds=2)
QueueRule.objects.update(offer_seconds=30, wrap_up_seconds=3)
"""

# What a journey that failed may have left behind: people at their desks, customers in queues.
_CALM = """
import django; django.setup()
from django.utils import timezone
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.desk.models import Conversation
from lingting.service.desk.services import end_conversation
from lingting.service.routing.models import Presence
from lingting.service.routing.services import go_offline
now = timezone.now()
for presence in list(Presence.objects.exclude(state="offline")):
    go_offline(presence.pk, actor=SYSTEM, now=now)
for talk in list(Conversation.objects.filter(ended_at=None)):
    end_conversation(talk.pk, by="system", actor=SYSTEM, now=now)
"""


@dataclass
class Centre:
    """`lingting up` with a database of its own."""

    is_demo: bool = True
    port: int = field(default_factory=lambda: free_port())
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="lingting-journey-")))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when `/readyz` says so. Raises `RuntimeError` with the output when it does not within the limit."""
        self.home.chmod(0o755)  # PostgreSQL runs as another user when we are root.
        command = [sys.executable, "-m", "lingting.config.command", "up"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        limit = time.monotonic() + START_LIMIT_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > limit:
                said = self.output()
                self.stop()
                raise RuntimeError(f"The centre did not get ready:\n{said}")
            time.sleep(0.3)
        if self.is_demo:
            self.run(_PREPARE)

    def stop(self) -> None:
        """Ends the tree as Ctrl-C does and removes its data."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, code: str) -> str:
        """Runs a few lines against the centre's database; returns what they print."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self._environment(), capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def calm(self) -> None:
        """Everybody off duty, no conversation running."""
        self.run(_CALM)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ready")
        except (OSError, ValueError, urllib.error.HTTPError):
            return False

    def output(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.home / "journey.log"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        return kept | {
            "LINGTING_HOME": str(self.home), "PORT": str(self.port), "HOST": "127.0.0.1", "DEMO": str(int(self.is_demo)),
            "DEMO_DAYS": "2", "DJANGO_SETTINGS_MODULE": "lingting.config.settings", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip


def free_port() -> int:
    """A port nobody listens on, below those that the system gives out by itself."""
    for _try in range(50):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No free port was found between 20000 and 32000.")
