"""Sixty days of history for the demo centre: generated, seeded, written by COPY.

Arrivals follow the content's daily and weekly patterns; waits, answers and abandonment come from walking the arrivals through
the people on shift, so that figures, occupancy and messages belong together. It is not the science floor's simulator:
it draws one believable past, no statistics.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from lingting.demo import content
from lingting.demo.content.records import Dialogue, Ending, QueuePattern, SpecialDay
from lingting.demo.crowd import lay_crowd
from lingting.demo.scribe import Scribe
from lingting.demo.shifts import Floor
from lingting.platform.terminal import gettext as _

Say = Callable[[str], None]
SHARE_OF_VOLUME = 0.35
_LOCAL = timedelta(hours=8)


def lay_history(*, days: int, seed: int, now: datetime, say: Say) -> int:
    """Lays the days before `now` and today up to now; returns how many contacts. Deterministic by seed and day."""
    rng = random.Random(seed)
    say(_("Telling %(days)d days of history …") % {"days": days})
    customers = lay_crowd(rng, now=now)
    floor = Floor(rng)
    scribe = Scribe(rng, customers=customers, now=now)
    today = (now + _LOCAL).date()
    shift_by = _days_to_shift(today)
    for offset in range(days, -1, -1):
        day = today - timedelta(days=offset)
        for shift in floor.open_day(day):
            scribe.write_shift(shift, until=now)
        for at, queue, dialogue in _arrivals(rng, day, shift_by=shift_by):
            if at >= now:
                break
            scribe.write_contact(floor.serve(at, queue, dialogue, patience=_patience(rng, queue)), dialogue)
    scribe.store(say)
    return scribe.contacts


def _days_to_shift(today: date) -> timedelta:
    """The patterns name dates; a history that ends later shifts them so that the promotions keep their place."""
    return (today - timedelta(days=1)) - content.patterns().last_date


def _arrivals(rng: random.Random, day: date, *, shift_by: timedelta) -> list[tuple[datetime, str, Dialogue]]:
    """A day's arrivals in order: moment (UTC), queue and what it will be about."""
    patterns = content.patterns()
    special = {special.day + shift_by: special for special in patterns.special_days}.get(day)
    weeks = (day - patterns.first_date - shift_by).days / 7
    found = []
    for queue in patterns.queues:
        level = queue.daily_contacts * SHARE_OF_VOLUME * queue.weekdays[day.weekday()] * (1 + patterns.trend_per_week * weeks)
        level *= rng.lognormvariate(0, patterns.noise)
        for hour, share in enumerate(queue.intraday):
            for _arrival in range(_poisson(rng, level * share * _factor(special, queue.queue, hour))):
                minute = rng.random() * 60
                at = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour, minutes=minute)
                found.append((at, queue.queue, _dialogue(rng, queue.queue, hour, special)))
    found.sort(key=lambda arrival: arrival[0])
    return [((at - _LOCAL).replace(tzinfo=UTC), queue, dialogue) for at, queue, dialogue in found]


def _factor(special: SpecialDay | None, queue: str, hour: int) -> float:
    if special is None or (special.hours and hour not in special.hours):
        return 1.0
    return special.factors.get(queue, special.factors.get("all", 1.0))


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's method; means here are small."""
    limit, count, product = 2.718281828459045**-mean, 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def _dialogue(rng: random.Random, queue: str, hour: int, special: SpecialDay | None) -> Dialogue:
    """A dialogue that fits queue, hour and day; unhappy ones are drawn more often, as in life."""
    kind = special.kind if special else ""
    fitting = [
        dialogue
        for dialogue in content.dialogues()
        if dialogue.queue == queue
        and (not dialogue.hours or hour in dialogue.hours)
        and (not dialogue.special_kinds or kind in dialogue.special_kinds)
        and dialogue.ending not in {Ending.ABANDONED, Ending.CONTACT_LEFT}
    ] or [dialogue for dialogue in content.dialogues() if dialogue.queue == queue]
    weights = [1.6 if 0 < dialogue.rating <= 3 else 1.0 for dialogue in fitting]
    return rng.choices(fitting, weights)[0]


def _patience(rng: random.Random, queue: str) -> float:
    """Seconds a customer waits before leaving: exponential with the queue's mean."""
    pattern: QueuePattern = next(each for each in content.patterns().queues if each.queue == queue)
    return rng.expovariate(1 / (pattern.patience_seconds * 1.8))
