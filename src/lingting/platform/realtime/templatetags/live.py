"""`{% load live %}{% live_head %}` in the shell's `<head>`."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def live_head(context: template.Context) -> SafeString:
    """The page's position and the module that follows from there.

    Without `LiveCursorMiddleware`, or on a page it does not serve, the stream begins when
    the browser connects.
    """
    cursor = _cursor(context.get("request"))
    return format_html(
        '<meta name="live-cursor" content="{}"><script type="module" src="{}" data-worker="{}"></script>',
        cursor,
        static("realtime/live.js"),
        static("realtime/live-worker.js"),
    )


def _cursor(request: Any) -> str:
    return str(getattr(request, "live_cursor", ""))
