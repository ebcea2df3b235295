"""`{% load live %}{% live_head %}` in the shell's `<head>`."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def live_head(context: template.Context) -> SafeString:
    """The page's position, whose page it is, and the module that follows from there.

    Without `LiveCursorMiddleware`, or on a page it does not serve, the stream begins when
    the browser connects.
    """
    request = context.get("request")
    return format_html(
        '<meta name="live-cursor" content="{}" data-person="{}"><script type="module" src="{}"></script>',
        getattr(request, "live_cursor", ""),
        getattr(getattr(request, "user", None), "pk", None) or "",
        static("realtime/live.js"),
    )
