"""Trying a mailbox before trusting it: servers, sign-in, folder, IDLE, and what the world thinks of its domain."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.dkim_keys import can_sign, compare_key
from lingting.service.channels.email.dns_records import Lookup, RecordsUnreadable, txt_records
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
        found += check_domain(mailbox)
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


def check_domain(mailbox: Mailbox, *, lookup: Lookup = txt_records) -> list[Finding]:
    """What the world can read about our domain: who may send for it, which key signs, what to do with the rest."""
    return [_check_spf(mailbox.domain, lookup), *_check_dkim(mailbox, lookup), _check_dmarc(mailbox.domain, lookup)]


def _check_spf(domain: str, lookup: Lookup) -> Finding:
    """A hint only: whether the domain says who may send for it."""
    try:
        texts = lookup(domain)
    except RecordsUnreadable:
        return Finding("SPF", "warning", _unread(domain))
    spf = next((text for text in texts if text.lower().startswith("v=spf1")), "")
    if not spf:
        sentence = _(
            "%(domain)s has no SPF record: letters may land in the junk folder. Add a TXT record for your sending server."
        )
        return Finding("SPF", "warning", sentence % {"domain": domain})
    return Finding("SPF", "ready", spf[:160])


def _check_dkim(mailbox: Mailbox, lookup: Lookup) -> list[Finding]:
    """Whether our signature can be checked by whoever gets a letter; nothing where the mailbox does not sign."""
    if not can_sign(mailbox):
        return []
    try:
        match = compare_key(mailbox, lookup=lookup)
    except RecordsUnreadable:
        return [Finding("DKIM", "warning", _unread(f"{mailbox.dkim_selector}._domainkey.{mailbox.dkim_domain}"))]
    except (Refusal, ValueError, TypeError) as error:
        words = str(error) if isinstance(error, Refusal) else _("The DKIM key cannot be read. Make a new one or enter it again.")
        return [Finding("DKIM", "breach", words)]
    if match.state == "matches":
        sentence = _("The key in the domain's records is ours: receivers can check our signature (%(name)s).")
        return [Finding("DKIM", "ready", sentence % {"name": match.record.name})]
    sentence = {
        "absent": _("We sign letters, but %(name)s has no TXT record yet: the signature counts for nothing. Add the record below."),
        "revoked": _("The record at %(name)s is empty, which revokes the key: signed letters are refused. Put our key there."),
    }.get(match.state, _("The record at %(name)s holds another key: our signature fails. Replace it, or use another selector."))
    return [Finding("DKIM", "warning" if match.state == "absent" else "breach", sentence % {"name": match.record.name})]


def _check_dmarc(domain: str, lookup: Lookup) -> Finding:
    """Subdomains follow the record of the domain above them."""
    names = [domain, *([domain.partition(".")[2]] if domain.count(".") > 1 else [])]
    try:
        texts = [text for name in names for text in lookup(f"_dmarc.{name}")]
    except RecordsUnreadable:
        return Finding("DMARC", "warning", _unread(f"_dmarc.{domain}"))
    dmarc = next((text for text in texts if text.lower().startswith("v=dmarc1")), "")
    if not dmarc:
        sentence = _(
            "%(domain)s has no DMARC record: some receivers trust its letters less. "
            "Begin with the TXT record “v=DMARC1; p=none” at _dmarc.%(domain)s."
        )
        return Finding("DMARC", "warning", sentence % {"domain": domain})
    return Finding("DMARC", "ready", dmarc[:160])


def _unread(name: str) -> str:
    return _("The records of %(domain)s could not be read from here.") % {"domain": name}
