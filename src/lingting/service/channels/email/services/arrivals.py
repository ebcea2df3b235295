"""A mail that was read becomes what it is: a customer's words in a case, a bounce, an automatic answer, a repetition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from uuid import NAMESPACE_URL, UUID, uuid5

from lingting.kernel.timeline.events import Actor
from lingting.platform.files.models import StoredFile
from lingting.platform.files.refusals import ContradictingType, EmptyFile, TooLarge
from lingting.platform.files.services import clean_name, store_upload
from lingting.service.channels.email.models import Mail, Mailbox, MailKind, MailPart, RawState
from lingting.service.channels.email.parsing import Attached, ParsedMail
from lingting.service.channels.email.parsing.authentication import checked
from lingting.service.channels.email.parsing.headers import is_future
from lingting.service.channels.email.parsing.showing import has_remote_pictures
from lingting.service.channels.email.parsing.words import Address
from lingting.service.channels.email.services.bounces import take_bounce
from lingting.service.channels.email.services.caps import is_flood
from lingting.service.channels.email.services.quarantine import Unreadable
from lingting.service.channels.email.services.threading import Thread, thread_key, thread_of
from lingting.service.channels.email.services.waiting import answer_by_itself, let_wait
from lingting.service.channels.email.services.writers import customer_at, writer_of
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, MessageKind
from lingting.service.desk.services import AddedMessage, add_message, open_case, start_conversation

LONGEST_MESSAGE = 19_800
LONGEST_KEPT_HTML = 1_000_000
LONGEST_QUOTED = 200_000
MOST_FILES = 60
CUT_NOTE = "\n…"


@dataclass(frozen=True)
class Arrival:
    """A stored mail about to be told: which bytes, where they came in, when."""

    raw_id: int
    mailbox: Mailbox
    received_at: datetime
    envelope_to: str
    own_addresses: frozenset[str]
    is_released: bool = False


def take_in(mail: ParsedMail, *, arrival: Arrival, now: datetime) -> str:
    """Makes of a mail what it is, in the caller's transaction; returns the new state of its bytes.

    Raises `Unreadable` for what a person has to look at (no sender, too many at once).
    """
    if _is_repeated(mail, arrival):
        return RawState.REPEATED
    kind = _kind(mail, arrival)
    if kind == MailKind.LOOP:
        _keep(mail, arrival, kind=kind, sender=mail.sender)
        return RawState.DONE
    if kind == MailKind.BOUNCE:
        kept = _keep(mail, arrival, kind=kind, sender=mail.sender)
        take_bounce(kept, nature=mail.nature, now=now)
        return RawState.DONE
    writer = writer_of(mail, own_addresses=arrival.own_addresses)
    if writer is None:
        raise Unreadable("no_sender")
    thread = thread_of(mail, mailbox=arrival.mailbox, addressed=_addressed(mail, arrival), now=now)
    flood = (
        ""
        if arrival.is_released
        else is_flood(writer.address, conversation_id=thread.conversation_id if thread else None, now=now)
    )
    if flood:
        raise Unreadable(f"too_many_{flood}")
    if kind == MailKind.AUTO_REPLY and thread is None:
        _keep(mail, arrival, kind=kind, sender=writer)
        return RawState.DONE
    _tell(mail, arrival=arrival, kind=kind, writer=writer, thread=thread, now=now)
    return RawState.DONE


def _is_repeated(mail: ParsedMail, arrival: Arrival) -> bool:
    """The same letter by another way (a copy, a second server): the same Message-ID and the same content."""
    if not mail.message_id:
        return False
    known = Mail.objects.filter(identifier=mail.message_id, mailbox=arrival.mailbox, body_hash=mail.body_hash)
    return known.exists()


def _kind(mail: ParsedMail, arrival: Arrival) -> str:
    sender = mail.sender.address if mail.sender else ""
    if mail.nature.kind == "bounce":
        return MailKind.BOUNCE
    if mail.loop_marks and (sender in arrival.own_addresses or mail.message_id.startswith("lt.")):
        return MailKind.LOOP
    return MailKind.AUTO_REPLY if mail.nature.kind == "auto" and not arrival.is_released else MailKind.LETTER


def _addressed(mail: ParsedMail, arrival: Arrival) -> list[str]:
    named = [arrival.envelope_to.lower()] if arrival.envelope_to else []
    return named + [person.address for person in (*mail.delivered_to, *mail.to, *mail.cc)]


def _tell(mail: ParsedMail, *, arrival: Arrival, kind: str, writer: Address, thread: Thread | None, now: datetime) -> None:
    """Says it in its case: the customer's own words, or a small line for an automatic answer."""
    heard_at = min(arrival.received_at, now)
    customer = customer_at(writer, text=f"{mail.subject} {mail.text}", mailbox=arrival.mailbox, now=heard_at)
    actor = Actor("customer", customer.pk, writer.name or writer.address)
    conversation_id, case_id, is_new = _place(mail, arrival=arrival, customer=customer, thread=thread, actor=actor, now=heard_at)
    files, too_large = _store_files(mail.attachments[:MOST_FILES], mailbox=arrival.mailbox, now=now)
    added = _say(
        mail, conversation_id=conversation_id, kind=kind, actor=actor, files=files, client_key=_key(arrival), now=heard_at
    )
    kept = _keep(
        mail, arrival, kind=kind, sender=writer, conversation_id=conversation_id, message_id=added.id, too_large=too_large
    )
    _store_pictures(mail, kept, now=now)
    if kind == MailKind.LETTER:
        let_wait(conversation_id, case_id=case_id, actor=actor, now=now)
        if is_new and mail.nature.may_answer:
            answer_by_itself(case_id, conversation_id=conversation_id, mailbox=arrival.mailbox, mail=kept, now=now)


def _place(
    mail: ParsedMail, *, arrival: Arrival, customer: Customer, thread: Thread | None, actor: Actor, now: datetime
) -> tuple[int, int, bool]:
    """The conversation and case it belongs to, and whether they are new."""
    if thread is not None and thread.conversation_id is not None:
        return thread.conversation_id, thread.case_id, False
    mailbox = arrival.mailbox
    if thread is None:
        case: Case = open_case(
            customer.pk, queue_id=mailbox.queue_id, channel="mail", actor=actor, now=now, subject=mail.subject[:200],
            type_id=mailbox.case_type_id, priority=mailbox.priority, is_demo=mailbox.is_demo,
        )  # fmt: skip
        case_id = case.pk
    else:
        case_id = thread.case_id
    return start_conversation(case_id, channel="mail", now=now).pk, case_id, thread is None


def _key(arrival: Arrival) -> UUID:
    """The message's own key: these bytes never make a second message in a conversation."""
    return uuid5(NAMESPACE_URL, f"lingting:raw-mail:{arrival.raw_id}")


def _say(
    mail: ParsedMail, *, conversation_id: int, kind: str, actor: Actor, files: Sequence[int], client_key: UUID, now: datetime
) -> AddedMessage:
    text = mail.text
    if len(text) > LONGEST_MESSAGE:
        text = text[:LONGEST_MESSAGE] + CUT_NOTE
    data: dict[str, object] = {"extra": "mail"}
    message_kind = MessageKind.CUSTOMER
    if kind == MailKind.AUTO_REPLY:
        message_kind = MessageKind.SYSTEM
        data |= {"code": "mail_auto_reply", "params": {"name": actor.label[:80], "text": " ".join(text.split())[:300]}}
        text = ""
    return add_message(
        conversation_id, kind=message_kind, text=text, actor=actor, now=now, client_key=client_key, attachment_ids=files,
        data=data,
    )  # fmt: skip


def _store_files(files: Sequence[Attached], *, mailbox: Mailbox, now: datetime) -> tuple[list[int], list[str]]:
    """Ids of the stored files, and the names of those too large to be kept apart (they stay in the original)."""
    ids, too_large = [], []
    for file in files:
        try:
            ids.append(_stored(file, mailbox=mailbox, now=now).pk)
        except EmptyFile:
            continue
        except TooLarge:
            too_large.append(clean_name(file.name))
    return ids, too_large


def _stored(file: Attached, *, mailbox: Mailbox, now: datetime) -> StoredFile:
    try:
        return _uploaded(file.content, name=file.name, mailbox=mailbox, now=now)
    except ContradictingType:
        # Its name lies about its content: kept under a name that claims nothing, so that no program opens it by it.
        return _uploaded(file.content, name=f"{file.name[:190]}.bin", mailbox=mailbox, now=now)


def _uploaded(content: bytes, *, name: str, mailbox: Mailbox, now: datetime) -> StoredFile:
    return store_upload(BytesIO(content), name=name, actor_kind="mail", actor_id=str(mailbox.pk), now=now)


def _store_pictures(mail: ParsedMail, kept: Mail, *, now: datetime) -> None:
    for picture in mail.inline[:MOST_FILES]:
        try:
            stored = _stored(picture, mailbox=kept.mailbox, now=now)
        except (EmptyFile, TooLarge):
            continue
        MailPart.objects.create(mail=kept, content_id=picture.content_id, file=stored)


def _keep(
    mail: ParsedMail,
    arrival: Arrival,
    *,
    kind: str,
    sender: Address | None,
    conversation_id: int | None = None,
    message_id: int | None = None,
    too_large: Sequence[str] = (),
) -> Mail:
    marks: dict[str, object] = dict(mail.marks)
    if too_large:
        marks["too_large"] = list(too_large)
    if mail.calendar:
        marks["calendar"] = [asdict(card) for card in mail.calendar]
    if has_remote_pictures(mail.html):
        marks["remote"] = True
    if mail.nature.is_bulk:
        marks["bulk"] = True
    sent_at = mail.sent_at if mail.sent_at and not is_future(mail.sent_at, now=arrival.received_at) else None
    return Mail.objects.create(
        raw_id=arrival.raw_id,
        mailbox=arrival.mailbox,
        kind=kind,
        conversation_id=conversation_id,
        message_id=message_id,
        identifier=mail.message_id,
        from_address=sender.address if sender else "",
        from_name=sender.name if sender else "",
        reply_to=mail.reply_to.address if mail.reply_to else "",
        to=[str(person)[:600] for person in mail.to],
        cc=[str(person)[:600] for person in mail.cc],
        subject=mail.subject,
        thread_key=thread_key(mail.subject),
        body_hash=mail.body_hash,
        sent_at=sent_at,
        quoted=mail.quoted[:LONGEST_QUOTED],
        html=mail.html[:LONGEST_KEPT_HTML],
        checks=checked(mail.authentication, authserv_id=arrival.mailbox.authserv_id),
        marks=marks,
    )
