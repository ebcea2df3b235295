"""How the mailboxes in use are, for the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from lingting.service.channels.email.checking import check_mailbox
from lingting.service.channels.email.models import Mailbox


@dataclass(frozen=True)
class MailboxHealth:
    """One thing that was tried of a mailbox: which, what was found, and where to mend it (empty where it works)."""

    name: str
    is_ok: bool
    words: str
    advice: str = ""


def mailbox_health(*, language: str = "en") -> Iterator[MailboxHealth]:
    """Tries every mailbox in use, said in a language; a few seconds each where a server does not answer."""
    with override(language):
        for mailbox in Mailbox.objects.filter(is_active=True).order_by("id"):
            mend = _("Mend it under Settings, Mailboxes, %(address)s; “Test the connection” there tries it again.")
            for finding in check_mailbox(mailbox):
                is_ok = finding.state != "breach"
                advice = "" if is_ok else mend % {"address": mailbox.address}
                yield MailboxHealth(f"{mailbox.address}, {finding.name}", is_ok, finding.words, advice)
