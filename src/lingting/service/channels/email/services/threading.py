"""Which case a mail belongs to: by our own Message-IDs, by the mark in its address, by safe likeness, else by none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce

from lingting.service.channels.email.models import Letter, Mail, Mailbox
from lingting.service.channels.email.parsing import ParsedMail
from lingting.service.channels.email.tokens import case_of_token
from lingting.service.desk.models import Case, Conversation

ALIKE_WITHIN = timedelta(days=14)
MOST_MERGES = 20
# Where its message stands now: a split may have moved it to another case since.
_PLACE = (Coalesce("message__conversation_id", "conversation_id"), Coalesce("message__case_id", "conversation__case_id"))
_PREFIX = re.compile(
    r"^\s*(?:\[[^\]]{1,30}\]\s*)?(?:re|aw|sv|antw|fw|fwd|wg|tr|rv|res|enc|回复|回覆|答复|答覆|回|转发|轉寄|转|返信)\s*(?:\[\d+\]|\(\d+\)|（\d+）|\d+)?\s*[:：]\s*",
    re.IGNORECASE,
)
_IS_REPLY = re.compile(
    r"^\s*(?:re|aw|sv|antw|res|回复|回覆|答复|答覆|返信)\s*(?:\[\d+\]|\(\d+\)|（\d+）|\d+)?\s*[:：]", re.IGNORECASE
)
_NUMBER_MARK = re.compile(r"\[#\d{1,12}\]")


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail goes: the conversation (None: the case has none by mail yet), the case, and what it was known by."""

    conversation_id: int | None
    case_id: int
    by: str


def thread_key(subject: str) -> str:
    """A subject without any number of Re, 回复, 转发 and case marks, folded: the same for all of an exchange."""
    text = subject
    for _round in range(12):
        shorter = _PREFIX.sub("", text)
        if shorter == text:
            break
        text = shorter
    return " ".join(_NUMBER_MARK.sub("", text).split()).casefold()[:200]


def thread_of(mail: ParsedMail, *, mailbox: Mailbox, addressed: list[str], now: datetime) -> Thread | None:
    """The exchange a mail goes on with; None for a new need. `addressed` are all addresses it was sent to."""
    return _by_reference(mail) or _by_address(mail, addressed=addressed) or _by_likeness(mail, mailbox=mailbox, now=now)


def case_for(case_id: int) -> Case | None:
    """The case that stands for a case now: a merged one leads to what it was merged into."""
    case = Case.objects.filter(pk=case_id).first()
    for _step in range(MOST_MERGES):
        if case is None or case.merged_into_id is None:
            return case
        case = Case.objects.filter(pk=case.merged_into_id).first()
    return case


def _by_reference(mail: ParsedMail) -> Thread | None:
    """The latest letter or mail that this one names; only from somebody who took part, or who got the letter."""
    named = [*mail.in_reply_to[::-1], *mail.references[::-1]]
    ids = list(dict.fromkeys(each[:480] for each in named))
    if not ids or mail.sender is None:
        return None
    letters = Letter.objects.filter(identifier__in=[each.lower() for each in ids if len(each) <= 200])
    found: dict[str, tuple[int, int]] = {row[0]: (row[1], row[2]) for row in letters.values_list("identifier", *_PLACE)}
    mails = Mail.objects.filter(identifier__in=ids, conversation__isnull=False).order_by("id")
    for message_id, conversation_id, case_id, sender in mails.values_list("identifier", *_PLACE, "from_address"):
        # A Message-ID of a customer can be forged by others: it counts for its own sender and those it was sent to.
        if sender == mail.sender.address or _took_part(conversation_id, mail.sender.address):
            found.setdefault(message_id, (conversation_id, case_id))
    for each in ids:
        hit = found.get(each) or found.get(each.lower())
        if hit:
            return _thread(hit[0], hit[1], by="reference")
    return None


def _took_part(conversation_id: int, address: str) -> bool:
    mails = Mail.objects.filter(conversation_id=conversation_id)
    if any(address in str(person).lower() for row in mails.values_list("to", "cc") for people in row for person in people):
        return True
    letters = Letter.objects.filter(conversation_id=conversation_id).values_list("to", "cc", "bcc")
    return any(address in str(person).lower() for row in letters for people in row for person in people)


def _by_address(mail: ParsedMail, *, addressed: list[str]) -> Thread | None:
    for address in addressed:
        local = address.rpartition("@")[0]
        case_id = case_of_token(local.partition("+")[2]) if "+" in local else None
        case = case_for(case_id) if case_id else None
        if case is not None:
            return Thread(_mail_conversation(case.pk), case.pk, "address")
    return None


def _by_likeness(mail: ParsedMail, *, mailbox: Mailbox, now: datetime) -> Thread | None:
    """The same sender answers under the same subject in the same mailbox within two weeks: never across customers."""
    key = thread_key(mail.subject)
    if mail.sender is None or len(key) < 2 or not _IS_REPLY.match(mail.subject):
        return None
    row = (
        Mail.objects.filter(
            mailbox=mailbox, from_address=mail.sender.address, thread_key=key, conversation__isnull=False,
            raw__received_at__gt=now - ALIKE_WITHIN,
        )
        .order_by("-id")
        .values_list(*_PLACE)
        .first()
    )  # fmt: skip
    return _thread(row[0], row[1], by="likeness") if row else None


def _thread(conversation_id: int, case_id: int, *, by: str) -> Thread | None:
    """The exchange itself, or the mail exchange of the case that took its place."""
    case = case_for(case_id)
    if case is None:
        return None
    if case.pk == case_id:
        return Thread(conversation_id, case_id, by)
    return Thread(_mail_conversation(case.pk), case.pk, by)


def _mail_conversation(case_id: int) -> int | None:
    return Conversation.objects.filter(case_id=case_id, channel="mail").order_by("-id").values_list("id", flat=True).first()
