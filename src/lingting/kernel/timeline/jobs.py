"""Months ahead for the log, so that facts never fall into the default partition for long."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.timeline.services import make_months
from lingting.platform.jobs import periodic


@periodic("10 18 * * *")
def make_the_next_months(*, now: datetime) -> None:
    make_months(now=now)
