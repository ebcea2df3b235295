"""The words of notices: each app says what its codes mean, in the reader's language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text with `%(name)s` places for the notice's params, or a function of the params; and a Tabler icon."""

    text: str | Promise | Callable[[Mapping[str, Any]], str]
    icon: str


_words: dict[str, Words] = {}


def register_text(code: str, text: str | Promise | Callable[[Mapping[str, Any]], str], *, icon: str = "bell") -> None:
    """`register_text("desk.mentioned", gettext_lazy("%(actor)s mentioned you"), icon="at")` in `AppConfig.ready()`.

    A function `text(params)` is for sentences that a plain pattern cannot say; it runs in the reader's language.
    """
    _words[code] = Words(text=text, icon=icon)


def registered_codes() -> frozenset[str]:
    return frozenset(_words)


def text_of(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a notice; a place whose param is missing shows a dash, an unknown code shows itself."""
    words = _words.get(code)
    if words is None:
        return str(params.get("text") or code)
    if callable(words.text) and not isinstance(words.text, Promise):
        return words.text(params)
    return str(words.text) % defaultdict(lambda: "–", params)


def icon_of(code: str) -> str:
    words = _words.get(code)
    return words.icon if words else "bell"
