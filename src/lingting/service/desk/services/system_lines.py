"""The small lines between messages: a code and its parameters in the message's `data`, words here.

A system message is `{"code": "agent_joined", "params": {"name": "林晓"}}`; an app above registers the
words of its own codes, so that each reader sees them in their language.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_lines: dict[str, str | Promise] = {
    "agent_joined": _("%(name)s has joined"),
    "agent_left": _("%(name)s has left"),
    "conversation_ended": _("The conversation has ended"),
    "customer_left": _("The customer has left"),
}


def register_line(code: str, words: str | Promise) -> None:
    """Gives a system line's code its words, with `%(name)s` parameters. Call it in `AppConfig.ready`."""
    _lines[code] = words


def line_text(data: dict[str, Any] | None, *, text: str = "") -> str:
    """A system message in the reader's language; its stored text where the code has no words."""
    words = _lines.get((data or {}).get("code", ""))
    if words is None:
        return text
    try:
        return str(words) % (data or {}).get("params", {})
    except (KeyError, TypeError, ValueError):
        return text
