"""Stored bytes become what they are: in batches, each mail once, whatever dies on the way.

A batch is claimed in one commit and told in another, by steps that take all of it at once (`arrivals`). While many wait,
the next batch is claimed before this one is told, so that it can be parsed while the database works, and a large batch is told
in two halves beside each other, each over a connection of its own: while one waits for the database, the other goes on.
What a process had claimed that is gone is taken up again, together at first, then each mail alone; one with which a
process died alone twice is held for a person.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, connections, transaction

from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.refusals import Refusal
from lingting.service.channels.email.claims import ALIVE, Claimant
from lingting.service.channels.email.models import Mailbox, RawMail, RawState
from lingting.service.channels.email.parsing import ParsedMail, parse
from lingting.service.channels.email.services.arrivals import Verdict, take_in
from lingting.service.channels.email.services.incoming import Arrival
from lingting.service.channels.email.services.quarantine import hold
from lingting.service.channels.email.services.rounds import halves, rounds

BATCH = 400
WORTH_PARTING = 80
BATCH_BYTES = 16 * 1024 * 1024
BATCH_SECONDS = 0.6
MOST_DEATHS = 4
MOST_ATTEMPTS = 6
_log = logging.getLogger(__name__)

_FITTING = """
    fitting AS (
        SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM next) AS row WHERE before < %(bytes)s
    )
"""
_CLAIM_DEAD = f"""
    WITH dead AS (
        SELECT id, size, deaths FROM email_rawmail
        WHERE state = 'waiting' AND claimed_by IS NOT NULL AND claimed_by NOT IN ({ALIVE})
        ORDER BY deaths, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ), next AS (
        SELECT id, size FROM (SELECT *, row_number() OVER (ORDER BY deaths, id) AS place FROM dead) AS row
        WHERE deaths = 0 OR place = 1
    ), {_FITTING}
    UPDATE email_rawmail SET claimed_by = %(key)s, deaths = deaths + 1
    WHERE id IN (SELECT id FROM fitting) RETURNING id, deaths
"""
_CLAIM = f"""
    WITH next AS (
        SELECT id, size FROM email_rawmail
        WHERE state = 'waiting' AND claimed_by IS NULL AND (not_before_at IS NULL OR not_before_at <= %(now)s)
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ), {_FITTING}
    UPDATE email_rawmail SET claimed_by = %(key)s WHERE id IN (SELECT id FROM fitting) RETURNING id
"""
_LOAD = """
    SELECT id, mailbox_id, COALESCE(repaired, content), received_at, envelope_to, attempts, reason
    FROM email_rawmail WHERE id = ANY(%s) AND state = 'waiting' AND claimed_by = %s ORDER BY id
"""
_IN_HAND = """
    SELECT id FROM email_rawmail WHERE id = ANY(%s) AND state = 'waiting' AND claimed_by = %s ORDER BY id FOR NO KEY UPDATE
"""
_PUT_BACK = "UPDATE email_rawmail SET claimed_by = NULL WHERE id = ANY(%s) AND claimed_by = %s AND state = 'waiting'"


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
    claims = _claims(key, now=now, most=most)
    ids, held = _claim_orphans(claims, now=now)
    if not ids and not held:
        ids = _claim(claims)
    rows = _loaded(ids, key=key) if ids else []
    return held + (_told_alone(rows, key=key, now=now) if ids else 0)


@dataclass(frozen=True)
class _Ahead:
    """A batch that is claimed under `key` and being parsed."""

    key: int
    rows: list[_Raw]
    mails: Future[list[ParsedMail | Verdict]]


class Reader:
    """`read_waiting` over and over: while full batches wait, the next one is parsed by a thread as this one is told.

    Only a full batch of mails that nobody died with is followed by another: those stay alone. A second thread tells half of
    a large batch; the batch is done when both halves are.
    """

    def __init__(self) -> None:
        self._parsing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parsing")
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second-reader")
        self._ahead: _Ahead | None = None

    def read_waiting(self, claimant: Claimant, *, now: datetime, most: int = BATCH) -> int:
        """As the function of this name."""
        key = claimant.ensure()
        claims = _claims(key, now=now, most=most)
        # What was claimed over a connection that is gone is not ours any more: it is among the orphans.
        batch = self._ahead if self._ahead and self._ahead.key == key else None
        self._ahead = None
        if batch is None:
            ids, held = _claim_orphans(claims, now=now)
            if ids or held:
                return held + _told_alone(_loaded(ids, key=key), key=key, now=now)
            batch = self._claimed(claims)
        if batch is None:
            return 0
        if len(batch.rows) == most:
            self._ahead = self._claimed(claims)
        told = _told_beside(_share(batch.rows, mails=batch.mails.result(), key=key), executor=self._beside, now=now)
        if told < len(batch.rows):
            self._put_back()  # Those of this batch that time did not reach come first.
        return told

    def close(self) -> None:
        """Gives back what was claimed ahead, for whoever reads next."""
        self._put_back()
        self._parsing.shutdown(wait=False, cancel_futures=True)
        self._beside.submit(connections.close_all)
        self._beside.shutdown()

    def _put_back(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            with connection.cursor() as cursor:
                cursor.execute(_PUT_BACK, [[row.id for row in ahead.rows], ahead.key])

    def _claimed(self, claims: Mapping[str, Any]) -> _Ahead | None:
        ids = _claim(claims)
        rows = _loaded(ids, key=claims["key"]) if ids else []
        return _Ahead(claims["key"], rows, self._parsing.submit(lambda: [_parsed(row) for row in rows])) if rows else None


def _claims(key: int, *, now: datetime, most: int) -> dict[str, Any]:
    return {"key": key, "now": now, "most": most, "bytes": BATCH_BYTES}


def _claim_orphans(claims: Mapping[str, Any], *, now: datetime) -> tuple[list[int], int]:
    """Takes up what a dead process had in hand: the ids to read, and how many are held instead.

    All together once; what a second process died with, alone.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_DEAD, claims)
        rows = cursor.fetchall()
        deadly = [raw_id for raw_id, deaths in rows if deaths >= MOST_DEATHS]
        for raw_id in deadly:
            hold(raw_id, reason="kills", detail="", actor=SYSTEM, now=now)
    return [raw_id for raw_id, deaths in rows if deaths < MOST_DEATHS], len(deadly)


def _claim(claims: Mapping[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, claims)
        return [row[0] for row in cursor.fetchall()]


def _loaded(ids: Sequence[int], *, key: int) -> list[_Raw]:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [list(ids), key])
        return [_Raw(row[0], row[1], bytes(row[2]), *row[3:]) for row in cursor.fetchall()]


@dataclass(frozen=True)
class _Share:
    """Mails to be told in one transaction: their bytes, claimed under `key`, what was read of them, what could not be read."""

    key: int
    rows: Sequence[_Raw]
    arrivals: Sequence[Arrival]
    unreadable: Mapping[int, Verdict]


def _share(rows: Sequence[_Raw], *, mails: Sequence[ParsedMail | Verdict], key: int) -> _Share:
    mailboxes = Mailbox.objects.in_bulk({row.mailbox_id for row in rows})
    own = frozenset(Mailbox.objects.values_list("address", flat=True))
    unreadable: dict[int, Verdict] = {}
    arrivals = []
    for row, mail in zip(rows, mails, strict=True):
        if isinstance(mail, Verdict):
            unreadable[row.id] = mail
        else:
            box = mailboxes[row.mailbox_id]
            arrivals.append(Arrival(row.id, box, mail, row.received_at, row.envelope_to, own, row.reason == "released"))
    return _Share(key, rows, arrivals, unreadable)


def _told_alone(rows: Sequence[_Raw], *, key: int, now: datetime) -> int:
    """Parses and tells them here and now; how many were reached."""
    return _tell(_share(rows, mails=[_parsed(row) for row in rows], key=key), now=now)


def _told_beside(share: _Share, *, executor: Executor, now: datetime) -> int:
    """Tells them, a large share in two halves at the same time; how many were reached. Both have ended when it returns or raises."""
    first, second = halves(share.arrivals) if len(share.arrivals) >= WORTH_PARTING else (share.arrivals, [])
    if not second:
        return _tell(share, now=now)
    apart = {arrival.raw_id for arrival in second}
    other = _Share(share.key, [row for row in share.rows if row.id in apart], second, {})
    told = executor.submit(_tell_elsewhere, other, now=now)
    try:
        mine = _tell(_Share(share.key, [row for row in share.rows if row.id not in apart], first, share.unreadable), now=now)
    finally:
        wait([told])
    return mine + told.result()


def _tell_elsewhere(share: _Share, *, now: datetime) -> int:
    """As `_tell`, in a thread that has a connection of its own."""
    connection.close_if_unusable_or_obsolete()
    try:
        return _tell(share, now=now)
    except Exception:
        connection.close()
        raise


def _tell(share: _Share, *, now: datetime) -> int:
    """Tells mails in one transaction, each round of them under a savepoint; how many it reached in its time.

    Their rows are locked first. The claim hangs on one connection; were that one lost while another works, somebody else might
    take them up: what is no longer ours is left alone, and nobody takes what is locked.
    """
    verdicts = dict(share.unreadable)
    began = time.monotonic()
    with transaction.atomic():
        ours = _in_hand(share)
        for together in rounds([arrival for arrival in share.arrivals if arrival.raw_id in ours]):
            if not verdicts or time.monotonic() - began < BATCH_SECONDS:
                verdicts |= _told(together, now=now)
        _finish([row for row in share.rows if row.id in ours], verdicts=verdicts, now=now)
    return len(verdicts)


def _in_hand(share: _Share) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_HAND, [[row.id for row in share.rows], share.key])
        return {row[0] for row in cursor.fetchall()}


def _parsed(row: _Raw) -> ParsedMail | Verdict:
    """The mail, or why it could not be read: a fault of the reader must not stop the others."""
    try:
        return parse(row.content)
    except Exception:  # noqa: BLE001  (an entry point for foreign bytes)
        _log.exception("Mail %s could not be read; it is held.", row.id)
        return Verdict(RawState.QUARANTINED, "error", traceback.format_exc(limit=-6))


def _told(together: Sequence[Arrival], *, now: datetime) -> dict[int, Verdict]:
    """A verdict for each; where one of them fails, the halves are tried by themselves until it stands alone."""
    try:
        with transaction.atomic():
            return take_in(together, now=now)
    except Exception as error:
        if connection.connection is None or connection.connection.closed:
            raise
        if len(together) > 1:
            half = len(together) // 2
            return _told(together[:half], now=now) | _told(together[half:], now=now)
        return {together[0].raw_id: _failure(error, raw_id=together[0].raw_id)}


def _failure(error: Exception, *, raw_id: int) -> Verdict:
    if isinstance(error, Refusal):
        return Verdict(RawState.QUARANTINED, "refused", str(error))
    if isinstance(error, OperationalError):
        # A lock or a limit of the database stood in the way: tried again a little later.
        return Verdict(RawState.WAITING, "", str(error))
    _log.error("Mail %s could not be told; it is held.", raw_id, exc_info=error)
    return Verdict(RawState.QUARANTINED, "error", "".join(traceback.format_exception(error, limit=-8)))


def _finish(rows: Sequence[_Raw], *, verdicts: Mapping[int, Verdict], now: datetime) -> None:
    """Writes down what became of each; what was not reached goes back into the line."""
    for row in rows:
        verdict = verdicts.get(row.id)
        if verdict and verdict.state == RawState.WAITING:
            _again(row, words=verdict.detail, now=now)
        elif verdict and verdict.state == RawState.QUARANTINED:
            hold(row.id, reason=verdict.reason, detail=verdict.detail, actor=SYSTEM, now=now)
    for state in (RawState.DONE, RawState.REPEATED):
        ids = [row.id for row in rows if row.id in verdicts and verdicts[row.id].state == state]
        if ids:
            RawMail.objects.filter(pk__in=ids).update(state=state, claimed_by=None, done_at=now)
    later = [row.id for row in rows if row.id not in verdicts]
    if later:
        RawMail.objects.filter(pk__in=later).update(claimed_by=None)


def _again(row: _Raw, *, words: str, now: datetime) -> None:
    """Tried again a little later, not for ever."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        hold(row.id, reason="error", detail=words, actor=SYSTEM, now=now)
        return
    pause = timedelta(seconds=0.5 * 2**row.attempts)
    RawMail.objects.filter(pk=row.id).update(attempts=row.attempts + 1, claimed_by=None, not_before_at=now + pause)
