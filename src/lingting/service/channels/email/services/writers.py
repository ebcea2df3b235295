"""Who wrote: the customer behind an address, made on first sight."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.parsing import ParsedMail
from lingting.service.channels.email.parsing.kinds import is_nobody
from lingting.service.channels.email.parsing.words import Address
from lingting.service.crm.models import Customer
from lingting.service.crm.services import BadContactPoint, ContactPointTaken, add_contact_point, create_customer, owner_of

LONGEST_NAME = 120


def writer_of(mail: ParsedMail, *, own_addresses: frozenset[str]) -> Address | None:
    """Who is to be answered: the sender, or Reply-To where the sender is a machine or one of our own addresses."""
    sender = mail.sender
    if sender is None or (mail.reply_to and (is_nobody(sender.address) or sender.address in own_addresses)):
        return mail.reply_to or sender
    return sender


def customer_at(writer: Address, *, text: str, mailbox: Mailbox, now: datetime) -> Customer:
    """The customer reached at an address, merges followed; a new one with the name and language of the letter."""
    found = owner_of("email", writer.address)
    if found is not None:
        return found
    try:
        return _made(writer, text=text, mailbox=mailbox, now=now)
    except ContactPointTaken as taken:
        # Another process met the same new address a moment before.
        return Customer.objects.get(pk=int(str(taken.details["customer_id"])))


@transaction.atomic
def _made(writer: Address, *, text: str, mailbox: Mailbox, now: datetime) -> Customer:
    name = (writer.name or writer.address)[:LONGEST_NAME]
    customer = create_customer(
        name, actor=Actor("customer", None, name), now=now, language=language_of(text, otherwise=mailbox.language),
        is_demo=mailbox.is_demo,
    )  # fmt: skip
    # An address that mail allows and the customer file does not: the case still gets its writer by name.
    with suppress(BadContactPoint):
        add_contact_point(customer, kind="email", value=writer.address, now=now)
    return customer


def language_of(text: str, *, otherwise: str) -> str:
    """zh-hans where Chinese is written, en where anything else is, the given one for no words at all."""
    letters = [character for character in text[:2000] if character.isalpha()]
    if not letters:
        return otherwise
    han = sum(1 for character in letters if "\u4e00" <= character <= "\u9fff")
    return "zh-hans" if han * 8 > len(letters) else "en"
