"""The terminal's own language: what commands print, before Django is ready and whatever language the pages have."""

from __future__ import annotations

import os
from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path

_SOURCE = Path(__file__).resolve().parent.parent


def terminal_language() -> str:
    """`zh-hans` where the locale says Chinese, else `en`."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "zh-hans" if named.lower().startswith("zh") else "en"


def gettext(message: str) -> str:
    """A sentence in the terminal's language; one that nobody translated stays English."""
    return _words().gettext(message) if terminal_language() == "zh-hans" else message


def ngettext(singular: str, plural: str, count: int) -> str:
    """A sentence with a number. Chinese has one form, which stands under the singular."""
    if terminal_language() == "zh-hans":
        return _words().ngettext(singular, plural, count)
    return singular if count == 1 else plural


def wide(text: str, *, columns: int) -> str:
    """A text filled up to so many columns of a terminal, where Chinese signs take two."""
    from unicodedata import east_asian_width

    taken = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * max(0, columns - taken)


@lru_cache(maxsize=1)
def _words() -> GNUTranslations:
    """Every app's catalogue, compiled or not there; the same English has the same Chinese everywhere."""
    words = GNUTranslations()
    words._catalog, words.plural = {}, lambda count: 0  # type: ignore[attr-defined]
    for path in sorted(_SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            words._catalog |= GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return words
