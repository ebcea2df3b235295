"""A centre with the calendars of the house and one kind of promise."""

from __future__ import annotations

from datetime import datetime

import pytest

from lingting.kernel.calendars import foundation as calendars
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.clocks import foundation
from lingting.kernel.clocks.models import Kind
from lingting.kernel.clocks.services import ensure_kind


@pytest.fixture
def office(db: None, now: datetime) -> Calendar:
    calendars.lay(now=now)
    foundation.lay(now=now)
    return Calendar.objects.get(key="office")


@pytest.fixture
def answer(office: Calendar) -> Kind:
    """First answer within four working hours."""
    return ensure_kind("first-answer", name_zh="首次响应", name_en="First answer", target_minutes=240, calendar=office)
