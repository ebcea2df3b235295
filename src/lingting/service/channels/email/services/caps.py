"""How often is too often: limits that stop loops and floods, by address and by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from lingting.service.channels.email.models import Letter, LetterKind
from lingting.service.channels.email.services.incoming import Incoming

PER_ADDRESS_AN_HOUR = 60
PER_CASE_AN_HOUR = 40
AUTOMATIC_PER_ADDRESS_A_DAY = 4
_HOUR = timedelta(hours=1)

_FULL = """
    SELECT given.value FROM unnest(%s::{type}[]) AS given(value)
    CROSS JOIN LATERAL (
        SELECT raw_id FROM email_mail WHERE {column} = given.value ORDER BY id DESC OFFSET %s LIMIT 1
    ) AS mail
    JOIN email_rawmail raw ON raw.id = mail.raw_id WHERE raw.received_at > %s
"""
_BY_ADDRESS = _FULL.format(type="text", column="from_address")
_BY_CONVERSATION = _FULL.format(type="bigint", column="conversation_id")


def floods(incoming: Sequence[Incoming], *, now: datetime) -> dict[int, str]:
    """Which mails may not become messages now, by the ids of their bytes, and why: `address` or `case`."""
    if not incoming:
        return {}
    talks = [each.thread.conversation_id for each in incoming if each.thread and each.thread.conversation_id]
    addresses = [each.writer.address for each in incoming if each.writer]
    full_talks = _full(_BY_CONVERSATION, talks, most=PER_CASE_AN_HOUR, now=now) if talks else set()
    full_addresses = _full(_BY_ADDRESS, addresses, most=PER_ADDRESS_AN_HOUR, now=now)
    found = {}
    for each in incoming:
        if each.writer and each.writer.address in full_addresses:
            found[each.arrival.raw_id] = "address"
        elif each.thread and each.thread.conversation_id in full_talks:
            found[each.arrival.raw_id] = "case"
    return found


def often_answered(addresses: Sequence[str], *, now: datetime) -> set[str]:
    """Those to which no other automatic letter may go today."""
    automatic = Letter.objects.filter(
        kind=LetterKind.ACKNOWLEDGEMENT, created_at__gt=now - timedelta(days=1), to__overlap=list(addresses)
    )
    counts = Counter(address for people in automatic.values_list("to", flat=True) for address in people)
    return {address for address in addresses if counts[address] >= AUTOMATIC_PER_ADDRESS_A_DAY}


def _full(statement: str, values: Sequence[object], *, most: int, now: datetime) -> set[object]:
    """Those of which so many mails came within the last hour."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values), most - 1, now - _HOUR])
        return {row[0] for row in cursor.fetchall()}
