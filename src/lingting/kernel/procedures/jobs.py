"""Readers are asked and reminded once a day, in the morning of China."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.procedures.services.reading import keep_asking
from lingting.platform.jobs import periodic


@periodic("10 1 * * *")
def ask_and_remind_readers(*, now: datetime) -> None:
    keep_asking(now=now)
