"""HTML fit to be shown: nothing that acts, nothing from elsewhere unless asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

import nh3

LONGEST_HTML = 3_000_000
_TAGS = {
    "a", "abbr", "b", "big", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span", "strike",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
}  # fmt: skip
_SIZES = {"width", "height", "align", "valign", "bgcolor", "border", "cellpadding", "cellspacing", "colspan", "rowspan"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title"}, "a": {"href", "name"}, "img": {"src", "alt", "width", "height", "align"},
    "font": {"color", "face", "size"}, "table": _SIZES, "td": _SIZES, "th": _SIZES, "tr": _SIZES, "col": {"width", "span"},
    "ol": {"start", "type"}, "div": {"align"}, "p": {"align"},
}  # fmt: skip
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius", "border-right",
    "border-spacing", "border-style", "border-top", "border-width", "color", "direction", "display", "font", "font-family", "font-size",
    "font-style", "font-weight", "height", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "text-align", "text-decoration", "text-indent", "vertical-align", "white-space", "width", "word-break",
}  # fmt: skip
_GONE = {"script", "style", "title", "head", "iframe", "object", "embed", "template", "svg", "math", "noscript", "form"}
_REMOTE = re.compile(r"""<img\b[^>]*\bsrc\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
_URL_STYLE = re.compile(r"url\s*\(", re.IGNORECASE)


def has_remote_pictures(html: str) -> bool:
    """Whether showing it as it is would call somebody's server."""
    return bool(_REMOTE.search(html[:LONGEST_HTML]))


def safe_html(html: str, *, pictures: Mapping[str, str], with_remote: bool) -> str:
    """HTML that can be shown: no script, form, style sheet or frame; `pictures` maps Content-IDs to addresses of ours.

    Remote pictures keep their place but not their source unless `with_remote`. Links open elsewhere and tell nothing.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return None if _URL_STYLE.search(value) or "expression" in value.lower() else value
        if tag == "img" and name == "src":
            return _source(value, pictures=pictures, with_remote=with_remote)
        return value

    return nh3.clean(
        html[:LONGEST_HTML], tags=_TAGS, clean_content_tags=_GONE, attributes=_ATTRIBUTES, attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"}, link_rel="noopener noreferrer nofollow",
        filter_style_properties=_STYLES, set_tag_attribute_values={"a": {"target": "_blank"}},
    )  # fmt: skip


def _source(value: str, *, pictures: Mapping[str, str], with_remote: bool) -> str | None:
    clean = value.strip()
    if clean.lower().startswith("cid:"):
        return pictures.get(clean[4:]) or pictures.get(unquote(clean[4:]))
    if clean.lower().startswith(("data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp")):
        return clean
    if clean.lower().startswith(("http://", "https://", "//")):
        return clean if with_remote else None
    return None
