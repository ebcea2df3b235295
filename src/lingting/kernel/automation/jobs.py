"""Rules look at what happened every few seconds."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.automation import services
from lingting.platform.jobs import periodic


@periodic("* * * * * */3")
def answer_facts(*, now: datetime) -> None:
    while services.run_rules(now=now):
        pass
