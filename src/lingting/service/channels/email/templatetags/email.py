"""Stored codes of e-mail in the reader's language: `{{ mailbox.trouble|told }}`."""

from __future__ import annotations

from django import template

from lingting.service.channels.email import troubles

register = template.Library()


@register.filter
def told(stored: str) -> str:
    return troubles.told(stored)
