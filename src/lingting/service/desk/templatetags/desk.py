"""`{% inbox_rows %}`: the rows of the inbox; `{% bulk_bar %}`: acts on many of them."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from lingting.service.desk import fragments
from lingting.service.desk.rows import row_html

register = template.Library()


@register.inclusion_tag("desk/_more_rows.html", takes_context=True)
def inbox_rows(context: template.Context) -> dict[str, object]:
    """The rows in the context (`rows`, `view`), the open `case` marked, and what fetches the `next` ones."""
    opened = context.get("case")
    view = str(context.get("view", ""))
    html = "".join(row_html(row, view=view, is_current=opened is not None and opened.pk == row["id"]) for row in context["rows"])
    return {"html": SafeString(html), "view": view, "next": context.get("next"), "query": context.get("query", "")}


@register.simple_tag
def bulk_bar() -> SafeString:
    return fragments.bulk_bar()
