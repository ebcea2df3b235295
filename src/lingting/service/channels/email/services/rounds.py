"""Which mails can be told together, and which beside one another: those that have nothing to do with one another."""

from __future__ import annotations

from collections.abc import Sequence

from lingting.service.channels.email.services.incoming import Arrival
from lingting.service.channels.email.services.threading import likeness_of, thread_key
from lingting.service.channels.email.services.writers import writer_of


def rounds(arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    """Mails in their order, parted so that nothing in a round depends on anything else in it.

    Two of one writer, or with one Message-ID, come one after the other; an answer comes after what it answers: what the
    first becomes decides what the second is.
    """
    found: list[list[Arrival]] = []
    given: dict[object, int] = {}
    for arrival in arrivals:
        gives = _gives(arrival)
        number = max((given[key] + 1 for key in _asks(arrival, gives=gives) if key in given), default=0)
        if number == len(found):
            found.append([])
        found[number].append(arrival)
        given |= dict.fromkeys(gives, number)
    return found


def halves(arrivals: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Mails parted in two, so that nothing in one has to do with anything in the other: they can be told at the same time.

    Those with a writer, a Message-ID or an answered letter in common stay together, each half in its order. Where all have
    to do with one another the second is empty.
    """
    met: dict[object, int] = {}
    leads = list(range(len(arrivals)))
    for place, arrival in enumerate(arrivals):
        gives = _gives(arrival)
        for key in gives | _asks(arrival, gives=gives):
            leads[_lead(leads, place)] = _lead(leads, met.setdefault(key, place))
    groups: dict[int, list[int]] = {}
    for place in range(len(arrivals)):
        groups.setdefault(_lead(leads, place), []).append(place)
    first: list[int] = []
    second: list[int] = []
    for group in groups.values():
        (first if len(first) <= len(second) else second).extend(group)
    return [arrivals[place] for place in sorted(first)], [arrivals[place] for place in sorted(second)]


def _lead(leads: Sequence[int], place: int) -> int:
    """The first of the group in which a mail stands by now."""
    while leads[place] != place:
        place = leads[place]
    return place


def _gives(arrival: Arrival) -> set[object]:
    """By what later mails may find this one."""
    mail, writer = arrival.mail, writer_of(arrival.mail, own_addresses=arrival.own_addresses)
    keys: set[object] = {("writer", writer.address)} if writer else set()
    if mail.message_id:
        keys.add(mail.message_id.lower())
    if mail.sender:
        keys.add((arrival.mailbox.pk, mail.sender.address, thread_key(mail.subject)))
    return keys


def _asks(arrival: Arrival, *, gives: set[object]) -> set[object]:
    """By what it may find earlier ones."""
    mail, likeness = arrival.mail, likeness_of(arrival)
    keys = {each for each in gives if not isinstance(each, tuple) or each[0] == "writer"}
    keys |= {each.lower() for each in (*mail.in_reply_to, *mail.references)}
    return keys | ({likeness} if likeness else set())
