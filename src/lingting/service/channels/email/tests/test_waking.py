"""Each thing that happens wakes the part of a mail process that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import takewhile
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.realtime.serving import database_conninfo
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.services import Wording, store_mail, write_letter
from lingting.service.channels.email.services.mailboxes import save_mailbox
from lingting.service.channels.email.services.waking import WAKE_CHANNEL, Part, wake
from lingting.service.channels.email.tests.writing import mail
from lingting.service.desk.models import Case

pytestmark = pytest.mark.django_db(transaction=True)
Hear = Callable[[], list[str]]


@pytest.fixture
def hear() -> Iterator[Hear]:
    """What was told since the last time."""
    with psycopg.connect(database_conninfo(), autocommit=True) as ear:
        ear.execute(f"LISTEN {WAKE_CHANNEL}")

        def heard() -> list[str]:
            ear.execute("SELECT pg_notify(%s, 'end')", [WAKE_CHANNEL])  # They come in the order of their commits.
            payloads = (notice.payload for notice in ear.notifies(timeout=30))
            return list(takewhile(lambda payload: payload != "end", payloads))

        yield heard


def test_a_stored_mail_wakes_the_reader_and_the_same_bytes_again_nobody(mailbox: Mailbox, now: datetime, hear: Hear):
    content = mail()
    for _time in range(2):
        store_mail(mailbox.pk, content=content, source="lmtp", now=now)
    assert hear() == [Part.READER]


def test_a_letter_wakes_the_sender(arrive: Callable[..., int], agent: Account, mailbox: Mailbox, now: datetime, hear: Hear):
    arrive(mail())
    hear()
    wording = Wording(to=["wang@example.com"], subject="您好", text="好的")
    write_letter(Case.objects.get().pk, wording=wording, mailbox=mailbox, client_key=uuid4(), actor=agent.as_actor, now=now)
    assert hear() == [Part.SENDER]


def test_new_settings_wake_whoever_follows_them(mailbox: Mailbox, now: datetime, hear: Hear):
    save_mailbox(mailbox, actor=SYSTEM, now=now)
    assert hear() == [Part.KEEPER]


def test_nobody_is_woken_before_the_commit(hear: Hear):
    with transaction.atomic():
        wake(Part.SENDER)
        assert hear() == []
    assert hear() == [Part.SENDER]
