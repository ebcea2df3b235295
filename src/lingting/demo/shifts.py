"""The people of the demo centre on shift, and how they take what arrives."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from lingting.demo import content
from lingting.demo.content.records import Dialogue
from lingting.service.routing.models import QueueMember

CAPACITY = 2
ON_CHAT = 0.42
LONGEST_PAUSE_SECONDS = 150
_LOCAL = timedelta(hours=8)
_EARLY, _LATE, _NIGHT = (time(8, 30), 9.0), (time(12, 30), 9.0), (time(21, 0), 11.5)


@dataclass(frozen=True)
class Shift:
    """A person's working time of a day, with a meal break in the middle."""

    login: str
    starts_at: datetime
    ends_at: datetime
    break_at: datetime


@dataclass
class Worker:
    """A person on shift: when each of the contacts in hand will be done."""

    login: str
    starts_at: datetime
    ends_at: datetime
    done_at: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Served:
    """What became of an arrival. `login` is None when the customer gave up at `answered_at`."""

    at: datetime
    queue: str
    login: str | None
    answered_at: datetime
    ended_at: datetime
    wrapped_at: datetime


class Floor:
    """Who is on shift today and who serves which queue; an arrival goes to whoever is free first."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._workers: list[Worker] = []
        self._serves: dict[str, dict[str, int]] = {}
        for login, queue, order in QueueMember.objects.values_list("account__login", "queue__key", "order"):
            self._serves.setdefault(queue, {})[login] = order
        self._night = set(content.organisation().cast.night_agent.split())
        self._handling = {each.queue: (each.handle_seconds, each.handle_deviation_seconds) for each in content.patterns().queues}

    def open_day(self, day: date) -> list[Shift]:
        """Draws the day's shifts: five of seven days, early or late, one person through the night.

        Whoever is not drawn is on the telephone or elsewhere that day.
        """
        self._workers = [worker for worker in self._workers if worker.ends_at > _utc(day, time(0))]
        shifts = []
        people = sorted({login for serving in self._serves.values() for login in serving})
        for place, login in enumerate(people):
            if login not in self._night and ((day.toordinal() + place) % 7 in (5, 6) or self._rng.random() > ON_CHAT):
                continue
            (starts, hours) = _NIGHT if login in self._night else (_EARLY, _LATE)[(day.toordinal() // 7 + place) % 2]
            starts_at = _utc(day, starts) + timedelta(minutes=self._rng.uniform(-6, 4))
            ends_at = starts_at + timedelta(hours=hours, minutes=self._rng.uniform(0, 10))
            shifts.append(Shift(login, starts_at, ends_at, starts_at + timedelta(hours=self._rng.uniform(3.5, 4.5))))
            self._workers.append(Worker(login, starts_at, ends_at))
        return shifts

    def serve(self, at: datetime, queue: str, dialogue: Dialogue, *, patience: float) -> Served:
        """Answered by whoever has room first, unless the customer gives up before."""
        worker, free_at = self._first_free(at, queue)
        answered_at = max(at, free_at) + timedelta(seconds=self._rng.uniform(2, 9))
        if worker is None or (answered_at - at).total_seconds() > patience:
            gone_at = at + timedelta(seconds=max(3.0, min(patience, 1800)))
            return Served(at, queue, None, gone_at, gone_at, gone_at)
        said = sum(min(turn.after_seconds, LONGEST_PAUSE_SECONDS) for turn in dialogue.turns)
        mean, _deviation = self._handling[queue]
        ended_at = answered_at + timedelta(seconds=max(60.0, 0.5 * said + 0.5 * self._rng.gammavariate(3, mean / 3)))
        wrapped_at = ended_at + timedelta(seconds=self._rng.gammavariate(2, 14))
        worker.done_at = [moment for moment in worker.done_at if moment > answered_at]
        worker.done_at.append(wrapped_at)
        return Served(at, queue, worker.login, answered_at, ended_at, wrapped_at)

    def _first_free(self, at: datetime, queue: str) -> tuple[Worker | None, datetime]:
        serving = self._serves.get(queue, {})
        best: tuple[datetime, int, int, float] | None = None
        chosen = None
        for worker in self._workers:
            if worker.login not in serving or not worker.starts_at <= at < worker.ends_at:
                continue
            busy = sorted(moment for moment in worker.done_at if moment > at)
            free_at = at if len(busy) < CAPACITY else busy[-CAPACITY]
            key = (free_at, serving[worker.login], len(busy), self._rng.random())
            if best is None or key < best:
                best, chosen = key, worker
        return chosen, best[0] if best else at


def _utc(day: date, at: time) -> datetime:
    return (datetime.combine(day, at) - _LOCAL).replace(tzinfo=UTC)
