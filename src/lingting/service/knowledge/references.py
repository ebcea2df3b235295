"""Articles as steps of procedures name them: `knowledge.article:<id>`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from lingting.kernel.procedures.registry import Reference
from lingting.service.knowledge.models import Article

PREFIX = "knowledge.article"
MOST_FOUND = 20


def resolve_articles(ids: Sequence[str]) -> Mapping[str, Reference]:
    """Published articles by id, as written; what is no number, gone or withdrawn is left out. One query."""
    numbers = [int(pk) for pk in ids if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    return {str(article.pk): _reference(article) for article in Article.objects.published().filter(pk__in=numbers)}


def find_articles(words: str) -> list[Reference]:
    """Published articles whose title has the words, the most used first; without words the most used."""
    found = Article.objects.published().filter(title__icontains=words.strip())
    return [_reference(article) for article in found.order_by("-use_count", "id")[:MOST_FOUND]]


def _reference(article: Article) -> Reference:
    return Reference(key=f"{PREFIX}:{article.pk}", label=article.title, url=reverse("knowledge:article", args=[article.pk]))
