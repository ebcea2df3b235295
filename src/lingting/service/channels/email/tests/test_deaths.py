"""Killed again and again at any moment, the mail process loses nothing and doubles nothing (the long form is `make bench-mail`)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from lingting.service.channels.email.models import Mail, Mailbox, RawMail
from lingting.service.channels.email.tests import reborn
from lingting.service.channels.email.tests.crowds import hand_over, mails
from lingting.service.desk.models import Case, Message

COUNT, KILLS, PORT, PATIENCE_SECONDS = 150, 6, 21_987, 90


@pytest.mark.django_db(transaction=True)
def test_every_mail_becomes_one_message_though_the_process_is_killed(mailbox: Mailbox, tmp_path: Path):
    chance = random.Random(7)
    crowd = dict(mails(COUNT, seed=7, to=mailbox.address))
    pid_file = tmp_path / "pid"
    process = subprocess.Popen(
        [sys.executable, reborn.__file__, str(PORT), str(pid_file)], env=os.environ | {"DATABASE_URL": _address()}
    )
    try:
        import threading

        sender = threading.Thread(target=hand_over, args=(list(crowd.values()),), kwargs={"port": PORT, "to": mailbox.address})
        sender.start()
        for _number in range(KILLS):
            time.sleep(chance.uniform(0.3, 1.2))
            with suppress(ProcessLookupError, FileNotFoundError):
                os.kill(int(pid_file.read_text()), signal.SIGKILL)
        sender.join(timeout=PATIENCE_SECONDS)
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit and RawMail.objects.filter(state="waiting").exists():
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert sorted(Mail.objects.values_list("identifier", flat=True)) == sorted(crowd)
    assert Message.objects.filter(kind="customer").count() == COUNT
    assert Case.objects.count() == COUNT
    assert set(RawMail.objects.values_list("state", flat=True)) == {"done"}


def _address() -> str:
    """The test database as an address for another process."""
    found = connection.settings_dict
    host = found["HOST"] or settings.DATABASES["default"]["HOST"]
    return f"postgresql://{found['USER']}:{found['PASSWORD']}@/{found['NAME']}?host={host}&port={found['PORT']}"
