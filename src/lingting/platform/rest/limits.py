"""How often somebody may do something: token buckets shared by all processes, spent in small local portions."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection
from django.utils.translation import ngettext

from lingting.platform.refusals import Refusal

MOST_KEYS_HELD = 10_000
PORTION_SHARE = 10
PORTION_SECONDS = 60.0


class RateLimited(Refusal):
    """Too many calls; `details["retry_after_seconds"]` says when the next one will do."""

    code = "rate_limited"
    status = 429


@dataclass(frozen=True)
class Rate:
    """So many calls per so many seconds on average, and at most `burst` at once (0: as many as `count`)."""

    count: float
    per: float
    burst: int = 0

    @property
    def per_second(self) -> float:
        return self.count / self.per

    @property
    def capacity(self) -> int:
        return self.burst or max(1, int(self.count))

    @property
    def portion(self) -> int:
        """Calls taken from the shared bucket at a time: a tenth of the burst, at least one."""
        return max(1, self.capacity // PORTION_SHARE)


def check_rate(key: str, *, limit: Rate, now: datetime) -> None:
    """Counts one call under a key, or raises `RateLimited`.

    The bucket is a row of an unlogged table, so that all processes share it; one statement fetches a portion of
    calls, which this process then spends from memory. A refusal is remembered until it ends. In all, never more
    than `burst + rate * time` plus one unspent portion per process are let through in any stretch of time.
    Outside a transaction the count stands whatever happens to the request; inside one it goes back with it.
    """
    if _spend_portion(key, limit=limit):
        return
    granted, tokens = _fetch(key, limit=limit, now=now)
    if granted >= 1:
        _keep(key, left=granted - 1, limit=limit)
        return
    wait_seconds = max(0.05, (1 - tokens) / limit.per_second)
    _refuse_until(key, wait_seconds=wait_seconds)
    raise _refusal(wait_seconds)


def forget_portions() -> None:
    """Drops what this process holds in memory; the shared buckets stay."""
    with _lock:
        _held.clear()


def delete_full_buckets(*, now: datetime) -> int:
    """Deletes buckets that have filled up again: they mean the same as none. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rest_bucket WHERE full_at < %s", [now])
        return int(cursor.rowcount)


@dataclass
class _Held:
    """Calls this process may still let through until a moment of its own clock, or a refusal that lasts until then."""

    left: int
    until: float


_held: OrderedDict[str, _Held] = OrderedDict()
_lock = threading.Lock()


def _spend_portion(key: str, *, limit: Rate) -> bool:
    with _lock:
        held = _held.get(key)
        if held is None:
            return False
        remaining = held.until - time.monotonic()
        if remaining <= 0:
            del _held[key]
            return False
        if held.left > 0:
            held.left -= 1
            _held.move_to_end(key)
            return True
        if held.left == 0:
            del _held[key]
            return False
    raise _refusal(remaining)


def _keep(key: str, *, left: int, limit: Rate) -> None:
    if left > 0:
        _hold(key, _Held(left, time.monotonic() + min(PORTION_SECONDS, limit.capacity / limit.per_second)))


def _refuse_until(key: str, *, wait_seconds: float) -> None:
    _hold(key, _Held(-1, time.monotonic() + wait_seconds))


def _hold(key: str, held: _Held) -> None:
    with _lock:
        _held[key] = held
        _held.move_to_end(key)
        while len(_held) > MOST_KEYS_HELD:
            _held.popitem(last=False)


def _refusal(wait_seconds: float) -> RateLimited:
    seconds = ceil(wait_seconds)
    message = ngettext(
        "Too many requests. Try again in %(seconds)d second.", "Too many requests. Try again in %(seconds)d seconds.", seconds
    )
    return RateLimited(message % {"seconds": seconds}, retry_after_seconds=seconds)


_FETCH = """
INSERT INTO rest_bucket AS bucket (key, tokens, granted, refilled_at, full_at)
VALUES (%(key)s, %(capacity)s::float - %(portion)s, %(portion)s, %(now)s, %(full_at)s)
ON CONFLICT (key) DO UPDATE SET (tokens, granted, refilled_at, full_at) = (
    SELECT available - taken, taken, greatest(bucket.refilled_at, %(now)s), %(full_at)s
      FROM (SELECT available, least(%(portion)s, floor(available)) AS taken
              FROM (SELECT least(%(capacity)s::float, bucket.tokens + %(per_second)s::float
                           * greatest(0, extract(epoch FROM %(now)s - bucket.refilled_at))) AS available) AS refilled
           ) AS spent)
RETURNING granted, tokens
"""


def _fetch(key: str, *, limit: Rate, now: datetime) -> tuple[int, float]:
    row_key = key if len(key) <= 100 else hashlib.sha256(key.encode()).hexdigest()
    values: dict[str, Any] = {
        "key": row_key,
        "capacity": limit.capacity,
        "portion": limit.portion,
        "per_second": limit.per_second,
        "now": now,
        "full_at": now + timedelta(seconds=limit.capacity / limit.per_second),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FETCH, values)
        granted, tokens = cursor.fetchone()
    return int(granted), float(tokens)
