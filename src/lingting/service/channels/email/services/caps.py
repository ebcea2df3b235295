"""How often is too often: limits that stop loops and floods, by address and by case."""

from __future__ import annotations

from datetime import datetime, timedelta

from lingting.service.channels.email.models import Letter, LetterKind, Mail

PER_ADDRESS_AN_HOUR = 60
PER_CASE_AN_HOUR = 40
AUTOMATIC_PER_ADDRESS_A_DAY = 4
_HOUR = timedelta(hours=1)


def is_flood(address: str, *, conversation_id: int | None, now: datetime) -> str:
    """Why a mail of this address may not become a message now (`address`, `case`), or nothing."""
    mails = Mail.objects.filter(from_address=address).order_by("-id").values_list("raw__received_at", flat=True)
    if _is_full(list(mails[PER_ADDRESS_AN_HOUR - 1 : PER_ADDRESS_AN_HOUR]), now=now):
        return "address"
    if conversation_id is not None:
        mails = Mail.objects.filter(conversation_id=conversation_id).order_by("-id").values_list("raw__received_at", flat=True)
        if _is_full(list(mails[PER_CASE_AN_HOUR - 1 : PER_CASE_AN_HOUR]), now=now):
            return "case"
    return ""


def may_answer_automatically(address: str, *, now: datetime) -> bool:
    """Whether another automatic letter may go to an address today."""
    automatic = Letter.objects.filter(
        kind=LetterKind.ACKNOWLEDGEMENT, created_at__gt=now - timedelta(days=1), to__contains=[address]
    )
    return automatic.count() < AUTOMATIC_PER_ADDRESS_A_DAY


def _is_full(moments: list[datetime], *, now: datetime) -> bool:
    return bool(moments) and moments[0] > now - _HOUR
