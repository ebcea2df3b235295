"""The first thing that happens to mails: their bytes are stored, once per mailbox, before anyone looks at them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from lingting.platform.database.binding import bound_cursor
from lingting.platform.refusals import Refusal
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.services.waking import Part, wake

LARGEST_MAIL = 50 * 1024 * 1024

_STORE = """
    INSERT INTO email_rawmail
        (mailbox_id, sha256, content, size, source, envelope_from, envelope_to, received_at, state, attempts, deaths, reason, detail)
    SELECT mailbox_id, sha256, content, octet_length(content), source, sender, recipient, %s, 'waiting', 0, 0, '', ''
    FROM unnest(%s::bigint[], %s::text[], %b::bytea[], %s::text[], %s::text[], %s::text[])
        WITH ORDINALITY AS handed(mailbox_id, sha256, content, source, sender, recipient, place)
    ORDER BY place
    ON CONFLICT (mailbox_id, sha256) DO NOTHING RETURNING mailbox_id, sha256, id
"""


class MailTooLarge(Refusal):
    """Larger than any mail we take."""

    code = "mail_too_large"
    status = 413


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail as it was handed over or fetched (`source`: lmtp, smtp, imap), with the envelope where there was one."""

    mailbox_id: int
    content: bytes
    source: str
    envelope_from: str = ""
    envelope_to: str = ""


def store_mail(
    mailbox_id: int, *, content: bytes, source: str, now: datetime, envelope_from: str = "", envelope_to: str = ""
) -> int | None:
    """Keeps the bytes of a mail and wakes the readers; None when this mailbox has had exactly these bytes before.

    Whoever handed the mail over may forget it when this returns. Raises `MailTooLarge`.
    """
    return store_mails([Handed(mailbox_id, content, source, envelope_from, envelope_to)], now=now)[0]


def store_mails(mails: Sequence[Handed], *, now: datetime) -> list[int | None]:
    """The same for many: one insert, one commit for all. Raises `MailTooLarge`, then nothing is stored."""
    for mail in mails:
        if len(mail.content) > LARGEST_MAIL:
            raise MailTooLarge(f"{len(mail.content)} bytes are more than the {LARGEST_MAIL} a mail may have.")
    keys = [(mail.mailbox_id, hashlib.sha256(mail.content).hexdigest()) for mail in mails]
    with bound_cursor(connection) as cursor:
        cursor.execute(
            _STORE,
            [
                now, [box for box, _digest in keys], [digest for _box, digest in keys], [mail.content for mail in mails],
                [mail.source for mail in mails], [_plain(mail.envelope_from) for mail in mails],
                [_plain(mail.envelope_to) for mail in mails],
            ],
        )  # fmt: skip
        stored = {(box, digest): pk for box, digest, pk in cursor.fetchall()}
    if stored:
        wake(Part.READER)
    return [stored.pop(key, None) for key in keys]


@dataclass(frozen=True, slots=True)
class Taken:
    """A mailbox in use: its id, and whether it takes mail for name+token too."""

    mailbox_id: int
    takes_plus: bool


def mailboxes_in_use() -> dict[str, Taken]:
    """The addresses at which mail is taken."""
    rows = Mailbox.objects.filter(is_active=True).values_list("address", "pk", "takes_plus")
    return {address.lower(): Taken(pk, takes_plus) for address, pk, takes_plus in rows}


def mailbox_for(address: str, *, among: Mapping[str, Taken]) -> int | None:
    """The mailbox that takes mail for an address: its own, or with +token behind its name."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    found = among.get(f"{local}@{domain}") if at else None
    if found is None and at and "+" in local:
        found = among.get(f"{local.partition('+')[0]}@{domain}")
        found = found if found and found.takes_plus else None
    return found.mailbox_id if found else None


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:320]
