"""Failures of mail servers in words that say what to do: kept as a code with its facts, said in the reader's language."""

from __future__ import annotations

import re
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
    "too_late": _(
        "%(host)s:%(port)s did not answer in time. Either a firewall swallows this port (ask who runs the network), "
        "or it wants another protection: 993 and 465 want “TLS from the start”."
    ),
    "no_starttls": _(
        "%(host)s:%(port)s offers no STARTTLS. Choose “TLS from the start” with port 993 for fetching or 465 for sending."
    ),
    "wants_tls": _("%(host)s:%(port)s takes a password only over a protected connection. Choose “TLS from the start” or “STARTTLS”."),
    "other_service": _(
        "Another kind of server answers at %(host)s:%(port)s. Fetching (IMAP) is usually at 993 or 143, sending (SMTP) at 465 or 587."
    ),
    "not_offered": _("%(host)s does not offer what was asked for: %(said)s"),
    "said": _("%(host)s said: %(said)s"),
    "broke": _("The connection to %(host)s:%(port)s broke: %(said)s"),
    "unsure": _("The connection broke while the server was taking this letter: it may have arrived, or not."),
}
_REFUSED: dict[str, str | Promise] = {
    "fields_missing": _("It was to close the case, but fields that closing needs are empty. Fill them in and send it again."),
    "complaint_still_open": _(
        "It was to close the case, but the complaint is not finished. Finish it, or send the letter without closing."
    ),
    "case_is_closed": _("The case has been closed in the meantime. Open it again and send the letter once more."),
    "conversation_is_over": _("The exchange it belongs to has ended. Write it anew in the case."),
    "case_not_found": _("Its case is not there any more."),
    "token_refused": _("The provider lets us in no more (OAuth 2.0). Sign in there again on the mailbox's page. It said: %(said)s"),
    "secret_unreadable": _("The stored password cannot be read: the centre's SECRET_KEY has changed. Enter the password again."),
}
_BOUNCED: dict[str, str | Promise] = {
    "no_such_address": _("This address does not exist"),
    "mailbox_off": _("This mailbox does not take mail any more"),
    "mailbox_full": _("This mailbox is full"),
    "no_way": _("No server can be reached for this address"),
    "unwanted": _("The other side does not want our letters"),
    "came_back": _("Our letter came back"),
}
_STATUSES = (
    ("5.1.", "no_such_address"), ("5.2.1", "mailbox_off"), ("5.2.2", "mailbox_full"), ("5.4.", "no_way"), ("5.7.", "unwanted"),
)  # fmt: skip
_VAGUE = ("sign_in", "not_offered", "said")
_SIGNS = (
    ("PRIVACYREQUIRED", "wants_tls"), ("AUTH extension not supported", "wants_tls"), ("issue a STARTTLS", "wants_tls"),
    ("not support STARTTLS", "no_starttls"), ("STARTTLS extension not supported", "no_starttls"),
    ("unexpected response", "other_service"),
)  # fmt: skip
_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
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
    """What went wrong with a server, by code; `said` are its own words. Of a refusal `host` is the code it has."""

    code: str
    host: str = ""
    port: int = 0
    said: str = ""

    def words(self) -> str:
        """What it was, and what to do, in one or two sentences."""
        if self.code in _BOUNCED:
            what = str(_BOUNCED[self.code])
            return gettext("%(what)s (%(said)s)") % {"what": what, "said": self.said} if self.said else what
        if self.code == "refusal" and self.host in _REFUSED:
            return str(_REFUSED[self.host]) % {"said": self.said}
        if self.code not in _SENTENCES:
            return gettext(self.said) if self.said else ""
        return str(_SENTENCES[self.code]) % {"host": self.host, "port": self.port, "said": self.said, "why": self.said}

    def stored(self) -> str:
        """As it is kept in a row, at most `LONGEST` characters; `told` reads it."""
        return _MARK.join((self.code, self.host, str(self.port), self.said.replace(_MARK, " ")))[:LONGEST]


def trouble_of(error: BaseException, *, host: str, port: int) -> Trouble:
    """What an error means."""
    if isinstance(error, Refusal):
        return Trouble("refusal", error.code, 0, str(error.details.get("reason", error)))
    said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else _said(error)
    return Trouble(_code_of(error, said), host, port, said)


def _code_of(error: BaseException, said: str) -> str:
    """By the kind of error; where that leaves open what to do, by how it was worded."""
    code = next((code for kinds, code in _KINDS if isinstance(error, kinds)), "broke")
    if code not in _VAGUE:
        return code
    if isinstance(error, smtplib.SMTPConnectError) and error.smtp_code == -1:  # its greeting was no number
        return "other_service"
    return next((closer for sign, closer in _SIGNS if sign in said), code)


def bounce_of(said: str) -> Trouble:
    """Why a letter came back, by the enhanced status code (RFC 3463) in what the other side said."""
    found = _STATUS.search(said)
    status = found[0] if found else ""
    return Trouble(next((code for start, code in _STATUSES if status.startswith(start)), "came_back"), said=said)


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
    words = " ".join(str(text).split())
    if words[:2] in ("b'", 'b"'):  # imaplib says bytes as Python writes them
        words = words[2:-1]
    return words[:LONGEST_SAID] or type(error).__name__
