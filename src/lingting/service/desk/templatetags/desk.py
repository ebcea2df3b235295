"""`{% inbox_rows %}`: the rows of the inbox; `{% list_tools %}`: what stands above; `{% bulk_bar %}`: acts on many."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from lingting.service.desk import fragments

register = template.Library()


@register.simple_tag(takes_context=True)
def inbox_rows(context: template.Context) -> SafeString:
    """The rows in the context (`rows`, `view`), the open `case` marked, and what fetches the `next` ones."""
    opened = context.get("case")
    return fragments.list_rows(
        context["rows"],
        view=str(context.get("view", "")),
        next_cursor=context.get("next"),
        query=str(context.get("query", "")),
        opened_id=opened.pk if opened is not None else None,
    )


@register.simple_tag(takes_context=True)
def list_tools(context: template.Context) -> SafeString:
    """Search, filter and export above the rows."""
    return fragments.list_tools(
        str(context["view"]),
        words=context["words"],
        query=context["query"],
        is_filtered=bool(context["chips"]),
        may_export=context["may_export"],
    )


@register.simple_tag
def bulk_bar() -> SafeString:
    return fragments.bulk_bar()
