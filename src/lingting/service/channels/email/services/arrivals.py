"""Mails that were read become what they are: customers' words in cases, bounces, automatic answers, repetitions.

Many at once, step by step, each step by a handful of statements however many mails; a single mail is a batch of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.models import Mail, MailKind, RawState
from lingting.service.channels.email.parsing import ParsedMail
from lingting.service.channels.email.services.acknowledging import acknowledge_all
from lingting.service.channels.email.services.bounces import take_bounce
from lingting.service.channels.email.services.caps import floods
from lingting.service.channels.email.services.incoming import Arrival, Incoming
from lingting.service.channels.email.services.keeping import keep, store_files, store_pictures
from lingting.service.channels.email.services.threading import threads_of
from lingting.service.channels.email.services.waiting import let_wait
from lingting.service.channels.email.services.writers import customers_of, writer_of
from lingting.service.desk.models import MessageKind
from lingting.service.desk.services import NewCase, NewMessage, add_messages, open_cases, start_conversations

LONGEST_MESSAGE = 19_800
CUT_NOTE = "\n…"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mail: the new state of its bytes and, where a person has to look at it, why (see `quarantine`)."""

    state: str
    reason: str = ""
    detail: str = ""


def take_in(arrivals: Sequence[Arrival], *, now: datetime) -> dict[int, Verdict]:
    """Makes of mails what they are, in the caller's transaction; a verdict for each, by the id of its bytes.

    They must have nothing to do with one another (`rounds`). Raises `Refusal` where the desk refuses one of them.
    """
    repeated = _repeated(arrivals)
    verdicts = {each.raw_id: Verdict(RawState.REPEATED) for each in repeated}
    incoming = [_sorted(each, now=now) for each in arrivals if each.raw_id not in verdicts]
    told = [each for each in incoming if each.kind in (MailKind.LETTER, MailKind.AUTO_REPLY)]
    threads = threads_of([each.arrival for each in told], now=now)
    for each in told:
        each.thread = threads.get(each.arrival.raw_id)
    held = _held(told, now=now)
    verdicts |= held
    told = [each for each in told if each.arrival.raw_id not in held and (each.thread or each.kind == MailKind.LETTER)]
    _tell(told, now=now)
    kept = [each for each in incoming if each.arrival.raw_id not in held]
    mails = keep(kept)
    _follow(kept, mails=mails, now=now)
    return verdicts | {each.arrival.raw_id: Verdict(RawState.DONE) for each in kept}


def _repeated(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The same letter by another way (a copy, a second server): the same Message-ID and the same content."""
    named = [each for each in arrivals if each.mail.message_id]
    if not named:
        return []
    known = Mail.objects.filter(identifier__in=[each.mail.message_id for each in named])
    found = set(known.values_list("mailbox_id", "identifier", "body_hash"))
    return [each for each in named if (each.mailbox.pk, each.mail.message_id, each.mail.body_hash) in found]


def _sorted(arrival: Arrival, *, now: datetime) -> Incoming:
    kind = _kind(arrival)
    is_said = kind in (MailKind.LETTER, MailKind.AUTO_REPLY)
    writer = writer_of(arrival.mail, own_addresses=arrival.own_addresses) if is_said else arrival.mail.sender
    return Incoming(arrival, kind, writer, heard_at=min(arrival.received_at, now))


def _kind(arrival: Arrival) -> str:
    mail = arrival.mail
    sender = mail.sender.address if mail.sender else ""
    if mail.nature.kind == "bounce":
        return MailKind.BOUNCE
    if mail.loop_marks and (sender in arrival.own_addresses or mail.message_id.startswith("lt.")):
        return MailKind.LOOP
    return MailKind.AUTO_REPLY if mail.nature.kind == "auto" and not arrival.is_released else MailKind.LETTER


def _held(told: Sequence[Incoming], *, now: datetime) -> dict[int, Verdict]:
    """Mails that a person has to look at: without a writer, or too many at once."""
    held = {each.arrival.raw_id: Verdict(RawState.QUARANTINED, "no_sender") for each in told if each.writer is None}
    checked = [each for each in told if each.writer and not each.arrival.is_released]
    for raw_id, kind in floods(checked, now=now).items():
        held[raw_id] = Verdict(RawState.QUARANTINED, f"too_many_{kind}")
    return held


def _tell(told: Sequence[Incoming], *, now: datetime) -> None:
    """Says them in their cases: the customers' own words, or a small line for an automatic answer."""
    for each in told:
        store_files(each, now=now)
    for each, customer_id in zip(told, customers_of(told, now=now), strict=True):
        each.customer_id = customer_id
    _place(told, now=now)
    outcomes = add_messages([_message(each) for each in told], now=now) if told else []
    for each, outcome in zip(told, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            raise outcome
        each.message_id = outcome.id


def _place(told: Sequence[Incoming], *, now: datetime) -> None:
    """Gives each its case and conversation: those of its thread, or new ones."""
    new = [each for each in told if each.thread is None]
    for each, case in zip(new, open_cases([_case(each) for each in new], now=now), strict=True):
        each.case_id, each.is_new = case.pk, True
    for each in told:
        if each.thread is not None:
            each.case_id, each.conversation_id = each.thread.case_id, each.thread.conversation_id or 0
    silent = {each.case_id: each.heard_at for each in told if not each.conversation_id}
    talks = {talk.case_id: talk.pk for talk in start_conversations(silent, channel="mail")}
    for each in told:
        each.conversation_id = each.conversation_id or talks[each.case_id]


def _case(incoming: Incoming) -> NewCase:
    mailbox = incoming.arrival.mailbox
    return NewCase(
        customer_id=incoming.customer_id, queue_id=mailbox.queue_id, channel="mail", actor=incoming.actor,
        opened_at=incoming.heard_at, subject=incoming.mail.subject[:200], type_id=mailbox.case_type_id,
        priority=mailbox.priority, is_demo=mailbox.is_demo,
    )  # fmt: skip


def _message(incoming: Incoming) -> NewMessage:
    kind, text = MessageKind.CUSTOMER, _words(incoming.mail)
    data: dict[str, object] = {"extra": "mail"}
    if incoming.kind == MailKind.AUTO_REPLY:
        kind, text, data = MessageKind.SYSTEM, "", data | _line(incoming)
    return NewMessage(
        incoming.conversation_id, kind.value, text, incoming.actor, _key(incoming.arrival.raw_id), incoming.file_ids, data,
        said_at=incoming.heard_at,
    )  # fmt: skip


def _words(mail: ParsedMail) -> str:
    return mail.text if len(mail.text) <= LONGEST_MESSAGE else mail.text[:LONGEST_MESSAGE] + CUT_NOTE


def _line(incoming: Incoming) -> dict[str, object]:
    """What a small line says of an automatic answer."""
    words = " ".join(_words(incoming.mail).split())[:300]
    return {"code": "mail_auto_reply", "params": {"name": incoming.actor.label[:80], "text": words}}


def _key(raw_id: int) -> UUID:
    """The message's own key: these bytes never make a second message in a conversation."""
    return uuid5(NAMESPACE_URL, f"lingting:raw-mail:{raw_id}")


def _follow(kept: Sequence[Incoming], *, mails: Sequence[Mail], now: datetime) -> None:
    """What comes of mails that are kept: pictures are stored, bounces noted, letters wait for their answer."""
    store_pictures(kept, mails=mails, now=now)
    for each, mail in zip(kept, mails, strict=True):
        if each.kind == MailKind.BOUNCE:
            take_bounce(mail, nature=each.mail.nature, now=now)
    letters = [each for each in kept if each.kind == MailKind.LETTER]
    let_wait(letters, now=now)
    acknowledge_all(letters, now=now)
