"""A moment as letters and screens write it out: no month can be taken for a day."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import get_language


def written_moment(at: datetime) -> str:
    """In the active language and the centre's zone: 2026年11月3日 14:05, 3 November 2026, 14:05."""
    is_chinese = (get_language() or "").startswith("zh")
    return date_format(timezone.localtime(at), "Y年n月j日 H:i" if is_chinese else "j F Y, H:i")


def typed_moment(text: str) -> datetime | None:
    """What a field for date and time sent, in the centre's zone; None for nothing and for what is no moment."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found
