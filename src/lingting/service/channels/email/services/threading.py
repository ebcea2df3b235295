"""Which case a mail belongs to: by our own Message-IDs, by the mark in its address, by safe likeness, else by none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial

from django.db.models.functions import Coalesce

from lingting.service.channels.email.models import Letter, Mail
from lingting.service.channels.email.parsing import ParsedMail
from lingting.service.channels.email.services.incoming import Arrival, Thread
from lingting.service.channels.email.tokens import case_of_token
from lingting.service.desk.models import Case, Conversation
from lingting.service.desk.services import case_for

ALIKE_WITHIN = timedelta(days=14)
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


@lru_cache(maxsize=2048)
def thread_key(subject: str) -> str:
    """A subject without any number of Re, 回复, 转发 and case marks, folded: the same for all of an exchange."""
    text = subject
    for _round in range(12):
        shorter = _PREFIX.sub("", text)
        if shorter == text:
            break
        text = shorter
    return " ".join(_NUMBER_MARK.sub("", text).split()).casefold()[:200]


def threads_of(arrivals: Sequence[Arrival], *, now: datetime) -> dict[int, Thread]:
    """The exchanges that mails go on with, by the ids of their bytes; those of a new need are left out."""
    found: dict[int, Thread] = {}
    for way in (_by_reference, _by_address, partial(_by_likeness, now=now)):
        found |= way([each for each in arrivals if each.raw_id not in found])
    return _today(found)


def _by_reference(arrivals: Sequence[Arrival]) -> dict[int, Thread]:
    """The latest letter or mail that each one names; only from somebody who took part, or who got the letter."""
    named = {each.raw_id: _named(each.mail) for each in arrivals if each.mail.sender is not None}
    ids = {name for names in named.values() for name in names}
    if not ids:
        return {}
    letters = Letter.objects.filter(identifier__in={name.lower() for name in ids if len(name) <= 200})
    ours = {row[0]: (row[1], row[2]) for row in letters.values_list("identifier", *_PLACE)}
    theirs: dict[str, list[tuple[int, int, str]]] = {}
    mails = Mail.objects.filter(identifier__in=ids, conversation__isnull=False).order_by("id")
    for name, *place in mails.values_list("identifier", *_PLACE, "from_address"):
        theirs.setdefault(name, []).append((place[0], place[1], place[2]))
    found: dict[int, Thread] = {}
    for each in arrivals:
        for name in named.get(each.raw_id, ()):
            hit = ours.get(name.lower()) or _own(theirs.get(name, ()), mail=each.mail)
            if hit:
                found[each.raw_id] = Thread(hit[0], hit[1], "reference")
                break
    return found


def _named(mail: ParsedMail) -> list[str]:
    """The Message-IDs that a mail answers, the nearest first."""
    return list(dict.fromkeys(each[:480] for each in [*mail.in_reply_to[::-1], *mail.references[::-1]]))


def _own(places: Iterable[tuple[int, int, str]], *, mail: ParsedMail) -> tuple[int, int] | None:
    """The first mail under an identifier that counts for this sender.

    A Message-ID of a customer can be forged by others: it counts for its own sender and those it was sent to.
    """
    address = mail.sender.address if mail.sender else ""
    for conversation_id, case_id, sender in places:
        if sender == address or _took_part(conversation_id, address):
            return conversation_id, case_id
    return None


def _took_part(conversation_id: int, address: str) -> bool:
    mails = Mail.objects.filter(conversation_id=conversation_id)
    if any(address in str(person).lower() for row in mails.values_list("to", "cc") for people in row for person in people):
        return True
    letters = Letter.objects.filter(conversation_id=conversation_id).values_list("to", "cc", "bcc")
    return any(address in str(person).lower() for row in letters for people in row for person in people)


def _by_address(arrivals: Sequence[Arrival]) -> dict[int, Thread]:
    """The case whose signed mark stands behind the + of an address."""
    found: dict[int, Thread] = {}
    for each in arrivals:
        marks = [address.rpartition("@")[0].partition("+")[2] for address in each.addressed if "+" in address]
        case_id = next((case_id for mark in marks if (case_id := case_of_token(mark))), None)
        if case_id:
            found[each.raw_id] = Thread(None, case_id, "address")
    return found


def _by_likeness(arrivals: Sequence[Arrival], *, now: datetime) -> dict[int, Thread]:
    """The same sender answers under the same subject in the same mailbox within two weeks: never across customers."""
    keys = {each.raw_id: key for each in arrivals if (key := likeness_of(each))}
    if not keys:
        return {}
    rows = (
        Mail.objects.filter(
            mailbox_id__in={key[0] for key in keys.values()}, from_address__in={key[1] for key in keys.values()},
            thread_key__in={key[2] for key in keys.values()}, conversation__isnull=False,
            raw__received_at__gt=now - ALIKE_WITHIN,
        )
        .order_by("mailbox_id", "from_address", "thread_key", "-id").distinct("mailbox_id", "from_address", "thread_key")
        .values_list("mailbox_id", "from_address", "thread_key", *_PLACE)
    )  # fmt: skip
    places = {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}
    return {raw_id: Thread(*places[key], "likeness") for raw_id, key in keys.items() if key in places}


def likeness_of(arrival: Arrival) -> tuple[int, str, str] | None:
    """Mailbox, sender and subject of what looks like an answer."""
    mail, key = arrival.mail, thread_key(arrival.mail.subject)
    if mail.sender is None or len(key) < 2 or not _IS_REPLY.match(mail.subject):
        return None
    return arrival.mailbox.pk, mail.sender.address, key


def _today(threads: Mapping[int, Thread]) -> dict[int, Thread]:
    """Where they lead by now: a merged case to the mail exchange of the one that took its place, a vanished one nowhere."""
    if not threads:
        return {}
    case_ids = {thread.case_id for thread in threads.values()}
    merged = dict(Case.objects.filter(pk__in=case_ids).values_list("pk", "merged_into_id"))
    leads = {pk: case_for(pk) if into else pk for pk, into in merged.items()}
    moved = {
        leads[thread.case_id] for thread in threads.values()
        if thread.case_id in leads and (merged[thread.case_id] or thread.conversation_id is None)
    }  # fmt: skip
    talks = _mail_conversations(moved) if moved else {}
    return {
        raw_id: Thread(talks.get(leads[thread.case_id]), leads[thread.case_id], thread.by)
        if leads[thread.case_id] in moved
        else thread
        for raw_id, thread in threads.items()
        if thread.case_id in leads
    }


def _mail_conversations(case_ids: Iterable[int]) -> dict[int, int]:
    """The latest exchange by mail of each case."""
    talks = Conversation.objects.filter(case_id__in=case_ids, channel="mail").order_by("case_id", "-id").distinct("case_id")
    return dict(talks.values_list("case_id", "id"))
