"""Failures of mail servers in words that say what to do."""

from __future__ import annotations

import smtplib
import socket
import ssl

from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError, LoginError

from lingting.platform.refusals import Refusal


def words_of(error: BaseException, *, host: str, port: int) -> str:
    """What went wrong with a server, and what to do, in one or two sentences."""
    place = {"host": host, "port": port}
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, LoginError | smtplib.SMTPAuthenticationError):
        return _(
            "%(host)s refused the sign-in. Most providers want an authorisation code (授权码) or an app password here instead of "
            "the password of the web mail, and IMAP and SMTP switched on in their settings. It said: %(said)s"
        ) % (place | {"said": _said(error)})
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The certificate of %(host)s is not valid for this name: %(why)s. Check the server's name.") % (
            place | {"why": error.verify_message}
        )
    if isinstance(error, ssl.SSLError):
        return (
            _(
                "%(host)s:%(port)s does not speak TLS that way. Ports 993 and 465 want “TLS from the start”, 143 and 587 “STARTTLS”."
            )
            % place
        )
    if isinstance(error, socket.gaierror):
        return _("There is no server called %(host)s. Check the name, and that this machine reaches the network.") % place
    if isinstance(error, ConnectionRefusedError):
        return _("Nothing answers at %(host)s:%(port)s. Check the port, and that a firewall lets it through.") % place
    if isinstance(error, TimeoutError | socket.timeout):
        return (
            _("%(host)s:%(port)s did not answer in time. Often a firewall swallows this port: ask who runs the network.") % place
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _("%(host)s does not offer what was asked for: %(said)s") % (place | {"said": _said(error)})
    if isinstance(error, smtplib.SMTPResponseException | IMAPClientError | smtplib.SMTPException):
        return _("%(host)s said: %(said)s") % (place | {"said": _said(error)})
    return _("The connection to %(host)s:%(port)s broke: %(said)s") % (place | {"said": _said(error)})


def _said(error: BaseException) -> str:
    text: object = getattr(error, "smtp_error", None) or error
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return " ".join(str(text).split())[:160] or type(error).__name__
