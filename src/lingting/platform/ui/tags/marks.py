"""Small marks beside words: icons, avatars, state chips, keys, copyable texts."""

from __future__ import annotations

import re
import zlib

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingting.platform.ui.icons import icon_svg
from lingting.platform.ui.tags import register

HAN = re.compile(r"[㐀-鿿豈-﫿]")
TINTS = 6

STATES = {
    "ready": "circle-check",
    "warning": "alert-triangle",
    "breach": "alert-octagon",
    "ours": "circle-dot",
    "idle": "circle-dashed",
}
STATE_WORDS = {
    "ok": "ready",
    "good": "ready",
    "met": "ready",
    "success": "ready",
    "green": "ready",
    "warn": "warning",
    "amber": "warning",
    "yellow": "warning",
    "away": "warning",
    "error": "breach",
    "danger": "breach",
    "urgent": "breach",
    "breached": "breach",
    "red": "breach",
    "info": "ours",
    "selected": "ours",
    "blue": "ours",
    "busy": "ours",
    "off": "idle",
    "inactive": "idle",
    "grey": "idle",
    "closed": "idle",
    "": "idle",
}


def state_kind(kind: str) -> str:
    """One of the five states of the house: ready, warning, breach, ours, idle."""
    key = str(kind or "").lower()
    return key if key in STATES else STATE_WORDS.get(key, "idle")


@register.simple_tag
def icon(name: str, label: str = "", *, size: int = 18, filled: bool = False) -> SafeString:
    """`{% icon "inbox" %}` or `{% icon "inbox" "收件箱" %}`: an inline Tabler icon."""
    return icon_svg(name, label=str(label), size=size, filled=filled)


def initials(name: str) -> str:
    """What stands in an avatar: the last two characters of a Chinese name, else two initials."""
    words = re.split(r"[\s·•.\-_]+", str(name or "").strip())
    words = [word for word in words if word]
    if not words:
        return "?"
    if HAN.search(words[-1]):
        return words[-1][-2:]
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.simple_tag
def avatar(name: str, size: int = 28, src: str = "", *, state: str = "", label: str = "") -> SafeString:
    """`{% avatar person.display_name [size] [src] [state="ready"] %}`.

    The tint is neutral and always the same for the same name. It is decoration beside a
    written name; pass `label` where the name is not written.
    """
    text = str(name or "")
    tint = zlib.crc32(text.encode()) % TINTS
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    inner = format_html('<img src="{}" alt="" loading="lazy">', src) if src else ""
    letters = "" if src else initials(text)
    if size < 24 and HAN.search(letters):
        letters = letters[-1]
    dot = format_html('<i class="lt-dot lt-{}"></i>', state_kind(state)) if state else ""
    return format_html(
        '<span class="lt-avatar" data-tint="{}" data-size="{}" data-initials="{}" {}>{}{}</span>',
        tint,
        size,
        letters,
        spoken,
        inner,
        dot,
    )


@register.simple_tag
def state(kind: str, text: str = "", icon: str = "", *, plain: bool = False) -> SafeString:
    """`{% state "ready" "在线" %}`: a chip whose colour is a state and which also says it.

    Kinds: ready, warning, breach, ours, idle (and their everyday synonyms). `icon` replaces
    the state's own; `plain=True` leaves out the ground, for dense table rows.
    """
    kind = state_kind(kind)
    return format_html(
        '<span class="lt-state lt-{}{}">{}<span>{}</span></span>',
        kind,
        " is-plain" if plain else "",
        icon_svg(icon or STATES[kind], size=14),
        text,
    )


@register.simple_tag
def key(keys: str) -> SafeString:
    """`{% key "mod+k" %}`: the caps of a shortcut; `mod` becomes ⌘ on a Mac, Ctrl elsewhere."""
    caps = format_html_join(
        "",
        "<kbd{}>{}</kbd>",
        ((SafeString(" data-mod") if part == "mod" else "", cap_text(part)) for part in re.split(r"[+\s]", keys) if part),
    )
    return format_html('<span class="lt-keys" aria-hidden="true">{}</span>', caps)


def cap_text(part: str) -> str:
    """How a key is printed on its cap."""
    printed = {"mod": "Ctrl", "enter": "↵", "escape": "Esc", "shift": "⇧", "up": "↑", "down": "↓"}
    return printed.get(part.lower(), part.upper() if len(part) == 1 else part.title())


@register.simple_tag
def copyable(text: str, shown: str = "") -> SafeString:
    """`{% copyable "138 0013 8000" %}`: a number or identity that one click copies."""
    return format_html(
        '<button type="button" class="lt-copy" data-copy="{}" title="{}">{}<span>{}</span></button>',
        text,
        gettext("Copy"),
        icon_svg("copy", size=14),
        shown or text,
    )


@register.simple_tag
def count(number: int | None, kind: str = "") -> SafeString | str:
    """`{% count 12 %}`: a small counter; nothing for zero; 99+ above ninety-nine."""
    if not number:
        return ""
    shown = "99+" if number > 99 else str(number)
    extra = f" lt-{state_kind(kind)}" if kind else ""
    return format_html('<span class="lt-count{}">{}</span>', extra, shown)
