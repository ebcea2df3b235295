"""The first thing that happens to a mail: its bytes are stored, once per mailbox, before anyone looks at them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection, transaction

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.models import Mailbox

LARGEST_MAIL = 50 * 1024 * 1024
WAKE_CHANNEL = "lingting_mail"

_STORE = """
    INSERT INTO email_rawmail
        (mailbox_id, sha256, content, size, source, envelope_from, envelope_to, received_at, state, attempts, deaths, reason, detail)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 0, 0, '', '')
    ON CONFLICT (mailbox_id, sha256) DO NOTHING RETURNING id
"""


class MailTooLarge(Refusal):
    """Larger than any mail we take."""

    code = "mail_too_large"
    status = 413


def store_mail(
    mailbox_id: int, *, content: bytes, source: str, now: datetime, envelope_from: str = "", envelope_to: str = ""
) -> int | None:
    """Keeps the bytes of a mail and wakes the readers; None when this mailbox has had exactly these bytes before.

    One insert in one commit: whoever handed the mail over may forget it when this returns. Raises `MailTooLarge`.
    """
    if len(content) > LARGEST_MAIL:
        raise MailTooLarge(f"{len(content)} bytes are more than the {LARGEST_MAIL} a mail may have.")
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [
                mailbox_id, digest, content, len(content), source, _plain(envelope_from), _plain(envelope_to), now,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
        if row:
            transaction.on_commit(wake_readers, robust=True)
    return int(row[0]) if row else None


def wake_readers() -> None:
    """Tells the mail processes that there is something to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])


def mailbox_for(address: str) -> Mailbox | None:
    """The mailbox in use that takes mail for an address: its own, or with +token behind its name."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    if not at:
        return None
    found = Mailbox.objects.filter(address=f"{local}@{domain}", is_active=True).first()
    if found is None and "+" in local:
        found = Mailbox.objects.filter(address=f"{local.partition('+')[0]}@{domain}", is_active=True, takes_plus=True).first()
    return found


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:320]
