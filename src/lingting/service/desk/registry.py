"""What apps above lend the desk: the customer's own link to a case, and what has to be done before one closes."""

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


ClosingCheck = Callable[[Case], None]
"""`check(case)` raises a `Refusal` while something of the case is not done."""

_checks: list[ClosingCheck] = []


def register_closing_check(check: ClosingCheck) -> None:
    """Adds something that has to be done before a case closes. In `AppConfig.ready()`."""
    if check not in _checks:
        _checks.append(check)


def check_may_close(case: Case) -> None:
    for check in _checks:
        check(case)
