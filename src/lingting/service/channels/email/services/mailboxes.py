"""Setting up mailboxes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.channels.email.dkim_keys import SELECTOR, new_key
from lingting.service.channels.email.events import MailboxChanged
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.services.waking import Part, wake
from lingting.service.channels.email.vault import locked


@transaction.atomic
def save_mailbox(mailbox: Mailbox, *, actor: Actor, now: datetime) -> Mailbox:
    """Keeps a mailbox; the mail process follows within seconds. Another folder or server starts from its beginning.

    What was fetched before is recognised by its bytes.
    """
    before = Mailbox.objects.filter(pk=mailbox.pk).first() if mailbox.pk else None
    if before and (before.imap_host, before.folder, before.user, before.address) != (
        mailbox.imap_host, mailbox.folder, mailbox.user, mailbox.address,
    ):  # fmt: skip
        mailbox.uid_validity, mailbox.uid_next = None, 1
    mailbox.changed_at = now
    mailbox.trouble, mailbox.send_trouble, mailbox.trouble_since_at = "", "", None
    mailbox.save()
    record(MailboxChanged(mailbox_id=mailbox.pk, address=mailbox.address), actor=actor, now=now)
    wake(Part.KEEPER)
    return mailbox


@transaction.atomic
def make_dkim_key(mailbox_id: int, *, actor: Actor, now: datetime) -> Mailbox:
    """A fresh signing key for a mailbox, under a selector of its own; letters are signed with it from now on."""
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox_id)
    mailbox.dkim_domain = mailbox.dkim_domain or mailbox.domain
    mailbox.dkim_selector = f"{SELECTOR}{now:%y%m}"
    mailbox.dkim_key = locked(new_key())
    return save_mailbox(mailbox, actor=actor, now=now)


@transaction.atomic
def keep_permission(mailbox_id: int, *, refresh_token: str, actor: Actor, now: datetime) -> Mailbox:
    """The lasting permission that a person gave at the provider; the mailbox connects with it within seconds."""
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox_id)
    mailbox.oauth_refresh_token = locked(refresh_token)
    return save_mailbox(mailbox, actor=actor, now=now)
