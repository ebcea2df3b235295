"""Places other apps fill, and pieces of the page said twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from lingting.platform.ui import manifest
from lingting.platform.ui.navigation import may
from lingting.platform.ui.tags import register


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A slot that was rendered: what tabs and menus need to show it."""

    key: str
    label: str
    html: SafeString


def pieces(place: str, *, request: Any, given: dict[str, Any]) -> list[Piece]:
    """The slots of a place that the asking person may see, rendered in order."""
    found = []
    for slot in manifest.slots(place):
        if slot.permission and not may(request, slot.permission):
            continue
        extra = slot.context(request, **given) if slot.context else {}
        if extra is None:
            continue
        html = SafeString(render_to_string(slot.template, {**given, **extra}, request=request))
        found.append(Piece(key=slot.key or slot.template, label=str(slot.label), html=html))
    return found


@register.simple_tag(takes_context=True, name="slot")
def slot_tag(context: Context, place: str, **given: Any) -> SafeString:
    """`{% slot "desk.conversation.actions" case=case %}`: what other apps put in this place."""
    found = pieces(place, request=context.get("request"), given=given)
    return format_html_join("", "{}", ((piece.html,) for piece in found))


@register.simple_tag(takes_context=True)
def slots_of(context: Context, place: str, **given: Any) -> list[Piece]:
    """`{% slots_of "desk.side.tabs" case=case as tabs %}`: the pieces (key, label, html) to lay out."""
    return pieces(place, request=context.get("request"), given=given)


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> str:
    """`{% repeat_block "title" %}`: the content of a block of this page, once more.

    Only in a template that is itself extended (not in an included one).
    """
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return block.render(context) if block is not None else ""


@register.simple_block_tag
def capture(content: str) -> str:
    """`{% capture as buttons %}…{% endcapture %}`: markup kept for another tag's argument."""
    return content
