"""How often somebody may do something: token buckets shared by all processes, spent in small local portions."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import orjson
from django.db import connection
from django.utils.translation import ngettext

from lingting.platform.database.binding import bound_cursor
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
    granted, tokens = _fetch({key: limit}, now=now)[key]
    if granted >= 1:
        _keep(key, left=granted - 1, limit=limit)
        return
    wait_seconds = max(0.05, (1 - tokens) / limit.per_second)
    _refuse_until(key, wait_seconds=wait_seconds)
    raise _refusal(wait_seconds)


def top_up(wanted: Mapping[str, Rate], *, now: datetime) -> None:
    """Fetches a portion for each key that has none in memory, all in one statement; `check_rate` then spends them.

    For callers who check many keys at once; nobody is refused here.
    """
    lacking = {key: limit for key, limit in wanted.items() if not _has_portion(key)}
    for key, (granted, tokens) in _fetch(lacking, now=now).items() if lacking else ():
        if granted >= 1:
            _keep(key, left=granted, limit=lacking[key])
        else:
            _refuse_until(key, wait_seconds=max(0.05, (1 - tokens) / lacking[key].per_second))


def give_back(key: str, *, limit: Rate) -> None:
    """Takes back one call that was counted and then not made; it stays with this process."""
    with _lock:
        held = _held.get(key)
        if held is not None and held.left >= 0:
            held.left += 1
            return
    _keep(key, left=1, limit=limit)


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


def _has_portion(key: str) -> bool:
    with _lock:
        held = _held.get(key)
        return held is not None and held.left != 0 and held.until > time.monotonic()


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
SELECT key, capacity - portion, portion, %(now)s, full_at
  FROM json_to_recordset(%(rows)s::json) AS given(key text, capacity float8, portion integer, full_at timestamptz)
 ORDER BY key
ON CONFLICT (key) DO UPDATE SET (tokens, granted, refilled_at, full_at) = (
    SELECT available - taken, taken, greatest(bucket.refilled_at, excluded.refilled_at), excluded.full_at
      FROM (SELECT available, least(excluded.granted, floor(available)) AS taken
              FROM (SELECT least(capacity, bucket.tokens + capacity / extract(epoch FROM excluded.full_at - excluded.refilled_at)
                           * greatest(0, extract(epoch FROM excluded.refilled_at - bucket.refilled_at))) AS available
                      FROM (SELECT excluded.tokens + excluded.granted AS capacity) AS size) AS refilled
           ) AS spent)
RETURNING key, granted, tokens
"""


def _fetch(wanted: Mapping[str, Rate], *, now: datetime) -> dict[str, tuple[int, float]]:
    """Takes a portion from each bucket, in the order of the keys: what was granted, and what is left in it.

    A new bucket is full; `full_at` is when an empty one has filled up, which also tells how fast it fills.
    """
    key_of = {_row_key(key): key for key in wanted}
    rows = [
        {
            "key": row_key, "capacity": wanted[key].capacity, "portion": wanted[key].portion,
            "full_at": now + timedelta(seconds=wanted[key].capacity / wanted[key].per_second),
        }
        for row_key, key in key_of.items()
    ]  # fmt: skip
    with bound_cursor(connection) as cursor:
        cursor.execute(_FETCH, {"now": now, "rows": orjson.dumps(rows).decode()})
        return {key_of[key]: (int(granted), float(tokens)) for key, granted, tokens in cursor.fetchall()}


def _row_key(key: str) -> str:
    return key if len(key) <= 100 else hashlib.sha256(key.encode()).hexdigest()
