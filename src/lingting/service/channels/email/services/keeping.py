"""What is kept of a mail beside its words: the facts of its envelope, its files, the pictures in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from io import BytesIO

from lingting.platform.database.inserting import insert_many, new_row
from lingting.platform.files.models import StoredFile
from lingting.platform.files.refusals import ContradictingType, EmptyFile, TooLarge
from lingting.platform.files.services import clean_name, store_upload
from lingting.service.channels.email.models import Mail, Mailbox, MailPart
from lingting.service.channels.email.parsing import Attached
from lingting.service.channels.email.parsing.authentication import checked
from lingting.service.channels.email.parsing.headers import is_future
from lingting.service.channels.email.parsing.showing import has_remote_pictures
from lingting.service.channels.email.services.incoming import Incoming
from lingting.service.channels.email.services.threading import thread_key

LONGEST_KEPT_HTML = 1_000_000
LONGEST_QUOTED = 200_000
MOST_FILES = 60


def keep(incoming: Sequence[Incoming]) -> list[Mail]:
    """Writes down what the mails are and where they stand, in their order."""
    mails = [_mail(each) for each in incoming]
    insert_many(mails)
    return mails


def store_files(incoming: Incoming, *, now: datetime) -> None:
    """Stores what is attached; notes the names of what is too large to be kept apart (it stays in the original)."""
    for file in incoming.mail.attachments[:MOST_FILES]:
        try:
            incoming.file_ids.append(_stored(file, mailbox=incoming.arrival.mailbox, now=now).pk)
        except EmptyFile:
            continue
        except TooLarge:
            incoming.too_large.append(clean_name(file.name))


def store_pictures(incoming: Sequence[Incoming], *, mails: Sequence[Mail], now: datetime) -> None:
    """Stores the pictures that texts show, beside the mails they came in; only those that were told."""
    parts = []
    for each, mail in zip(incoming, mails, strict=True):
        for picture in each.mail.inline[: MOST_FILES if each.message_id else 0]:
            try:
                stored = _stored(picture, mailbox=each.arrival.mailbox, now=now)
            except (EmptyFile, TooLarge):
                continue
            parts.append(MailPart(mail=mail, content_id=picture.content_id, file=stored))
    insert_many(parts)


def _stored(file: Attached, *, mailbox: Mailbox, now: datetime) -> StoredFile:
    try:
        return _uploaded(file.content, name=file.name, mailbox=mailbox, now=now)
    except ContradictingType:
        # Its name lies about its content: kept under a name that claims nothing, so that no program opens it by it.
        return _uploaded(file.content, name=f"{file.name[:190]}.bin", mailbox=mailbox, now=now)


def _uploaded(content: bytes, *, name: str, mailbox: Mailbox, now: datetime) -> StoredFile:
    return store_upload(BytesIO(content), name=name, actor_kind="mail", actor_id=str(mailbox.pk), now=now)


def _mail(incoming: Incoming) -> Mail:
    arrival, mail, sender = incoming.arrival, incoming.mail, incoming.writer
    sent_at = mail.sent_at if mail.sent_at and not is_future(mail.sent_at, now=arrival.received_at) else None
    values = {
        "raw_id": arrival.raw_id,
        "mailbox_id": arrival.mailbox.pk,
        "kind": incoming.kind,
        "conversation_id": incoming.conversation_id or None,
        "message_id": incoming.message_id or None,
        "identifier": mail.message_id,
        "from_address": sender.address if sender else "",
        "from_name": sender.name if sender else "",
        "reply_to": mail.reply_to.address if mail.reply_to else "",
        "to": [str(person)[:600] for person in mail.to],
        "cc": [str(person)[:600] for person in mail.cc],
        "subject": mail.subject,
        "thread_key": thread_key(mail.subject),
        "body_hash": mail.body_hash,
        "sent_at": sent_at,
        "quoted": mail.quoted[:LONGEST_QUOTED],
        "html": mail.html[:LONGEST_KEPT_HTML],
        "checks": checked(mail.authentication, authserv_id=arrival.mailbox.authserv_id),
        "marks": _marks(incoming),
    }
    return new_row(Mail, values)


def _marks(incoming: Incoming) -> dict[str, object]:
    mail = incoming.mail
    marks: dict[str, object] = dict(mail.marks)
    if incoming.too_large:
        marks["too_large"] = list(incoming.too_large)
    if mail.calendar:
        marks["calendar"] = [asdict(card) for card in mail.calendar]
    if has_remote_pictures(mail.html):
        marks["remote"] = True
    if mail.nature.is_bulk:
        marks["bulk"] = True
    return marks
