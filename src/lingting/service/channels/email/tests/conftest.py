"""A mailbox of a small centre: one queue that is always open, one agent who serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar
from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.services import read_waiting, store_mail
from lingting.service.desk.models import Queue
from lingting.service.routing.models import QueueRule

ADDRESS = "support@centre.example"


@pytest.fixture
def queue(db: None) -> Queue:
    calendar = Calendar.objects.create(key="hours-mail", name_zh="全天", always_open=True)
    made = Queue.objects.create(key="mail", name_zh="邮件", name_en="Mail", calendar=calendar)
    QueueRule.objects.create(queue=made)
    return made


def mailbox_in(queue: Queue, *, address: str = ADDRESS, **given: object) -> Mailbox:
    fields: dict[str, object] = {
        "intake": "lmtp", "smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none", "smtp_sign_in": False,
        "from_name_zh": "云舟客服", "from_name_en": "Yunzhou Service", "changed_at": timezone.now(),
    }  # fmt: skip
    return Mailbox.objects.create(address=address, queue=queue, **(fields | given))


@pytest.fixture
def mailbox(queue: Queue) -> Mailbox:
    return mailbox_in(queue)


@pytest.fixture
def agent(db: None) -> Account:
    return Account.objects.create(login="lin.xiao", display_name="林晓")


@pytest.fixture
def claimant(db: None) -> Iterator[Claimant]:
    made = Claimant()
    yield made
    made.release()


@pytest.fixture
def arrive(mailbox: Mailbox, claimant: Claimant, now: datetime) -> Callable[..., int | None]:
    """A mail comes in and is read: returns the id of its bytes (None: had them)."""

    def take(content: bytes, *, at: datetime | None = None, envelope_to: str = "", box: Mailbox | None = None) -> int | None:
        moment = at or now
        raw_id = store_mail((box or mailbox).pk, content=content, source="lmtp", now=moment, envelope_to=envelope_to)
        while read_waiting(claimant, now=moment):
            pass
        return raw_id

    return take
