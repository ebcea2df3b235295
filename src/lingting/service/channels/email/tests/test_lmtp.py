"""Taking mail in over LMTP and SMTP: what is answered, what is stored, and that foreign bytes break nothing."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator

import pytest

from lingting.service.channels.email import lmtp
from lingting.service.channels.email.lmtp import IntakeServer, Listener, listener_of
from lingting.service.channels.email.models import Mailbox, RawMail
from lingting.service.channels.email.tests.conftest import mailbox_in
from lingting.service.channels.email.tests.crowds import hand_over
from lingting.service.channels.email.tests.writing import mail
from lingting.service.desk.models import Queue

pytestmark = pytest.mark.django_db(transaction=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Listener]:
    listener = Listener("127.0.0.1", _free_port(), is_lmtp=True)
    running = IntakeServer(listener)
    running.start()
    yield listener
    running.stop()


class Wire:
    """A connection on which a test says exactly what it wants."""

    def __init__(self, listener: Listener) -> None:
        self._socket = socket.create_connection((listener.host, listener.port), timeout=10)
        self._answers = self._socket.makefile("rb")
        assert self.answer().startswith("220")

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> str:
        line = self._answers.readline().decode()
        while line[3:4] == "-":
            line = self._answers.readline().decode()
        return line.strip()

    def ask(self, data: bytes) -> str:
        self.say(data)
        return self.answer()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def wire(server: Listener) -> Iterator[Wire]:
    made = Wire(server)
    yield made
    made.close()


def _begin(wire: Wire, *recipients: str) -> None:
    assert wire.ask(b"LHLO test\r\n").startswith("250")
    assert wire.ask(b"MAIL FROM:<c@customer.example> BODY=8BITMIME\r\n").startswith("250")
    for recipient in recipients or ("support@centre.example",):
        assert wire.ask(f"RCPT TO:<{recipient}>\r\n".encode()).startswith("250")
    assert wire.ask(b"DATA\r\n").startswith("354")


def test_a_mail_is_stored_byte_for_byte_with_its_envelope(wire: Wire, mailbox: Mailbox):
    _begin(wire)
    assert wire.ask(b"Subject: x\r\n\r\n..one dot\r\n..\r\nend\r\n.\r\n").startswith("250")
    raw = RawMail.objects.get()
    assert bytes(raw.content) == b"Subject: x\r\n\r\n.one dot\r\n.\r\nend\r\n"
    assert (raw.mailbox, raw.source, raw.envelope_from, raw.envelope_to, raw.state) == (
        mailbox, "lmtp", "c@customer.example", "support@centre.example", "waiting",
    )  # fmt: skip


def test_commands_sent_in_one_go_are_answered_one_after_the_other(wire: Wire):
    wire.say(b"LHLO t\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@centre.example>\r\nRCPT TO:<support@centre.example>\r\nDATA\r\n")
    assert [wire.answer()[:3] for _command in range(5)] == ["250", "250", "550", "250", "354"]
    wire.say(b"..\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert [wire.answer()[:3] for _command in range(3)] == ["250", "250", "221"]
    assert bytes(RawMail.objects.get().content) == b".\r\nx\r\n"


def test_a_mail_of_nothing_and_one_that_begins_with_its_end_are_mails(wire: Wire):
    _begin(wire)
    assert wire.ask(b".\r\n").startswith("250")
    assert wire.ask(b"MAIL FROM:<a@b.example>\r\n").startswith("250")
    wire.ask(b"RCPT TO:<support@centre.example>\r\n")
    wire.ask(b"DATA\r\n")
    assert wire.ask(b"\r\n.\r\n").startswith("250")
    assert sorted(bytes(raw.content) for raw in RawMail.objects.all()) == [b"", b"\r\n"]


def test_lmtp_answers_for_each_recipient(wire: Wire, queue: Queue):
    mailbox_in(queue, address="help@centre.example", takes_plus=True)
    time.sleep(1.1)  # the addresses are looked up once a second
    _begin(wire, "support@centre.example", "help+c1-0@centre.example")
    assert wire.ask(mail() + b".\r\n").startswith("250")
    assert wire.answer().startswith("250")
    assert sorted(RawMail.objects.values_list("envelope_to", flat=True)) == ["help+c1-0@centre.example", "support@centre.example"]


def test_what_is_out_of_order_or_unknown_is_refused_and_hinders_nothing(wire: Wire):
    assert wire.ask(b"MAIL FROM:<a@b.example>\r\n").startswith("503")
    assert wire.ask(b"LHLO t\r\n").startswith("250")
    assert wire.ask(b"RCPT TO:<support@centre.example>\r\n").startswith("503")
    assert wire.ask(b"DATA\r\n").startswith("503")
    assert wire.ask(b"MAIL FROM:nobody\r\n").startswith("501")
    assert wire.ask(b"STARTTLS\r\n").startswith("500")
    assert wire.ask(b"\xff\xfe\x00 nonsense\r\n").startswith("500")
    assert wire.ask(b"X" * 9000 + b"\r\n").startswith("500")
    assert wire.ask(b"MAIL FROM:<a@b.example>\r\n").startswith("250")
    assert wire.ask(b"RSET\r\n").startswith("250")
    _begin(wire)
    assert wire.ask(mail() + b".\r\n").startswith("250")
    assert RawMail.objects.count() == 1


def test_a_mail_that_is_too_large_is_read_to_its_end_and_refused(wire: Wire, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lmtp, "LARGEST_MAIL", 10_000)
    wire.ask(b"LHLO t\r\n")
    assert wire.ask(b"MAIL FROM:<a@b.example> SIZE=20000\r\n").startswith("552")
    _begin(wire)
    assert wire.ask(b"x\r\n" * 500_000 + b".\r\n").startswith("552")
    _begin(wire)
    assert wire.ask(mail() + b".\r\n").startswith("250")


def test_a_client_that_makes_only_mistakes_is_sent_away(wire: Wire):
    for _number in range(lmtp.MOST_ERRORS):
        assert wire.ask(b"WHAT\r\n").startswith("500")
    assert wire.answer().startswith("421")


def test_many_at_once_share_commits_and_none_is_missed(server: Listener, mailbox: Mailbox):
    crowd = [mail(f"第 {number} 封") for number in range(60)]
    assert hand_over([*crowd, *crowd[:5]], port=server.port, to=mailbox.address, at_once=12) == 65
    assert RawMail.objects.count() == 60, "the same bytes are taken once"


def test_a_whole_mail_server_can_speak_smtp_to_it(mailbox: Mailbox):
    listener = Listener("127.0.0.1", _free_port(), is_lmtp=False)
    running = IntakeServer(listener)
    running.start()
    try:
        with smtplib.SMTP("127.0.0.1", listener.port, timeout=10) as client:
            client.sendmail("c@customer.example", [mailbox.address], mail("..\r\n.点"))
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("c@customer.example", ["nobody@centre.example"], mail())
    finally:
        running.stop()
    raw = RawMail.objects.get()
    assert raw.source == "smtp"
    assert "\r\n.点".encode() in bytes(raw.content)


def test_an_address_in_use_is_an_error_that_the_process_can_name(server: Listener):
    second = IntakeServer(server)
    with pytest.raises(OSError):
        second.start()


@pytest.mark.parametrize("value", ["127.0.0.1:2424", "[::1]:2424"])
def test_addresses_are_read_from_settings(value: str):
    assert listener_of(value, is_lmtp=True).port == 2424
