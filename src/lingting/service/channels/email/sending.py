"""Letters whose turn has come are handed to their servers: each claimed, each once, each with an end that people see."""

from __future__ import annotations

import logging
import smtplib
import time
from collections import deque
from datetime import datetime
from email.errors import MessageError

from django.db import connection, transaction
from django.utils import timezone

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.claims import ALIVE, Claimant
from lingting.service.channels.email.models import Letter, LetterState, Mailbox
from lingting.service.channels.email.parsing.words import addresses
from lingting.service.channels.email.services.composing import letter_bytes
from lingting.service.channels.email.services.linking import with_link
from lingting.service.channels.email.services.outbox import note_failed, note_later, note_refused, note_sent, note_unsure
from lingting.service.channels.email.smtp import AllRefused, Carriers, hand_over
from lingting.service.channels.email.troubles import trouble_of

BATCH = 20
_log = logging.getLogger(__name__)
_carriers = Carriers()
_sent: dict[int, deque[float]] = {}

_CLAIM = """
    UPDATE email_letter SET claimed_by = %(key)s, state = 'sending', began_at = NULL
    WHERE id = (
        SELECT id FROM email_letter
        WHERE state = 'queued' AND due_at <= %(now)s AND NOT mailbox_id = ANY(%(full)s)
        ORDER BY priority, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""
_LEFT_BEHIND = f"""
    SELECT id FROM email_letter
    WHERE state = 'sending' AND (claimed_by IS NULL OR claimed_by NOT IN ({ALIVE}))
    ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED
"""


def send_due(claimant: Claimant, *, now: datetime, most: int = BATCH) -> int:
    """Hands over what is due; returns how many letters were tried. Not inside a transaction."""
    key = claimant.ensure()
    _mend(now=now)
    count = 0
    while count < most:
        letter = _claim(key, now=now)
        if letter is None:
            break
        _send(letter, key=key)
        count += 1
    _carriers.close_idle()
    return count


def _mend(*, now: datetime) -> None:
    """What a dead process had in hand: sent again if its text had not been begun, else left for a person to decide."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LEFT_BEHIND)
        for (letter_id,) in cursor.fetchall():
            letter = Letter.objects.select_related("author").get(pk=letter_id)
            if letter.began_at is None:
                letter.state, letter.claimed_by = LetterState.QUEUED, None
                letter.save(update_fields=["state", "claimed_by"])
            else:
                note_unsure(letter, now=now)


def _claim(key: int, *, now: datetime) -> Letter | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"key": key, "now": now, "full": _full()})
        row = cursor.fetchone()
    return Letter.objects.select_related("mailbox", "case__customer", "author").get(pk=row[0]) if row else None


def _full() -> list[int]:
    """Mailboxes that have sent as many letters in the last minute as they may."""
    limits = dict(Mailbox.objects.filter(pk__in=list(_sent)).values_list("pk", "per_minute"))
    minute_ago = time.monotonic() - 60
    for moments in _sent.values():
        while moments and moments[0] < minute_ago:
            moments.popleft()
    return [mailbox_id for mailbox_id, moments in _sent.items() if len(moments) >= limits.get(mailbox_id, 1)]


def _send(letter: Letter, *, key: int) -> None:
    """One letter to its server. Every end is written down; nothing that goes wrong here stops the next letter."""
    mailbox = letter.mailbox
    place = {"host": mailbox.smtp_host, "port": mailbox.smtp_port}
    try:
        letter.text = with_link(letter, now=timezone.now())
        content = letter_bytes(letter, now=timezone.now())
        client = _carriers.of(mailbox)
        people = [person.address for person in addresses([*letter.to, *letter.cc, *letter.bcc])]
        handed = hand_over(
            client, sender=mailbox.address, recipients=people, content=content, before_text=lambda: _begin(letter, key=key)
        )
    except AllRefused as refused:
        note_refused(letter, refused=refused.refused, is_final=refused.is_final, now=timezone.now())
    except smtplib.SMTPResponseException as error:
        _carriers.drop(mailbox)
        is_final = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError)
        note = note_failed if is_final else note_later
        note(letter, trouble=_trouble(error, place), now=timezone.now())
    except (OSError, smtplib.SMTPException) as error:
        _carriers.drop(mailbox)
        if letter.began_at is not None:
            note_unsure(letter, now=timezone.now())
        else:
            note_later(letter, trouble=_trouble(error, place), now=timezone.now())
    except (Refusal, FileNotFoundError, ValueError, MessageError, LookupError) as error:
        _log.exception("Letter %s cannot be written.", letter.pk)
        note_failed(letter, trouble=_trouble(error, place), now=timezone.now())
    else:
        _sent.setdefault(mailbox.pk, deque(maxlen=5000)).append(time.monotonic())
        note_sent(letter, answer=handed.answer, refused=handed.refused, now=timezone.now())


def _begin(letter: Letter, *, key: int) -> None:
    """From this commit on the server may have the letter."""
    letter.began_at = timezone.now()
    updated = Letter.objects.filter(pk=letter.pk, claimed_by=key, state=LetterState.SENDING).update(began_at=letter.began_at)
    if not updated:
        raise smtplib.SMTPServerDisconnected("the letter is in other hands")


def _trouble(error: BaseException, place: dict[str, object]) -> str:
    return trouble_of(error, host=str(place["host"]), port=int(str(place["port"]))).stored()
