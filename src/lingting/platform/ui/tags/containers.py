"""Tags with children: card, callout, drawer, modal, menu, panes, tabs, toolbar, section."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingting.platform.ui.icons import icon_svg
from lingting.platform.ui.tags import register
from lingting.platform.ui.tags.marks import STATES, state_kind
from lingting.platform.ui.tags.marks import key as key_caps


def part(name: str, /, **values: object) -> SafeString:
    """A template of `ui/parts/`, rendered with just these values."""
    return SafeString(render_to_string(f"ui/parts/{name}.html", values))


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    subtitle: str = "",
    *,
    icon: str = "",
    actions: str = "",
    flush: bool = False,
    id: str = "",
    state: str = "",
) -> SafeString:
    """`{% card "标题" subtitle="…" icon="…" flush=True id="…" state="breach" %}…{% endcard %}`.

    `flush` lets a table or list touch the edges. `actions` is ready-made markup (use
    `{% capture %}` or a variable). `state` draws the edge and needs a word inside that says it.
    """
    kind = state_kind(state) if state else ""
    return part(
        "card", content=content, title=title, subtitle=subtitle, icon=icon, actions=actions, flush=flush, id=id, kind=kind
    )


@register.simple_block_tag
def callout(content: str, kind: str = "ours", title: str = "", *, icon: str = "") -> SafeString:
    """`{% callout "warning" "…发生了什么" %}要做什么…{% endcallout %}`: says what to do, in place."""
    kind = state_kind(kind)
    symbol = icon or {"ours": "info-circle"}.get(kind, STATES[kind])
    role = "alert" if kind == "breach" else "note"
    return part("callout", content=content, kind=kind, title=title, icon=symbol, role=role)


@register.simple_block_tag
def modal(content: str, id: str, title: str, *, size: str = "m", icon: str = "") -> SafeString:
    """`{% modal "merge" "合并工单" size="s|m|l" %}…{% endmodal %}`: opened by `data-opens="merge"`.

    Put the buttons in `<footer>`; `data-closes` on a button closes. Escape and the ground close. A `data-dialog-fill`
    inside is filled by the server: a `data-dialog-title` in the answer becomes the title, its first field takes the focus.
    """
    return part("dialog", content=content, id=id, title=title, size=size, icon=icon, shape="modal")


@register.simple_block_tag
def drawer(content: str, id: str, title: str, *, size: str = "m", icon: str = "") -> SafeString:
    """`{% drawer "details" "详情" %}…{% enddrawer %}`: like `modal`, from the right edge."""
    return part("dialog", content=content, id=id, title=title, size=size, icon=icon, shape="drawer")


@register.simple_block_tag
def menu(
    content: str,
    id: str,
    label: str = "",
    *,
    icon: str = "",
    look: str = "",
    align: str = "end",
    hidden_label: str = "",
) -> SafeString:
    """`{% menu "row-7" "更多" icon="dots" %}{% menu_item … %}{% endmenu %}`: a button and its menu.

    `look` is the button's class ("btn-primary", "btn-ghost"); `hidden_label` names a button
    that shows only its icon. `id` is unique on the page.
    """
    return part(
        "menu", content=content, id=id, label=label, icon=icon, look=look or "btn-ghost", align=align, hidden_label=hidden_label
    )


@register.simple_tag
def menu_item(
    label: str,
    url: str = "",
    *,
    icon: str = "",
    key: str = "",
    danger: bool = False,
    opens: str = "",
    event: str = "",
    post: str = "",
    current: bool = False,
    detail: str = "",
) -> SafeString:
    """A line of a menu: a link (`url`), a button that posts (`post`), opens a dialog or fires an event."""
    acts = {"data-opens": opens, "data-fires": event, "data-posts": post}
    attributes = format_html_join("", ' {}="{}"', ((name, value) for name, value in acts.items() if value))
    inner = format_html(
        "{}<span>{}{}</span>{}{}",
        icon_svg(icon) if icon else "",
        label,
        format_html("<small>{}</small>", detail) if detail else "",
        icon_svg("check", size=16) if current else "",
        key_caps(key) if key else "",
    )
    look = SafeString(" is-danger") if danger else ""
    marked = SafeString(' aria-current="true"') if current else ""
    if url:
        return format_html('<a class="lt-menu-item{}" href="{}"{}{}>{}</a>', look, url, attributes, marked, inner)
    return format_html('<button type="button" class="lt-menu-item{}"{}{}>{}</button>', look, attributes, marked, inner)


@register.simple_tag
def menu_line() -> SafeString:
    """A thin line between groups of a menu."""
    return SafeString('<hr class="lt-menu-line">')


@register.simple_block_tag
def tabs(content: str, label: str = "") -> SafeString:
    """`{% tabs "视图" %}{% tab … %}{% endtabs %}`: tabs that are links (each has its URL)."""
    return format_html('<nav class="lt-tabs" aria-label="{}">{}</nav>', label or gettext("Views"), content)


@register.simple_tag
def tab(label: str, url: str, *, current: bool = False, count: int | None = None, icon: str = "") -> SafeString:
    """`{% tab "待回复" url current=True count=12 %}` inside `{% tabs %}`."""
    return format_html(
        '<a class="lt-tab" href="{}"{}>{}<span>{}</span>{}</a>',
        url,
        SafeString(' aria-current="page"') if current else "",
        icon_svg(icon, size=16) if icon else "",
        label,
        format_html('<span class="lt-count">{}</span>', count) if count is not None else "",
    )


@register.simple_block_tag
def toolbar(content: str, label: str = "") -> SafeString:
    """`{% toolbar "编辑" %}…{% endtoolbar %}`: a row of controls; what does not fit wraps."""
    return format_html('<div class="lt-toolbar" role="group" aria-label="{}">{}</div>', label or gettext("Tools"), content)


@register.simple_block_tag
def panes(content: str, key: str, *, focus: str = "") -> SafeString:
    """`{% panes "desk" %}{% pane … %}{% endpanes %}`: side by side, resizable, remembered per browser.

    On the phone one pane shows at a time: `focus` names it, `panes.js: showPane(key, name)` changes it.
    """
    return format_html('<div class="lt-panes" data-panes="{}" data-focus="{}">{}</div>', key, focus, content)


@register.simple_block_tag
def pane(
    content: str,
    name: str,
    label: str,
    *,
    width: int = 0,
    least: int = 240,
    most: int = 560,
    id: str = "",
) -> SafeString:
    """`{% pane "list" "会话列表" width=320 %}…{% endpane %}`: without `width` it takes the rest."""
    return part("pane", content=content, name=name, label=label, width=width, least=least, most=most, id=id)


@register.simple_block_tag
def section(content: str, id: str, title: str, text: str = "", *, folded: bool = False) -> SafeString:
    """`{% section "hours" "营业时间" "…" [folded=True] %}…{% endsection %}`: a part of a form page, in its left index.

    A folded one shows its head only, for what is filled in already; one that holds an error is never folded.
    """
    return part("section", content=content, id=id, title=title, text=text, folded=folded and not _holds_an_error(content))


def _holds_an_error(content: str) -> bool:
    """Whether a control in it is marked as invalid, as a screen reader is told it; text that people wrote has no bare quotes."""
    return 'aria-invalid="true"' in content
