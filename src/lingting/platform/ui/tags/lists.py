"""Lists: table, pager, the row's box and the bulk bar."""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingting.platform.ui.tags import register
from lingting.platform.ui.tags.containers import part

_NAMELESS = re.compile(r'(<th(?: class="[^"]*")?>)</th>')
"""A head over buttons says what stands below it to whoever hears the table."""


@register.simple_block_tag
def table(content: str, label: str, *, wide: bool = False, cards: bool = True, id: str = "") -> SafeString:
    """`{% table "工单" %}<thead>…</thead><tbody>…</tbody>{% endtable %}`: the table of the house.

    Numbers: `class="num"` on th and td. Rows that open: `<tr data-href="…">` with a real link
    in the first cell (click opens, middle or Ctrl click opens a tab). On the phone the rows
    become cards whose fields are named by `data-label` on each td; `cards=False` keeps the
    table. `wide` gives it its own sideways scrolling (its head then sticks to it, not the page).
    """
    head = f'<span class="visually-hidden">{gettext("Actions")}</span>'
    content = SafeString(_NAMELESS.sub(rf"\g<1>{head}</th>", content))
    return part("table", content=content, label=label, wide=wide, cards=cards, id=id)


@register.simple_tag
def row_box(value: Any, label: str) -> SafeString:
    """`{% row_box case.id case.subject %}`: the box that takes a row into the bulk bar."""
    return format_html(
        '<input class="form-check-input lt-row-box" type="checkbox" name="picked" value="{}" aria-label="{}">',
        value,
        gettext("Select %(name)s") % {"name": label},
    )


@register.simple_tag
def all_box() -> SafeString:
    """The box in the head of a table that takes all rows shown."""
    return format_html(
        '<input class="form-check-input" type="checkbox" data-picks-all aria-label="{}">',
        gettext("Select all shown"),
    )


@register.simple_tag(takes_context=True)
def pager(context: Any, page: Any) -> SafeString:
    """`{% pager page %}`: older and newer of a keyset page.

    `page.older` and `page.newer` are cursors (text) or None; `page.shown` (optional) is a
    sentence such as "25 of about 1,200". The links keep the query and set `after` or `before`.
    """
    request = context.get("request")
    return part(
        "pager",
        older=_query(request, "after", page.older),
        newer=_query(request, "before", page.newer),
        shown=getattr(page, "shown", ""),
    )


def _query(request: Any, name: str, cursor: str | None) -> str:
    if not cursor:
        return ""
    query = request.GET.copy() if request is not None else None
    if query is None:
        return f"?{name}={cursor}"
    for key in ("after", "before"):
        query.pop(key, None)
    query[name] = cursor
    return "?" + query.urlencode()
