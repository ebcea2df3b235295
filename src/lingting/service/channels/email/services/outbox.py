"""The ends of an attempt to send: sent, later, failed, unsure; each told where people look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.services import record
from lingting.service.channels.email.events import LetterMoved
from lingting.service.channels.email.models import Letter, LetterState, Mailbox, Suppression
from lingting.service.channels.email.troubles import Trouble, bounce_of
from lingting.service.desk.models import MessageKind
from lingting.service.desk.services import add_message, mark_delivered

PAUSES = (60, 300, 900, 3600, 4 * 3600, 8 * 3600, 12 * 3600, 24 * 3600)
_SURE_TO_STAY = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1"})


@transaction.atomic
def note_sent(letter: Letter, *, answer: str, refused: Mapping[str, tuple[int, str]], now: datetime) -> None:
    """The server has it. Recipients it refused are named in the case."""
    _end(letter, state=LetterState.SENT, trouble="", now=now, answer=answer, sent_at=now)
    for address, (code, words) in refused.items():
        _note_unreachable(letter, address=address, code=code, words=words, now=now)
    if letter.message_id is not None:
        mark_delivered(letter.conversation_id, up_to_id=letter.message_id, now=now)
    Mailbox.objects.filter(pk=letter.mailbox_id).exclude(send_trouble="").update(send_trouble="")


@transaction.atomic
def note_later(letter: Letter, *, trouble: str, now: datetime) -> None:
    """It could not be handed over now: tried again after a pause that grows, given up after two days."""
    letter.attempts += 1
    if letter.attempts > len(PAUSES):
        note_failed(letter, trouble=trouble, now=now)
        return
    letter.state, letter.claimed_by, letter.began_at = LetterState.QUEUED, None, None
    letter.trouble = trouble[:300]
    letter.due_at = now + timedelta(seconds=PAUSES[letter.attempts - 1])
    letter.save(update_fields=["state", "claimed_by", "began_at", "attempts", "trouble", "due_at"])
    Mailbox.objects.filter(pk=letter.mailbox_id).update(send_trouble=trouble[:300])
    record(
        LetterMoved(case_id=letter.case_id, letter_id=letter.pk, state="queued", trouble=letter.trouble), actor=SYSTEM, now=now
    )


@transaction.atomic
def note_refused(letter: Letter, *, refused: Mapping[str, tuple[int, str]], is_final: bool, now: datetime) -> None:
    """The server takes it for nobody: finally, or for now."""
    words = "; ".join(f"{address}: {code} {said}" for address, (code, said) in refused.items())
    if not is_final:
        note_later(letter, trouble=words, now=now)
        return
    for address, (code, said) in refused.items():
        _note_unreachable(letter, address=address, code=code, words=said, now=now)
    note_failed(letter, trouble=words, now=now)


@transaction.atomic
def note_failed(letter: Letter, *, trouble: str, now: datetime) -> None:
    """It will not be tried again by itself; its author is told."""
    _end(letter, state=LetterState.FAILED, trouble=trouble, now=now)
    if letter.author is not None:
        params = {"case": letter.case_id, "words": letter.trouble}
        tell(letter.author, code="email.not_sent", params=params, url=f"/desk/cases/{letter.case_id}/", level="breach", now=now)


@transaction.atomic
def note_unsure(letter: Letter, *, now: datetime) -> None:
    """The connection or the process broke while the server was taking it: nobody knows, so a person decides."""
    trouble = Trouble("unsure").stored()
    _end(letter, state=LetterState.UNSURE, trouble=trouble, now=now)
    if letter.author is not None:
        params = {"case": letter.case_id, "words": trouble}
        tell(letter.author, code="email.unsure", params=params, url=f"/desk/cases/{letter.case_id}/", level="warning", now=now)


def _end(letter: Letter, *, state: str, trouble: str, now: datetime, answer: str = "", sent_at: datetime | None = None) -> None:
    letter.state, letter.claimed_by, letter.trouble = state, None, trouble[:300]
    letter.answer, letter.sent_at = answer[:300], sent_at
    letter.save(update_fields=["state", "claimed_by", "trouble", "answer", "sent_at"])
    record(LetterMoved(case_id=letter.case_id, letter_id=letter.pk, state=state, trouble=letter.trouble), actor=SYSTEM, now=now)


def _note_unreachable(letter: Letter, *, address: str, code: int, words: str, now: datetime) -> None:
    """A refusal at the door: the case says so; an address that does not exist gets no more mail."""
    add_message(
        letter.conversation_id, kind=MessageKind.SYSTEM, text="", actor=SYSTEM, now=now,
        data={"code": "mail_bounced", "params": {"address": address, "words": f"{code} {words}"[:200]}},
    )  # fmt: skip
    if code >= 500 and any(status in words for status in _SURE_TO_STAY):
        Suppression.objects.get_or_create(
            address=address,
            defaults={"reason": bounce_of(f"{code} {words}").stored(), "letter": letter, "created_at": now},
        )
