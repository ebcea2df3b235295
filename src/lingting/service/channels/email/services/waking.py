"""Telling the mail processes that there is something to do, and whom of them it concerns."""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from django.db import connection, transaction

WAKE_CHANNEL = "lingting_mail"


class Part(StrEnum):
    """Who in a mail process is woken: who reads what came, who sends letters, who follows the settings."""

    READER = "reader"
    SENDER = "sender"
    KEEPER = "keeper"


def wake(part: Part) -> None:
    """Wakes that part of all mail processes once this transaction is committed; the others sleep on.

    A wake that is lost loses nothing: all look by themselves every second (the keeper every three).
    """
    transaction.on_commit(partial(_tell, part), robust=True)


def _tell(part: Part) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [WAKE_CHANNEL, part.value])
