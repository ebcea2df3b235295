"""The customer's own link in a letter: made as the letter goes, kept nowhere, so that staff who read the case do not hold it."""

from __future__ import annotations

from datetime import datetime

from lingting.service.channels.email.models import Letter
from lingting.service.desk.registry import case_link

CASE_LINK = "{{case.link}}"
"""Stands in a letter's text for the link."""


def without_link(text: str) -> str:
    """The text as the case keeps it: without the line that holds the link."""
    return "\n".join(line for line in text.split("\n") if CASE_LINK not in line).strip() if CASE_LINK in text else text


def with_link(letter: Letter, *, now: datetime) -> str:
    """The text as it goes out: with a fresh link, or without its line where the centre has none to give."""
    link = case_link(letter.case, now=now) if CASE_LINK in letter.text else ""
    return letter.text.replace(CASE_LINK, link) if link else without_link(letter.text)
