"""What a person can do or is told: empty states, progress, skeletons, segmented controls."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingting.platform.ui.tags import register
from lingting.platform.ui.tags.containers import part
from lingting.platform.ui.tags.marks import state_kind


@register.simple_tag
def empty(
    icon: str,
    title: str,
    text: str = "",
    action_label: str = "",
    action_url: str = "",
    *,
    compact: bool = False,
) -> SafeString:
    """`{% empty "inbox" "还没有会话" "…做什么用" "第一步" url %}`: what this is for and the first step.

    Right inside a `{% for %}` it must stand after the loop's own `{% empty %}`.
    """
    return part("empty", icon=icon, title=title, text=text, action_label=action_label, action_url=action_url, compact=compact)


@register.simple_tag
def progress(value: float, most: float = 100, label: str = "", *, kind: str = "ours") -> SafeString:
    """`{% progress 37 100 "导入中" %}`: a bar with its share in words."""
    share = 0 if not most else max(0.0, min(1.0, value / most))
    return part("progress", share=share, percent=round(share * 100), label=label, kind=state_kind(kind))


@register.simple_tag
def skeleton(shape: str = "rows", count: int = 5) -> SafeString:
    """`{% skeleton "rows|cards|text|chart|conversation" 5 %}`: the ground while something loads."""
    return part("skeleton", shape=shape, count=range(count))


@register.simple_tag
def segmented(name: str, choices: Iterable[tuple[str, str]], value: str = "", label: str = "") -> SafeString:
    """`{% segmented "period" choices current "周期" %}`: two to five choices, one taken; radio buttons."""
    return part("segmented", name=name, choices=list(choices), value=value, label=label or gettext("Choose one"))


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """`{% crumb "客户" url %}` inside `{% block breadcrumb %}`: a step above this page; settings have theirs from the shell."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html("<li><span>{}</span></li>", label)
