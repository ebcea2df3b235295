"""What apps above lend the desk: the customer's own link to a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lingting.service.desk.models import Case

CaseLink = Callable[[Case, datetime], str]
"""`link(case, now)`: a fresh address at which the case's customer follows it without an account; "" where there is none."""

_links: list[CaseLink] = []


def register_case_link(link: CaseLink) -> None:
    """Says how a customer follows a case. In `AppConfig.ready()`."""
    if link not in _links:
        _links.append(link)


def case_link(case: Case, *, now: datetime) -> str:
    """A fresh link for the case's customer; it is a secret: put it into what goes to them and keep it nowhere."""
    return next((found for found in (link(case, now) for link in _links) if found), "")
