"""How the mailboxes in use are, for the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import override

from lingting.service.channels.email.checking import Finding, check_mailbox
from lingting.service.channels.email.models import Mailbox


@dataclass(frozen=True)
class MailboxHealth:
    """A mailbox and what was found out about it, in English words."""

    address: str
    findings: list[Finding]

    @property
    def is_ok(self) -> bool:
        return all(finding.state != "breach" for finding in self.findings)


def mailbox_health() -> Iterator[MailboxHealth]:
    """Tries every mailbox in use; a few seconds each where a server does not answer."""
    with override("en"):
        for mailbox in Mailbox.objects.filter(is_active=True):
            yield MailboxHealth(mailbox.address, check_mailbox(mailbox))
