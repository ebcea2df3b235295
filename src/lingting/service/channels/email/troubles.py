"""Failures of mail servers in words that say what to do: kept as a code with its facts, said in the reader's language."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from imapclient.exceptions import IMAPClientError, LoginError

from lingting.platform.refusals import Refusal

LONGEST = 300
LONGEST_SAID = 160
_MARK = "\t"
_SENTENCES: dict[str, str | Promise] = {
    "sign_in": _(
        "%(host)s refused the sign-in. Most providers want an authorisation code (授权码) or an app password here instead of "
        "the password of the web mail, and IMAP and SMTP switched on in their settings. It said: %(said)s"
    ),
    "certificate": _("The certificate of %(host)s is not valid for this name: %(why)s. Check the server's name."),
    "tls": _("%(host)s:%(port)s does not speak TLS that way. Ports 993 and 465 want “TLS from the start”, 143 and 587 “STARTTLS”."),
    "no_server": _("There is no server called %(host)s. Check the name, and that this machine reaches the network."),
    "no_answer": _("Nothing answers at %(host)s:%(port)s. Check the port, and that a firewall lets it through."),
    "too_late": _("%(host)s:%(port)s did not answer in time. Often a firewall swallows this port: ask who runs the network."),
    "not_offered": _("%(host)s does not offer what was asked for: %(said)s"),
    "said": _("%(host)s said: %(said)s"),
    "broke": _("The connection to %(host)s:%(port)s broke: %(said)s"),
    "unsure": _("The connection broke while the server was taking this letter: it may have arrived, or not."),
}
_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((LoginError, smtplib.SMTPAuthenticationError), "sign_in"),
    ((ssl.SSLCertVerificationError,), "certificate"),
    ((ssl.SSLError,), "tls"),
    ((socket.gaierror,), "no_server"),
    ((ConnectionRefusedError,), "no_answer"),
    ((TimeoutError,), "too_late"),
    ((smtplib.SMTPNotSupportedError,), "not_offered"),
    ((smtplib.SMTPResponseException, IMAPClientError, smtplib.SMTPException), "said"),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a server, by code; `said` are its own words."""

    code: str
    host: str = ""
    port: int = 0
    said: str = ""

    def words(self) -> str:
        """What it was, and what to do, in one or two sentences."""
        if self.code not in _SENTENCES:
            return gettext(self.said) if self.said else ""
        return str(_SENTENCES[self.code]) % {"host": self.host, "port": self.port, "said": self.said, "why": self.said}

    def stored(self) -> str:
        """As it is kept in a row, at most `LONGEST` characters; `told` reads it."""
        return _MARK.join((self.code, self.host, str(self.port), self.said.replace(_MARK, " ")))[:LONGEST]


def trouble_of(error: BaseException, *, host: str, port: int) -> Trouble:
    """What an error means."""
    if isinstance(error, Refusal):
        return Trouble("refusal", host, port, str(error))
    code = next((code for kinds, code in _KINDS if isinstance(error, kinds)), "broke")
    said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else _said(error)
    return Trouble(code, host, port, said)


def words_of(error: BaseException, *, host: str, port: int) -> str:
    """What went wrong with a server, and what to do, in one or two sentences."""
    return trouble_of(error, host=host, port=port).words()


def told(stored: str) -> str:
    """A stored trouble in the reader's language; what a server or a person wrote stays as it is."""
    code, mark, rest = stored.partition(_MARK)
    host, _mark, rest = rest.partition(_MARK)
    port, last, said = rest.partition(_MARK)
    if not (mark and last):
        return stored
    return Trouble(code, host, int(port) if port.isdigit() else 0, said).words()


def _said(error: BaseException) -> str:
    text: object = getattr(error, "smtp_error", None) or error
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return " ".join(str(text).split())[:LONGEST_SAID] or type(error).__name__
