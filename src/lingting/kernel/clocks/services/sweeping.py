"""The one sweep: warns and calls breaches when their moment comes, for every clock of the house."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from lingting.kernel.clocks.events import ClockBreached, ClockWarned
from lingting.kernel.clocks.models import Clock, State
from lingting.kernel.clocks.promises import due_moment, plan, share_reached
from lingting.kernel.clocks.services.retargeting import replan_clocks
from lingting.kernel.clocks.services.telling import iso, tell
from lingting.kernel.timeline.events import SYSTEM

log = logging.getLogger(__name__)
BATCH = 500
POSTPONED = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep did; `postponed` could not be told because a receiver failed, and come again a minute later."""

    warned: int = 0
    breached: int = 0
    postponed: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            warned=self.warned + other.warned, breached=self.breached + other.breached, postponed=self.postponed + other.postponed
        )


def sweep(*, now: datetime, limit: int = 20_000) -> Swept:
    """Looks at every clock whose next moment has come, at most so many, 500 a transaction.

    Rows locked by somebody else are skipped and found by the next sweep; any number of sweeps may run at once. Facts and
    their receivers run in the batch's transaction; when a receiver fails, the batch is done one clock at a time, and the
    failing ones are logged and postponed. Idempotent: what was told is not told again.
    """
    done, seen = Swept(), 0
    while seen < limit:
        size = min(BATCH, limit - seen)
        ids = _due_ids(now=now, size=size)
        if not ids:
            break
        seen += len(ids)
        before = done
        try:
            done += _sweep_ids(ids, now=now)
        except Exception:
            log.warning("a batch of clocks failed; taking them one by one", exc_info=True)
            for clock_id in ids:
                done += _sweep_alone(clock_id, now=now)
        if len(ids) < size or done == before:
            break
    return done


def _due_ids(*, now: datetime, size: int) -> list[int]:
    return list(Clock.objects.filter(next_at__lte=now).order_by("next_at", "pk").values_list("pk", flat=True)[:size])


def _sweep_alone(clock_id: int, *, now: datetime) -> Swept:
    try:
        return _sweep_ids([clock_id], now=now)
    except Exception:
        log.exception("clock %s could not be told; it comes again in a minute", clock_id)
        Clock.objects.filter(pk=clock_id, next_at__lte=now).update(next_at=now + POSTPONED)
        return Swept(postponed=1)


@transaction.atomic
def _sweep_ids(ids: list[int], *, now: datetime) -> Swept:
    clocks = list(
        Clock.objects.select_for_update(skip_locked=True, of=("self",)).select_related("kind", "calendar")
        .filter(pk__in=ids, next_at__lte=now, state=State.RUNNING).order_by("pk")
    )  # fmt: skip
    moved = [clock for clock in clocks if clock.due_at is not None and due_moment(clock) != clock.due_at]
    if moved:
        replan_clocks(moved, now=now)
        clocks = [clock for clock in clocks if clock.next_at is not None and clock.next_at <= now]
    breached = [clock for clock in clocks if clock.due_at is not None and clock.due_at <= now]
    warned = [clock for clock in clocks if clock.due_at is None or clock.due_at > now]
    for clock in breached:
        clock.breached_at, clock.next_at = clock.due_at, None
    for clock in warned:
        clock.warned_share = share_reached(clock, now=now)
        plan(clock)
    _write([*breached, *warned])
    for clock in breached:
        tell(ClockBreached, clock, actor=SYSTEM, now=now, due_at=iso(clock.due_at))
    for clock in warned:
        tell(ClockWarned, clock, actor=SYSTEM, now=now, share=float(clock.warned_share or 0), due_at=iso(clock.due_at))
    return Swept(warned=len(warned), breached=len(breached))


_WRITE = """
    UPDATE clocks_clock AS clock SET breached_at = new.breached_at, next_at = new.next_at, warned_share = new.warned_share
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::numeric[]) AS new (id, breached_at, next_at, warned_share)
    WHERE clock.id = new.id
"""


def _write(clocks: list[Clock]) -> None:
    """One statement for the whole batch."""
    if not clocks:
        return
    columns: list[Any] = [
        [clock.pk for clock in clocks], [clock.breached_at for clock in clocks], [clock.next_at for clock in clocks],
        [clock.warned_share for clock in clocks],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
