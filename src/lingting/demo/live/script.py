"""What is played: which dialogue fits the hour, who says which turn when, how long people wait."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from lingting.demo import content
from lingting.demo.content.records import Customer, Dialogue, Ending, Language, Person, Role, Speaker

BEIJING = timezone(timedelta(hours=8))
LONGEST_PAUSE_SECONDS = 40.0
SHORTEST_WAIT_SECONDS = 25.0
HASTY_SHARE = 0.06
_VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


@dataclass(frozen=True)
class Line:
    """One thing to say. `after_theirs`: how many messages of the other side come before it in the dialogue."""

    text: str
    pause_seconds: float
    after_theirs: int
    is_picture: bool


def lines_of(dialogue: Dialogue, *, speaker: Speaker) -> list[Line]:
    """One side of a dialogue, in order. Pictures of agents are left out: only their words matter to the play."""
    found, theirs = [], 0
    for turn in dialogue.turns:
        if not _is_played(turn.speaker, text=turn.text):
            continue
        if turn.speaker is speaker:
            pause = min(float(turn.after_seconds), LONGEST_PAUSE_SECONDS)
            found.append(Line(turn.text, pause, theirs, is_picture=bool(turn.attachment)))
        else:
            theirs += 1
    return found


def _is_played(speaker: Speaker, *, text: str) -> bool:
    return bool(text) or speaker is Speaker.CUSTOMER


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables in place; an unknown one leaves nothing behind."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def choose_dialogue(rng: random.Random, *, at: datetime, queues: Collection[str]) -> Dialogue:
    """A dialogue that a customer can begin in one of the queues at the hour; busy queues are drawn more often."""
    local, volume = at.astimezone(BEIJING), load_at(at)
    wanted = [queue for queue in volume if queue in queues]
    queue = rng.choices(wanted, [volume[each] for each in wanted])[0]
    fitting = [each for each in content.dialogues() if each.queue == queue and _opens_by_customer(each)]
    at_this_hour = [each for each in fitting if not each.hours or local.hour in each.hours]
    return rng.choice(at_this_hour or fitting)


def load_at(at: datetime) -> dict[str, float]:
    """Contacts an hour of each queue at the hour of the day and week, by the demo centre's patterns; never nothing."""
    local = at.astimezone(BEIJING)
    return {
        each.queue: each.daily_contacts * (0.002 + each.intraday[local.hour]) * each.weekdays[local.weekday()]
        for each in content.patterns().queues
    }


def _opens_by_customer(dialogue: Dialogue) -> bool:
    first = dialogue.turns[0]
    return (
        first.speaker is Speaker.CUSTOMER and bool(first.text) and dialogue.ending not in {Ending.CONTACT_LEFT, Ending.ABANDONED}
    )


def patience_seconds(rng: random.Random, *, queue: str) -> float:
    """How long a customer waits: exponential around twice the queue's mean; a few have no time at all."""
    if rng.random() < HASTY_SHARE:
        return rng.uniform(2.0, 9.0)
    pattern = next(each for each in content.patterns().queues if each.queue == queue)
    return SHORTEST_WAIT_SECONDS + rng.expovariate(1 / (2 * pattern.patience_seconds))


def choose_customer(rng: random.Random, *, dialogue: Dialogue, busy: Collection[str]) -> Customer | None:
    """Who asks: the person the dialogue names, someone known who speaks the language, or (None) a stranger."""
    people = [each for each in content.customers() if each.key not in busy and not each.is_dealer]
    named = [each for each in people if each.key == dialogue.customer]
    if named:
        return named[0]
    same = [each for each in people if each.language is dialogue.language]
    return rng.choice(same) if same and rng.random() < 0.6 else None


def choose_agents(*, count: int, weights: Mapping[str, float], everyone: bool) -> list[Person]:
    """The people who sign in: every queue gets somebody, the busy ones more; the newcomer only if everyone is asked for."""
    newcomer = content.organisation().cast.newcomer
    people = [each for each in content.organisation().people if each.role is Role.AGENT]
    free = [each for each in people if each.login != newcomer]
    chosen: list[Person] = [each for each in people if everyone and each.login == newcomer]
    have = dict.fromkeys(weights, 0.4)
    for person in chosen:
        _count(have, person)
    while free and len(chosen) < count:
        best = max(free, key=lambda each: sum(weights[key] / have[key] for key in queues_of(each) if key in weights))
        free.remove(best)
        chosen.append(best)
        _count(have, best)
    return chosen


def _count(have: dict[str, float], person: Person) -> None:
    for queue in queues_of(person):
        if queue in have:
            have[queue] += 1


def queues_of(person: Person) -> list[str]:
    """The queues whose skills a person comes near, as the demo centre gives out memberships."""
    return [
        queue.key
        for queue in content.queue_plan().queues
        if sum(max(0, need.level - person.skills.get(need.skill, 0)) for need in queue.skills) <= 1
        and all(person.skills.get(need.skill) for need in queue.skills)
    ]


def contact_of(rng: random.Random, *, customer: Customer | None, language: Language) -> dict[str, str]:
    """How somebody leaves word: their own number, or an invented one out of the fictional range."""
    if customer is not None and customer.phone:
        return {"name": customer.name, "phone": customer.phone}
    pools = content.customer_pools()
    given = rng.choice(pools.english_given_names if language is Language.ENGLISH else pools.nicknames)
    return {"name": given, "phone": f"{pools.phone_prefix}{rng.randrange(10_000):04d}"}


def first_words(lines: Iterable[Line]) -> str:
    """What a customer writes into the form outside opening hours: everything said before an answer."""
    return "\n".join(line.text for line in lines if line.after_theirs == 0 and line.text)


def picture(rng: random.Random, *, width: int = 320, height: int = 220) -> bytes:
    """A small PNG, a soft gradient between two colours: a photo without anybody in it."""
    top, bottom = ([rng.randrange(90, 235) for _channel in range(3)] for _end in range(2))
    rows = bytearray()
    for row in range(height):
        share = row / height
        rows += b"\0" + bytes(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    body = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)
