"""Who wrote: the customer behind an address, made on first sight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from lingting.service.channels.email.parsing import ParsedMail
from lingting.service.channels.email.parsing.kinds import is_nobody
from lingting.service.channels.email.parsing.words import Address
from lingting.service.channels.email.services.incoming import Incoming
from lingting.service.crm.services import Stranger, customers_at

_HAN = re.compile("[\u4e00-\u9fff]")


def writer_of(mail: ParsedMail, *, own_addresses: frozenset[str]) -> Address | None:
    """Who is to be answered: the sender, or Reply-To where the sender is a machine or one of our own addresses."""
    sender = mail.sender
    if sender is None or (mail.reply_to and (is_nobody(sender.address) or sender.address in own_addresses)):
        return mail.reply_to or sender
    return sender


def customers_of(incoming: Sequence[Incoming], *, now: datetime) -> list[int]:
    """The customers who wrote, in their order; new ones with the name and language of their letters."""
    return customers_at([_stranger(each) for each in incoming], now=now) if incoming else []


def _stranger(incoming: Incoming) -> Stranger:
    mail, mailbox, writer = incoming.mail, incoming.arrival.mailbox, incoming.writer
    address, name = (writer.address, writer.name) if writer else ("", "")
    language = language_of(f"{mail.subject} {mail.text}", otherwise=mailbox.language)
    return Stranger("email", address, name or address, language, is_demo=mailbox.is_demo)


def language_of(text: str, *, otherwise: str) -> str:
    """zh-hans where Chinese is written, en where anything else is, the given one for no words at all."""
    sample = text[:2000]
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return otherwise
    return "zh-hans" if len(_HAN.findall(sample)) * 8 > letters else "en"
