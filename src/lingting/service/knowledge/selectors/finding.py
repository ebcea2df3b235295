"""Searching articles: the reader's language first, the best fit next, with the place where the words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, FloatField, Func, IntegerField, QuerySet, Value, When

from lingting.platform.search import query
from lingting.science.language import fold
from lingting.service.knowledge.models import Article

SNIPPET = 110
_BEFORE = 30
_RUNS = re.compile(r"[㐀-鿿豈-﫿]+|[^\W_㐀-鿿豈-﫿]+")
_ROW = ("id", "title", "summary", "language", "slug", "text", "subject_id", "subject__audience", "subject__category__name_zh",
        "subject__category__name_en", "published_at")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """An article that holds the words. `title` and `snippet` are pieces (text, is_hit), so that templates escape them."""

    id: int
    language: str
    slug: str
    audience: str
    plain_title: str
    title: list[tuple[str, bool]]
    snippet: list[tuple[str, bool]]
    category_zh: str
    category_en: str


class _Rank(Func):
    function = "ts_rank"
    output_field = FloatField()


def search_articles(articles: QuerySet[Article], *, words: str, language: str, limit: int) -> list[Found]:
    """The articles of a queryset that hold all words; if none does, those that hold any. One query, or two.

    Texts in `language` come first; a subject is not shown again in the other language when its text in the first fits.
    """
    asked = query(words)
    if asked is None:
        return []
    rows = _rows(articles, asked, language=language, limit=2 * limit)
    if not rows and " & " in asked:
        rows = _rows(articles, asked.replace(" & ", " | "), language=language, limit=2 * limit)
    seen: set[int] = set()
    found = []
    for row in rows:
        if row["subject_id"] not in seen:
            seen.add(row["subject_id"])
            found.append(_found(row, words))
    return found[:limit]


def _rows(articles: QuerySet[Article], asked: str, *, language: str, limit: int) -> list[dict[str, Any]]:
    is_own = Case(When(language=language, then=Value(0)), default=Value(1), output_field=IntegerField())
    rank = _Rank(F("vector"), Func(Value(asked), template="%(expressions)s::tsquery"))
    rows = articles.filter(vector__matches=asked).annotate(foreign=is_own, fit=rank)
    return list(rows.order_by("foreign", "-fit", "-id").values(*_ROW)[:limit])


def _found(row: dict[str, Any], words: str) -> Found:
    sought = sought_words(words)
    return Found(
        id=row["id"], language=row["language"], slug=row["slug"], audience=row["subject__audience"], plain_title=row["title"],
        title=marked(row["title"], sought), snippet=snippet_of(row["text"] or row["summary"], sought),
        category_zh=row["subject__category__name_zh"], category_en=row["subject__category__name_en"],
    )  # fmt: skip


def sought_words(words: str) -> list[str]:
    """What to mark: each run of Chinese or of letters and digits; the pairs of a longer Chinese run after it."""
    runs = _RUNS.findall(fold(words))[:12]
    pairs = [run[at : at + 2] for run in runs if len(run) > 2 and "㐀" <= run[0] <= "鿿" for at in range(len(run) - 1)]
    return runs + pairs


def snippet_of(text: str, sought: Sequence[str]) -> list[tuple[str, bool]]:
    """A line of text around the first words found, in pieces (text, is_hit); the beginning when they stand elsewhere."""
    line = " ".join(text.replace("• ", "").split())
    places = [place for word in sought if (place := _place(line, word)) is not None]
    start = max(0, places[0] - _BEFORE) if places else 0
    if 0 < start < len(line) and line[start].isascii() and line[start - 1].isascii():
        start = line.find(" ", start) + 1 or start
    cut = line[start : start + SNIPPET]
    pieces = marked(cut, sought)
    return [*([("…", False)] if start else []), *pieces, *([("…", False)] if start + SNIPPET < len(line) else [])]


def marked(text: str, sought: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in pieces (text, is_hit). Case and width do not matter; whole runs go before pairs."""
    folded = fold(text)
    if len(folded) != len(text) or not sought:
        return [(text, False)]
    hits = [False] * len(text)
    has_run = False
    for word in sought:
        if has_run and len(word) == 2 and any(word in longer for longer in sought if len(longer) > 2 and longer in folded):
            continue
        for place in _places(folded, word):
            hits[place : place + len(word)] = [True] * len(word)
            has_run = True
    return list(_pieces(text, hits))


def _place(line: str, word: str) -> int | None:
    place = fold(line).find(word)
    return place if place >= 0 else None


def _places(folded: str, word: str) -> Iterator[int]:
    place = folded.find(word)
    while place >= 0:
        yield place
        place = folded.find(word, place + len(word))


def _pieces(text: str, hits: Sequence[bool]) -> Iterator[tuple[str, bool]]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or hits[at] != hits[start]:
            yield text[start:at], hits[start]
            start = at
