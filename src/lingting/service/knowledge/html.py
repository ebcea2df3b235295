"""The HTML of articles: what may stand in it, what it says as plain text, and how the editor sees it.

An article may hold headings, paragraphs, lists, quotes, code, tables, links and our own pictures; nothing that runs,
nothing from other sites but links.
"""

from __future__ import annotations

import html as entities
import json
import re
from html.parser import HTMLParser

import nh3

TAGS = {
    "h2", "h3", "h4", "p", "div", "br", "hr", "strong", "b", "em", "i", "del", "s", "u", "code", "pre", "blockquote", "ul", "ol",
    "li", "a", "img", "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
LONGEST_HTML = 400_000
_OWN_PICTURE = re.compile(r"/files/[0-9a-f-]{36}/[^\s\"'<>?#]+")
_SPACES = re.compile(r"[ \r\f\v\xa0]+")
CELLS = " | "
_BLOCKS = {"p", "div", "h2", "h3", "h4", "li", "tr", "pre", "blockquote", "table", "ul", "ol", "br", "hr", "figure", "figcaption"}
_EDITOR_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_ATTACHMENT = re.compile(
    r"<figure\b[^>]*\bdata-trix-attachment=(\"[^\"]*\"|'[^']*')[^>]*>(?:(?!<figure\b).)*?</figure>", re.DOTALL
)
_EMPTY = re.compile(r"<(p|div|h2|h3|h4|figure|figcaption|strong|em)>(?:\s|<br\s*/?>|&nbsp;)*</\1>", re.IGNORECASE)


def sanitised(raw: str) -> str:
    """HTML that is safe to show: from the editor, an import or a program. Idempotent."""
    unwrapped = _ATTACHMENT.sub(_attachment_html, raw.replace("\x00", ""))
    unwrapped = re.sub(r"<(/?)h1\b", r"<\1h2", unwrapped, flags=re.IGNORECASE)
    clean = nh3.clean(
        unwrapped, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow",
        attribute_filter=_attribute, strip_comments=True,
    )  # fmt: skip
    clean = re.sub(r"<img(?![^>]*\bsrc=)[^>]*>", "", clean)
    before = ""
    while before != clean:
        before, clean = clean, _EMPTY.sub("", clean)
    return clean.strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures come from our own files only; numbers are numbers."""
    if name == "src":
        return value if _OWN_PICTURE.fullmatch(value) else None
    if name in ("width", "height", "colspan", "rowspan"):
        return value if value.isascii() and value.isdigit() and len(value) < 5 else None
    return value


def _attachment_html(match: re.Match[str]) -> str:
    """What an attachment of the editor stands for: a table as it was, or a picture with its words."""
    try:
        attachment = json.loads(entities.unescape(match[1][1:-1]))
    except ValueError:
        return ""
    if attachment.get("content"):
        return str(attachment["content"])
    if not attachment.get("url"):
        return ""
    sides = "".join(
        f' {side}="{int(attachment[side])}"' for side in ("width", "height") if str(attachment.get(side) or "").isdigit()
    )
    source = entities.escape(str(attachment["url"]))
    caption = re.search(r"<figcaption\b[^>]*attachment__caption--edited[^>]*>(.*?)</figcaption>", match[0], re.DOTALL)
    words = plain_text(caption[1]) if caption else str(attachment.get("caption") or "")
    label = entities.escape(words or str(attachment.get("filename") or ""))
    shown = f"<figcaption>{entities.escape(words)}</figcaption>" if words else ""
    return f'<figure><img src="{source}" alt="{label}"{sides}>{shown}</figure>'


def editor_html(clean: str) -> str:
    """Sanitised HTML as the editor takes it: tables travel as attachments, since it knows none of its own."""
    return _EDITOR_TABLE.sub(_table_attachment, clean)


def _table_attachment(match: re.Match[str]) -> str:
    attachment = json.dumps({"contentType": "text/html", "content": match[0]}, ensure_ascii=False)
    return f'<figure data-trix-attachment="{entities.escape(attachment)}"></figure>'


class _Words(HTMLParser):
    """Collects the words, a line per block; cells of a row are parted by a tab."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lists: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in ("ol", "ul"):
            self.lists.append(0 if tag == "ol" else None)
        if tag == "li":
            self.parts.append(self._sign())

    def _sign(self) -> str:
        """What stands before an item: its number, or a dot."""
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "• "
        self.lists[-1] = number + 1
        return f"{number + 1}. "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in ("td", "th"):
            self.parts.append("\0")

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"[\n\t\0]", " ", data))


def plain_text(clean: str) -> str:
    """What the HTML says, a line per block, list items with a dot or their number, cells of a table parted by `CELLS`.

    For search, summaries and answers in plain text.
    """
    words = _Words()
    words.feed(clean)
    words.close()
    lines = (CELLS.join(_tidy(cell) for cell in line.rstrip(" \0").split("\0")) for line in "".join(words.parts).split("\n"))
    return "\n".join(line for line in lines if line and line != "•")


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
