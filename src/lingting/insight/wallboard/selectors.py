"""The floor at this moment, as the wallboard shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from lingting.insight.wallboard.models import Alert, AlertKind, AlertLimit
from lingting.kernel.metrics.registry import GroupBy, Period, Scope
from lingting.kernel.metrics.selectors import Measurement, measure
from lingting.service.desk.models import Queue
from lingting.service.routing.selectors import AgentNow, QueueNow, agents_now, queues_now

QUEUE_FIGURES = ("service_level", "written_level", "offered", "abandonment", "asa", "csat")
FIGURES = ("service_level", "written_level", "abandonment", "csat", "asa")


@dataclass(frozen=True)
class QueueRow:
    """A queue now and its figures of today."""

    now: QueueNow
    figures: dict[str, Measurement]
    longest_seconds: float | None

    @property
    def level(self) -> Measurement:
        """The promise this queue is judged by today: that of its chats and calls, of its mail where only mail came."""
        live, written = self.figures["service_level"], self.figures["written_level"]
        return written if live.value is None and written.value is not None else live

    @property
    def is_level_met(self) -> bool | None:
        """Whether the queue's promise is kept today (live: by the queue's own share); None before anyone came."""
        level = self.level
        if level is self.figures["written_level"]:
            return level.is_met
        return None if level.value is None else level.value >= float(self.now.queue.target_share)


@dataclass(frozen=True)
class Crossing:
    """A limit that a queue crosses at this moment, and since when."""

    limit: AlertLimit
    row: QueueRow
    value: float
    since_at: datetime


@dataclass(frozen=True)
class FloorNow:
    """Everything the wallboard shows, read at one moment."""

    queues: list[QueueRow]
    figures: dict[str, Measurement]
    agents: list[AgentNow]
    crossings: list[Crossing]
    waiting: int
    mail_waiting: int
    oldest_at: datetime | None
    in_progress: int
    crossed_next_at: list[datetime]
    read_at: datetime

    @property
    def longest_seconds(self) -> float | None:
        return (self.read_at - self.oldest_at).total_seconds() if self.oldest_at else None

    def count(self, state: str) -> int:
        return sum(agent.state == state for agent in self.agents)


def today(now: datetime) -> Period:
    """From local midnight until a moment after now."""
    zone = ZoneInfo(settings.TIME_ZONE)
    local = now.astimezone(zone)
    return Period(datetime.combine(local.date(), time(0), zone), now + timedelta(seconds=1), settings.TIME_ZONE)


def floor_now(*, now: datetime) -> FloorNow:
    """The live floor; a dozen small queries however many queues and people."""
    agents = agents_now()
    by_queue = {row.key: row.figures for row in measure(QUEUE_FIGURES, today(now), now=now, group_by=GroupBy.QUEUE)}
    [whole] = measure(FIGURES, today(now), now=now)
    empty = measure(QUEUE_FIGURES, today(now), now=now, scope=Scope(queue_ids=[]))[0].figures
    rows = [
        QueueRow(each, by_queue.get(each.queue.pk, empty), (now - each.oldest_at).total_seconds() if each.oldest_at else None)
        for each in queues_now(agents)
    ]
    asked = list(limits_asked(rows))
    return FloorNow(
        queues=rows, figures=whole.figures, agents=agents, crossings=_crossings(asked, now=now),
        waiting=sum(row.now.waiting for row in rows), mail_waiting=sum(row.now.mail_waiting for row in rows),
        oldest_at=min((row.now.oldest_at for row in rows if row.now.oldest_at), default=None),
        in_progress=sum(row.now.in_progress for row in rows), crossed_next_at=_crossed_next_at(asked, now=now), read_at=now,
    )  # fmt: skip


def limits_asked(rows: Sequence[QueueRow]) -> Iterator[tuple[AlertLimit, QueueRow]]:
    """Which limit is asked of which queue: its own of a kind goes before the one for all."""
    limits = list(AlertLimit.objects.filter(is_active=True).select_related("queue").order_by("pk"))
    own = {(limit.queue_id, limit.kind) for limit in limits if limit.queue_id}
    for row in rows:
        for limit in limits:
            queue_id = row.now.queue.pk
            if limit.queue_id == queue_id or (limit.queue_id is None and (queue_id, limit.kind) not in own):
                yield limit, row


def _crossings(asked: Sequence[tuple[AlertLimit, QueueRow]], *, now: datetime) -> list[Crossing]:
    """What is crossed at this moment, whether or not it was announced; the oldest first."""
    opened = {(alert.limit_id, alert.queue_id): alert.opened_at for alert in open_alerts()}
    found = []
    for limit, row in asked:
        value = limit_value(limit.kind, row)
        if value is not None and is_crossed(limit.kind, value=value, limit=float(limit.limit)):
            found.append(Crossing(limit, row, value, opened.get((limit.pk, row.now.queue.pk), now)))
    return sorted(found, key=lambda crossing: crossing.since_at)


def _crossed_next_at(asked: Sequence[tuple[AlertLimit, QueueRow]], *, now: datetime) -> list[datetime]:
    """The moments to come at which somebody will have waited longer than a limit, if nothing else happens."""
    moments = {
        row.now.oldest_at + timedelta(seconds=float(limit.limit) + 1)
        for limit, row in asked
        if limit.kind == AlertKind.LONGEST_WAIT and row.now.oldest_at
    }
    return sorted(moment for moment in moments if moment > now)


def open_alerts() -> list[Alert]:
    """What has been announced and is not over."""
    return list(Alert.objects.filter(closed_at=None))


def limit_value(kind: str, row: QueueRow) -> float | None:
    """What a limit of a kind looks at in a queue; None where there is nothing to judge."""
    if kind == AlertKind.WAITING:
        return float(row.now.waiting)
    if kind == AlertKind.LONGEST_WAIT:
        return row.longest_seconds
    if kind == AlertKind.NOBODY_READY:
        return float(row.now.ready)
    figure = row.level if kind == AlertKind.SERVICE_LEVEL else row.figures["abandonment"]
    return None if figure.value is None or figure.sample < 10 else figure.value * 100


def is_crossed(kind: str, *, value: float | None, limit: float) -> bool:
    """More than the limit, or less where less is worse."""
    if value is None:
        return False
    return value < limit if kind in (AlertKind.SERVICE_LEVEL, AlertKind.NOBODY_READY) else value > limit


def queue_choices() -> list[Queue]:
    return list(Queue.objects.filter(is_active=True))
