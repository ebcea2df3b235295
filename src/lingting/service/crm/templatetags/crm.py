"""Marks of customers in templates: the tier, and whether the person may."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lingting.platform.ui.icons import icon_svg
from lingting.platform.ui.navigation import may

register = template.Library()


@register.filter
def allowed(permission: str, request: HttpRequest) -> bool:
    """`{% if "crm.edit_customers"|allowed:request %}`."""
    return may(request, permission)


@register.simple_tag
def tier(name: str, rank: int | None = 0, key: str = "") -> SafeString:
    """A tier as a word; the two highest of the four usual ones carry a crown."""
    if not name:
        return format_html('<span class="lt-muted">{}</span>', "–")
    crown = icon_svg("crown") if (rank or 0) >= 2 else ""
    return format_html('<span class="crm-tier" data-rank="{}">{}<span>{}</span></span>', min(rank or 0, 3), crown, name)
