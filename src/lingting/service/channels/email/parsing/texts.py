"""HTML as plain text: what a reader would see, with quotations marked by “> ”."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

LONGEST_HTML = 2_000_000
_BLOCKS = frozenset({
    "p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre", "hr", "section",
    "article", "header", "footer", "dt", "dd", "center",
})  # fmt: skip
_KEPT = {*_BLOCKS, "a", "b", "i", "em", "strong", "span", "font", "td", "th", "img", "code"}
_GONE = {"script", "style", "title", "head", "template", "svg", "noscript"}
_SPACES = re.compile(r"[ \t\f\v\u00a0]+")
_GAPS = re.compile(r"\n{3,}")


def text_of_html(html: str) -> str:
    """The text of HTML; cleaned by nh3 first, so the reader below only meets well-formed tags."""
    if not html.strip():
        return ""
    clean = nh3.clean(
        html[:LONGEST_HTML], tags=_KEPT, clean_content_tags=_GONE, attributes={"a": {"href"}, "img": {"alt"}},
        link_rel=None, url_schemes={"http", "https", "mailto", "tel"},
    )  # fmt: skip
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._link = ""
        self._link_start = 0
        self._is_pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._break(is_forced=tag == "br")
        if tag == "blockquote":
            self._quotes = min(self._quotes + 1, 9)
        elif tag == "pre":
            self._is_pre += 1
        elif tag == "li":
            self._line.append("• ")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        elif tag == "a":
            self._link, self._link_start = dict(attrs).get("href") or "", len(self._line)
        elif tag == "hr":
            self._lines.append(self._prefix() + "―――")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            shown = "".join(self._line[self._link_start :]).strip()
            target = self._link.removeprefix("mailto:")
            if shown and target not in shown and shown not in target and len(target) < 300:
                self._line.append(f" ({target})")
            self._link = ""
        if tag in _BLOCKS and tag != "br":
            self._break()
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "pre":
            self._is_pre = max(0, self._is_pre - 1)
        elif tag == "p":
            self._lines.append("")

    def handle_data(self, data: str) -> None:
        if self._is_pre:
            first, *rest = data.split("\n")
            self._line.append(first)
            for line in rest:
                self._break(is_forced=True)
                self._line.append(line)
            return
        self._line.append(_SPACES.sub(" ", data.replace("\n", " ").replace("\r", " ")))

    def _prefix(self) -> str:
        return "> " * self._quotes

    def _break(self, *, is_forced: bool = False) -> None:
        line = _SPACES.sub(" ", "".join(self._line)).strip() if not self._is_pre else "".join(self._line)
        if line or is_forced:
            self._lines.append(self._prefix() + line)
        self._line = []

    def text(self) -> str:
        self._break()
        return _GAPS.sub("\n\n", "\n".join(line.rstrip() for line in self._lines)).strip()
