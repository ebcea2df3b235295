"""Which mails can be told at the same time: those that have nothing to do with one another."""

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
        number = max((given[key] + 1 for key in _asks(arrival) if key in given), default=0)
        if number == len(found):
            found.append([])
        found[number].append(arrival)
        given |= dict.fromkeys(_gives(arrival), number)
    return found


def _gives(arrival: Arrival) -> set[object]:
    """By what later mails may find this one."""
    mail, writer = arrival.mail, writer_of(arrival.mail, own_addresses=arrival.own_addresses)
    keys: set[object] = {("writer", writer.address)} if writer else set()
    if mail.message_id:
        keys.add(mail.message_id.lower())
    if mail.sender:
        keys.add((arrival.mailbox.pk, mail.sender.address, thread_key(mail.subject)))
    return keys


def _asks(arrival: Arrival) -> set[object]:
    """By what it may find earlier ones."""
    mail, likeness = arrival.mail, likeness_of(arrival)
    keys = {each for each in _gives(arrival) if not isinstance(each, tuple) or each[0] == "writer"}
    keys |= {each.lower() for each in (*mail.in_reply_to, *mail.references)}
    return keys | ({likeness} if likeness else set())
