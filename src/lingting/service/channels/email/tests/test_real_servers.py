"""With Dovecot and Postfix on loopback: mail heard by IDLE, answers with their thread, a true DSN."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.service.channels.email.checking import check_mailbox
from lingting.service.channels.email.models import Letter, Mailbox, RawMail, Suppression
from lingting.service.channels.email.process import run_mail
from lingting.service.channels.email.services import Wording, write_letter
from lingting.service.channels.email.tests.conftest import mailbox_in
from lingting.service.channels.email.tests.servers import PASSWORD, MailServers, running, why_not
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.vault import locked
from lingting.service.desk.models import Case, Message, Queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(bool(why_not()), reason=why_not())]
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with running() as found:
        yield found


@pytest.fixture
def mailbox(queue: Queue, servers: MailServers) -> Mailbox:
    return mailbox_in(
        queue,
        intake="imap",
        imap_host="127.0.0.1",
        imap_port=servers.imap_port,
        imap_security="none",
        secret=locked(PASSWORD),
        smtp_port=servers.smtp_port,
        takes_plus=True,
        after_fetch="move",
        move_to=f"Taken{uuid4().hex[:6]}",
    )


@pytest.fixture
def process(mailbox: Mailbox) -> Iterator[None]:
    stop = threading.Event()
    before = _clients()
    thread = threading.Thread(target=run_mail, kwargs={"stop_event": stop, "listeners": []})
    thread.start()
    yield
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    _wait(lambda: _clients() <= before, what="the threads' connections to close")


def test_the_check_finds_a_good_mailbox_good_and_a_bad_password_bad(mailbox: Mailbox):
    assert {one.state for one in check_mailbox(mailbox, with_domain=False)} == {"ready"}
    mailbox.secret = locked("wrong")
    found = check_mailbox(mailbox, with_domain=False)
    assert found[0].state == "breach"
    assert "授权码" in found[0].words


def test_a_mail_is_heard_by_idle_answered_and_answered_back(
    process: None, mailbox: Mailbox, servers: MailServers, agent: Account
):
    _wait(lambda: Mailbox.objects.get().is_idling, what="the connection")
    first = mail("我的包裹还没有到。", identifier=f"{uuid4().hex}@customer.example")
    servers.send(first, sender="lilei@customer.example", to=mailbox.address)
    _wait(lambda: Case.objects.exists(), what="the case")
    case = Case.objects.get()
    wording = Wording(
        to=["lilei@customer.example"],
        text="您好，明天送达。",
        subject="Re: 包裹在哪里",
        due_at=timezone.now() + timedelta(seconds=1),
    )
    letter = write_letter(case.pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=uuid4(), now=timezone.now())
    _wait(lambda: Letter.objects.get().state == "sent", what="the letter")
    _wait(lambda: any(letter.identifier.encode() in one for one in servers.inbox_of("lilei@customer.example")), what="delivery")
    got = next(message_from_bytes(one) for one in servers.inbox_of("lilei@customer.example") if letter.identifier.encode() in one)
    original = message_from_bytes(first)
    assert got["In-Reply-To"] == original["Message-ID"]
    assert original["Message-ID"] in got["References"]
    assert "+c" in got["Reply-To"]
    # The customer answers to the marked address, with nothing else that would tell the case.
    servers.send(mail("谢谢！", subject="好的"), sender="lilei@customer.example", to=got["Reply-To"])
    _wait(lambda: Message.objects.filter(kind="customer").count() == 2, what="the customer's answer")
    assert Case.objects.count() == 1


def test_a_true_dsn_comes_back_into_the_case(process: None, mailbox: Mailbox, servers: MailServers, agent: Account):
    servers.send(mail(), sender="lilei@customer.example", to=mailbox.address)
    _wait(lambda: Case.objects.exists(), what="the case")
    wording = Wording(
        to=["nobody-here@customer.example"], text="您好。", subject="Re: 包裹", due_at=timezone.now() + timedelta(seconds=1)
    )
    write_letter(
        Case.objects.get().pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=uuid4(), now=timezone.now()
    )
    _wait(lambda: Suppression.objects.exists(), what="the bounce")
    assert Suppression.objects.get().address == "nobody-here@customer.example"
    assert Message.objects.filter(data__code="mail_bounced").count() == 1
    assert Case.objects.count() == 1
    assert Letter.objects.get().bounced_at is not None


def test_a_folder_that_was_renumbered_is_read_again_and_nothing_is_doubled(
    mailbox: Mailbox, servers: MailServers, agent: Account
):
    from lingting.service.channels.email.imap import Fetcher, connected

    mailbox.after_fetch = "leave"
    mailbox.save()
    servers.send(mail(identifier=f"{uuid4().hex}@customer.example"), sender="lilei@customer.example", to=mailbox.address)

    def fetched() -> int:
        box = Mailbox.objects.get()
        with connected(box) as client:
            fetcher = Fetcher(box, client, now=timezone.now)
            fetcher.open()
            return fetcher.fetch()

    _wait(lambda: fetched() >= 1, what="the first fetch")
    count = RawMail.objects.count()
    Mailbox.objects.update(uid_validity=1)
    assert fetched() == 0
    assert RawMail.objects.count() == count


def _wait(is_so: Callable[[], bool], *, what: str) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")


def _clients() -> set[tuple[int, datetime]]:
    """Who is connected to this database and since when; PostgreSQL's own workers come and go as they like."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, backend_start FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return set(cursor.fetchall())
