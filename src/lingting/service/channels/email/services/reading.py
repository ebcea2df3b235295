"""Stored bytes become what they are: in batches, each mail once, whatever dies on the way.

A batch is claimed in one commit and told in another, with a savepoint per mail. A claim whose process is gone is taken up
alone; a mail with which a process died alone twice is held for a person.
"""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, OperationalError, connection, transaction

from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.refusals import Refusal
from lingting.service.channels.email.claims import ALIVE, Claimant
from lingting.service.channels.email.models import Mailbox, RawMail, RawState
from lingting.service.channels.email.parsing import ParsedMail, parse
from lingting.service.channels.email.services.arrivals import Arrival, take_in
from lingting.service.channels.email.services.quarantine import Unreadable, hold

BATCH = 25
BATCH_SECONDS = 0.6
MOST_DEATHS = 3
MOST_ATTEMPTS = 6
_log = logging.getLogger(__name__)

_CLAIM_DEAD = f"""
    UPDATE email_rawmail SET claimed_by = %(key)s, deaths = deaths + 1
    WHERE id = (
        SELECT id FROM email_rawmail
        WHERE state = 'waiting' AND claimed_by IS NOT NULL AND claimed_by NOT IN ({ALIVE})
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id, deaths
"""
_CLAIM = """
    UPDATE email_rawmail SET claimed_by = %(key)s
    WHERE id IN (
        SELECT id FROM email_rawmail
        WHERE state = 'waiting' AND claimed_by IS NULL AND (not_before_at IS NULL OR not_before_at <= %(now)s)
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""
_LOAD = """
    SELECT id, mailbox_id, COALESCE(repaired, content), received_at, envelope_to, attempts, reason
    FROM email_rawmail WHERE id = ANY(%s) AND state = 'waiting' AND claimed_by = %s ORDER BY id
"""


@dataclass(frozen=True)
class _Raw:
    id: int
    mailbox_id: int
    content: bytes
    received_at: datetime
    envelope_to: str
    attempts: int
    reason: str


def read_waiting(claimant: Claimant, *, now: datetime, most: int = BATCH) -> int:
    """Tells the next mails that wait; returns how many were dealt with (0: nothing waits). Not inside a transaction."""
    key = claimant.ensure()
    orphan = _claim_orphan(key, now=now)
    if orphan is not None:
        return orphan
    ids = _claim(key, now=now, most=most)
    return _read(ids, key=key, now=now) if ids else 0


def _claim_orphan(key: int, *, now: datetime) -> int | None:
    """Takes up one mail that a dead process had in hand; None when there is none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_DEAD, {"key": key})
        row = cursor.fetchone()
        if row is None:
            return None
        if row[1] >= MOST_DEATHS:
            hold(row[0], reason="kills", detail="", actor=SYSTEM, now=now)
            return 1
    return _read([row[0]], key=key, now=now)


def _claim(key: int, *, now: datetime, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"key": key, "now": now, "most": most})
        return [row[0] for row in cursor.fetchall()]


def _read(ids: list[int], *, key: int, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [ids, key])
        rows = [_Raw(row[0], row[1], bytes(row[2]), *row[3:]) for row in cursor.fetchall()]
    mailboxes = {box.pk: box for box in Mailbox.objects.filter(pk__in={row.mailbox_id for row in rows})}
    own = frozenset(Mailbox.objects.values_list("address", flat=True))
    parsed = [(row, _parsed(row)) for row in rows]
    began = time.monotonic()
    told: list[tuple[int, str]] = []
    later: list[int] = []
    with transaction.atomic():
        for row, mail in parsed:
            if told and time.monotonic() - began > BATCH_SECONDS:
                later.append(row.id)
                continue
            arrival = Arrival(row.id, mailboxes[row.mailbox_id], row.received_at, row.envelope_to, own, row.reason == "released")
            state = _tell_one(mail, row=row, arrival=arrival, now=now)
            if state:
                told.append((row.id, state))
        _finish(told, later=later, now=now)
    return len(rows)


def _parsed(row: _Raw) -> ParsedMail | str:
    """The mail, or why it could not be read: a fault of the reader must not stop the others."""
    try:
        return parse(row.content)
    except Exception:  # noqa: BLE001  (an entry point for foreign bytes)
        _log.exception("Mail %s could not be read; it is held.", row.id)
        return traceback.format_exc(limit=-6)


def _tell_one(mail: ParsedMail | str, *, row: _Raw, arrival: Arrival, now: datetime) -> str:
    """Tells one mail in a savepoint; returns its new state, empty when it was held or waits for another try."""
    if isinstance(mail, str):
        hold(row.id, reason="error", detail=mail, actor=SYSTEM, now=now)
        return ""
    try:
        with transaction.atomic():
            return take_in(mail, arrival=arrival, now=now)
    except Unreadable as held:
        hold(row.id, reason=held.reason, detail=held.detail, actor=SYSTEM, now=now)
    except Refusal as refusal:
        hold(row.id, reason="refused", detail=str(refusal), actor=SYSTEM, now=now)
    except OperationalError as error:
        if connection.connection is None or connection.connection.closed:
            raise
        _again(row, words=str(error), now=now)
    except (DatabaseError, Exception):
        if connection.connection is None or connection.connection.closed:
            raise
        _log.exception("Mail %s could not be told; it is held.", row.id)
        hold(row.id, reason="error", detail=traceback.format_exc(limit=-8), actor=SYSTEM, now=now)
    return ""


def _again(row: _Raw, *, words: str, now: datetime) -> None:
    """A lock or a limit of the database stood in the way: tried again a little later, not for ever."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        hold(row.id, reason="error", detail=words, actor=SYSTEM, now=now)
        return
    pause = timedelta(seconds=0.5 * 2**row.attempts)
    RawMail.objects.filter(pk=row.id).update(attempts=row.attempts + 1, claimed_by=None, not_before_at=now + pause)


def _finish(told: list[tuple[int, str]], *, later: list[int], now: datetime) -> None:
    for state in {state for _id, state in told}:
        ids = [raw_id for raw_id, its_state in told if its_state == state]
        RawMail.objects.filter(pk__in=ids).update(state=RawState(state), claimed_by=None, done_at=now)
    if later:
        RawMail.objects.filter(pk__in=later).update(claimed_by=None)
