"""Trying a mailbox before trusting it: servers, sign-in, folder, IDLE, and what the world thinks of its domain."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.imap import connected
from lingting.service.channels.email.models import Intake, Mailbox
from lingting.service.channels.email.smtp import signed_in
from lingting.service.channels.email.troubles import words_of

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: `state` is ready, warning or breach; the words say what to do where it is not ready."""

    name: str
    state: str
    words: str


def check_mailbox(mailbox: Mailbox, *, with_domain: bool = True) -> list[Finding]:
    """Tries everything a mailbox needs, a few seconds at most each; changes nothing anywhere."""
    found: list[Finding] = []
    if mailbox.intake == Intake.IMAP:
        found += _check_imap(mailbox)
    if mailbox.smtp_host:
        found.append(_check_smtp(mailbox))
    else:
        found.append(Finding(_("Sending"), "warning", _("No SMTP server is given: mail comes in, but nobody can answer it.")))
    if with_domain:
        found.append(_check_spf(mailbox))
    return found


def _check_imap(mailbox: Mailbox) -> list[Finding]:
    name = _("Fetching")
    if not mailbox.imap_host:
        return [Finding(name, "breach", _("Give the name of the IMAP server."))]
    try:
        with connected(mailbox, timeout=TIMEOUT_SECONDS) as client:
            folders = {each[2] for each in client.list_folders()}
            state = client.folder_status(mailbox.folder, ["MESSAGES"]) if mailbox.folder in folders else None
            can_idle = client.has_capability("IDLE")
    except (OSError, IMAPClientError, Refusal, ValueError) as error:
        return [Finding(name, "breach", words_of(error, host=mailbox.imap_host, port=mailbox.imap_port))]
    found = [Finding(name, "ready", _("%(host)s let us in.") % {"host": mailbox.imap_host})]
    if state is None:
        sentence = _("There is no folder “%(folder)s”. Folders here: %(names)s.")
        found.append(
            Finding(_("Folder"), "breach", sentence % {"folder": mailbox.folder, "names": ", ".join(sorted(folders)[:8])})
        )
    else:
        count = state.get(b"MESSAGES", 0)
        sentence = _("“%(folder)s” holds %(count)s mails; all of them come in at first.")
        found.append(Finding(_("Folder"), "ready", sentence % {"folder": mailbox.folder, "count": count}))
    if can_idle:
        found.append(Finding("IDLE", "ready", _("The server calls us when mail comes.")))
    else:
        sentence = _("The server cannot call us: we look every %(seconds)s s.")
        found.append(Finding("IDLE", "warning", sentence % {"seconds": mailbox.poll_seconds}))
    return found


def _check_smtp(mailbox: Mailbox) -> Finding:
    try:
        client = signed_in(mailbox, timeout=TIMEOUT_SECONDS)
        client.quit()
    except (OSError, smtplib.SMTPException, Refusal, ValueError) as error:
        return Finding(_("Sending"), "breach", words_of(error, host=mailbox.smtp_host, port=mailbox.smtp_port))
    return Finding(_("Sending"), "ready", _("%(host)s takes our letters.") % {"host": mailbox.smtp_host})


def _check_spf(mailbox: Mailbox) -> Finding:
    """A hint only: whether the domain says who may send for it."""
    import dns.exception
    import dns.resolver

    domain = mailbox.domain
    try:
        answer = dns.resolver.resolve(domain, "TXT", lifetime=4)
        texts = [b"".join(record.strings).decode("latin-1") for record in answer]
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return Finding("SPF", "warning", _("The records of %(domain)s could not be read from here.") % {"domain": domain})
    spf = next((text for text in texts if text.lower().startswith("v=spf1")), "")
    if not spf:
        sentence = _(
            "%(domain)s has no SPF record: letters may land in the junk folder. Add a TXT record for your sending server."
        )
        return Finding("SPF", "warning", sentence % {"domain": domain})
    return Finding("SPF", "ready", spf[:160])
