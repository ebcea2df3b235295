"""A connection to the server that carries our letters, used for several of them."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lingting.service.channels.email.models import Mailbox, Security, SignIn
from lingting.service.channels.email.oauth import sign_in_by_token, xoauth2
from lingting.service.channels.email.vault import opened

TIMEOUT_SECONDS = 60
IDLE_SECONDS = 20.0
MOST_LETTERS = 50


@dataclass
class Handed:
    """What the server said: its last answer, and the recipients it refused with its reason (code, words)."""

    answer: str
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)


class AllRefused(smtplib.SMTPException):
    """The server takes the letter for none of its recipients; `is_final` where trying again is no use."""

    def __init__(self, refused: dict[str, tuple[int, str]]) -> None:
        self.refused = refused
        self.is_final = all(code >= 500 for code, _words in refused.values())
        super().__init__("; ".join(f"{address}: {code} {words}" for address, (code, words) in refused.items()))


def signed_in(mailbox: Mailbox, *, timeout: float = TIMEOUT_SECONDS) -> smtplib.SMTP:
    """A signed-in connection. Raises what the network, TLS and the server raise (`OSError`, `SMTPException`)."""
    context = ssl.create_default_context()
    client: smtplib.SMTP
    name = mailbox.domain if mailbox.domain.isascii() else None
    if mailbox.smtp_security == Security.TLS:
        client = smtplib.SMTP_SSL(mailbox.smtp_host, mailbox.smtp_port, timeout=timeout, context=context, local_hostname=name)
    else:
        client = smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=timeout, local_hostname=name)
    try:
        client.ehlo_or_helo_if_needed()
        if mailbox.smtp_security == Security.STARTTLS:
            client.starttls(context=context)
            client.ehlo()
        _sign_in(client, mailbox)
    except BaseException:
        client.close()
        raise
    return client


def _sign_in(client: smtplib.SMTP, mailbox: Mailbox) -> None:
    if not mailbox.smtp_sign_in or mailbox.sign_in == SignIn.NONE:
        return
    user = mailbox.user or mailbox.address
    if mailbox.sign_in == SignIn.OAUTH:
        refusal = smtplib.SMTPAuthenticationError
        sign_in_by_token(mailbox, attempt=lambda token: _show_token(client, user=user, token=token), refusal=refusal)
        return
    client.login(user, opened(mailbox.secret))


def _show_token(client: smtplib.SMTP, *, user: str, token: str) -> None:
    code, said = client.docmd("AUTH", f"XOAUTH2 {xoauth2(user, token)}")
    if code == 334:  # the reason, in base64; the empty line asks for the verdict
        code, said = client.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def hand_over(
    client: smtplib.SMTP, *, sender: str, recipients: Sequence[str], content: bytes, before_text: Callable[[], None]
) -> Handed:
    """Gives one letter to the server; `before_text` runs when nothing has been promised yet and everything may be from then on.

    Raises `AllRefused`, `SMTPResponseException` and what a breaking connection raises.
    """
    code, said = client.mail(sender, [f"size={len(content)}"] if client.has_extn("size") else [])
    if code != 250:
        client.rset()
        raise smtplib.SMTPSenderRefused(code, said, sender)
    refused: dict[str, tuple[int, str]] = {}
    for address in recipients:
        code, said = client.rcpt(address)
        if code not in (250, 251):
            refused[address] = (code, _words(said))
    if len(refused) == len(recipients):
        client.rset()
        raise AllRefused(refused)
    before_text()
    code, said = client.data(content)
    if code != 250:
        raise smtplib.SMTPDataError(code, said)
    return Handed(f"{code} {_words(said)}"[:300], refused)


def _words(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:200]


class Carriers:
    """Open connections by mailbox, kept while they are used; one thread's own."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[smtplib.SMTP, object, float, int]] = {}

    def of(self, mailbox: Mailbox) -> smtplib.SMTP:
        kept = self._open.pop(mailbox.pk, None)
        if kept:
            client, version, used_at, count = kept
            is_fresh = version == mailbox.changed_at and time.monotonic() - used_at < IDLE_SECONDS and count < MOST_LETTERS
            if is_fresh and _answers(client):
                self._open[mailbox.pk] = (client, version, time.monotonic(), count + 1)
                return client
            _close(client)
        client = signed_in(mailbox)
        self._open[mailbox.pk] = (client, mailbox.changed_at, time.monotonic(), 1)
        return client

    def drop(self, mailbox: Mailbox) -> None:
        kept = self._open.pop(mailbox.pk, None)
        if kept:
            _close(kept[0])

    def close_idle(self) -> None:
        for mailbox_id, (client, _version, used_at, _count) in list(self._open.items()):
            if time.monotonic() - used_at > IDLE_SECONDS:
                del self._open[mailbox_id]
                _close(client)


def _answers(client: smtplib.SMTP) -> bool:
    try:
        return client.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _close(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()
