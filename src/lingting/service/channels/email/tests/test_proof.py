"""Signatures: ours hold against the record we tell people to publish, and the settings see when it is not there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import dkim
import dns.message
import dns.resolver
import dns.rrset
import pytest
from aiosmtpd.controller import Controller

from lingting.kernel.accounts.models import Account
from lingting.service.channels.email.checking import check_domain
from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.dkim_keys import is_signing_key, key_record, new_key
from lingting.service.channels.email.forms import MailboxForm
from lingting.service.channels.email.models import Letter, Mailbox
from lingting.service.channels.email.sending import send_due
from lingting.service.channels.email.services import Wording, release_due, send_plain, write_letter
from lingting.service.channels.email.services.composing import letter_bytes
from lingting.service.channels.email.services.mailboxes import make_dkim_key
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.vault import locked
from lingting.service.desk.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


class NameServer(threading.Thread):
    """A name server on loopback that knows the TXT records it is given."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.records: dict[str, str] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                packet, sender = self._socket.recvfrom(4096)
            except OSError:
                return
            if not packet:
                return
            question = dns.message.from_wire(packet)
            name = question.question[0].name
            answer = dns.message.make_response(question)
            text = self.records.get(name.to_text().rstrip("."))
            if text is None:
                answer.set_rcode(3)
            else:
                pieces = " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", pieces))
            self._socket.sendto(answer.to_wire(), sender)

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self.join(timeout=5)
        self._socket.close()


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer()
    server.start()
    before = dns.resolver.default_resolver
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    dns.resolver.default_resolver = resolver
    yield server
    dns.resolver.default_resolver = before
    server.stop()


@pytest.fixture
def signing(mailbox: Mailbox, agent: Account, now: datetime) -> Mailbox:
    return make_dkim_key(mailbox.pk, actor=agent.as_actor, now=now)


@pytest.fixture
def letter(arrive: Callable[..., int | None], mailbox: Mailbox, agent: Account, now: datetime) -> Letter:
    arrive(mail(identifier="first@customer.example"))
    wording = Wording(to=["李雷 <lilei@customer.example>"], text="您好，明天送达。", subject="Re: 包裹")
    case = Case.objects.get()
    return write_letter(case.pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=uuid4(), now=now)


def test_our_signature_holds_against_the_record_that_the_settings_show(
    letter: Letter, signing: Mailbox, names: NameServer, now: datetime
):
    record = key_record(signing)
    assert record.name == f"{signing.dkim_selector}._domainkey.centre.example"
    names.records[record.name] = record.value
    content = letter_bytes(Letter.objects.get(), now=now)
    assert dkim.verify(content), "found in the domain's own record"
    assert not dkim.verify(content.replace(b"Re: ", b"Rf: ", 1)), "and breaks with the text"


def test_the_same_letter_is_the_same_bytes(letter: Letter, now: datetime):
    assert letter_bytes(Letter.objects.get(), now=now) == letter_bytes(Letter.objects.get(), now=now)


def test_the_check_knows_a_record_that_is_ours_missing_another_or_revoked(signing: Mailbox, names: NameServer):
    def found() -> tuple[str, str]:
        finding = next(one for one in check_domain(signing) if one.name == "DKIM")
        return finding.state, finding.words

    record = key_record(signing)
    assert found()[0] == "warning" and record.name in found()[1]
    names.records[record.name] = record.value.replace("; ", " ;  ")
    assert found()[0] == "ready"
    other = Mailbox(dkim_domain="x.example", dkim_selector="x", dkim_key=locked(new_key()))
    names.records[record.name] = key_record(other).value
    assert found()[0] == "breach" and "另一把密钥" in found()[1]
    names.records[record.name] = "v=DKIM1; p="
    assert found()[0] == "breach" and "作废" in found()[1]


def test_spf_and_dmarc_are_read_and_asked_for(mailbox: Mailbox, names: NameServer):
    assert [one.state for one in check_domain(mailbox)] == ["warning", "warning"]
    names.records["centre.example"] = "v=spf1 mx -all"
    names.records["_dmarc.centre.example"] = "v=DMARC1; p=none"
    assert [(one.name, one.state) for one in check_domain(mailbox)] == [("SPF", "ready"), ("DMARC", "ready")]


def test_a_domain_that_cannot_be_asked_is_told_so(signing: Mailbox, names: NameServer):
    names.stop()
    dns.resolver.default_resolver.lifetime = 0.5
    assert {one.state for one in check_domain(signing)} == {"warning"}


def test_only_a_key_that_can_sign_is_taken(mailbox: Mailbox):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert is_signing_key(new_key()) and not is_signing_key(curve.decode()) and not is_signing_key("x")
    form = MailboxForm({"dkim_private": curve.decode()}, instance=mailbox)
    assert "dkim_private" in form.errors


class Sink:
    """A server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope.original_content)
        return "250 ok"


def test_what_arrives_is_signed_letters_of_cases_and_sign_in_codes_alike(
    letter: Letter, signing: Mailbox, names: NameServer, claimant: Claimant, now: datetime
):
    names.records[key_record(signing).name] = key_record(signing).value
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=21_978)
    server.start()
    try:
        Mailbox.objects.update(smtp_port=21_978, changed_at=now + timedelta(seconds=1))
        release_due(now=now + timedelta(seconds=11))
        send_due(claimant, now=now + timedelta(seconds=11))
        assert send_plain("lilei@customer.example", subject="验证码", text="123456\n", language="zh-hans", now=now)
    finally:
        server.stop()
    assert [dkim.verify(content) for content in sink.letters] == [True, True]
