"""The parts of the shell that every page pays for: written directly, or once per language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from lingting.platform.ui.icons import icon_svg
from lingting.platform.ui.tags import register
from lingting.platform.ui.tags.marks import count

CURRENT = SafeString(' aria-current="page"')


@register.simple_tag
def fixed_part(name: str) -> SafeString:
    """`{% fixed_part "palette" %}`: a part of `ui/parts/` that is the same for everybody who reads one language."""
    language = translation.get_language() or ""
    return _written(name) if settings.DEBUG else _kept(name, language)


@lru_cache(maxsize=32)
def _kept(name: str, language: str) -> SafeString:
    with translation.override(language or None):
        return _written(name)


def _written(name: str) -> SafeString:
    return SafeString(render_to_string(f"ui/parts/{name}.html"))


@register.simple_tag
def navigation_lines(lines: Iterable[Any]) -> SafeString:
    """The entries of one workspace in the left navigation."""
    return format_html_join(
        "",
        '<li><a class="lt-nav-line" href="{}" title="{}"{}>{}<span class="lt-nav-label">{}</span>{}</a></li>',
        (
            (line.url, line.label, CURRENT if line.is_current else "", icon_svg(line.icon), line.label, count(line.badge))
            for line in lines
        ),
    )


@register.simple_tag
def phone_lines(lines: Iterable[Any]) -> SafeString:
    """The entries of the phone's bottom bar."""
    return format_html_join(
        "",
        '<a href="{}"{}>{}<span>{}</span>{}</a>',
        (
            (line.url, CURRENT if line.is_current else "", icon_svg(line.icon, size=22), line.label, count(line.badge))
            for line in lines
        ),
    )


@register.simple_tag
def choice_segments(name: str, choices: Iterable[tuple[str, str, str]], value: str) -> SafeString:
    """Radio buttons of the person menu: (value, name, icon or "")."""
    return format_html_join(
        "",
        '<label><input type="radio" name="{}" value="{}"{}><span title="{}">{}<span>{}</span></span></label>',
        (
            (name, one, SafeString(" checked") if one == value else "", label, icon_svg(icon, size=16) if icon else "", label)
            for one, label, icon in choices
        ),
    )
