"""The promise to answer: when a customer who has spoken should have an answer."""

from __future__ import annotations

from datetime import datetime, timedelta


def answer_due_at(*, waiting_since_at: datetime, response_hours: int) -> datetime:
    """The moment the written answer is due: `response_hours` after the customer spoke, round the clock."""
    return waiting_since_at + timedelta(hours=response_hours)
