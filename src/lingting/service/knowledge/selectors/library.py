"""The shelves and what stands on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from lingting.service.knowledge.models import Article, Category, SearchMiss

MISS_DAYS = 30


@dataclass(kw_only=True)
class Shelf:
    """A category with how many articles a reader finds in it, and the shelves within it."""

    category: Category
    count: int = 0
    inner: list[Shelf] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.count + sum(shelf.total for shelf in self.inner)


def shelves(articles: QuerySet[Article]) -> list[Shelf]:
    """All categories as a tree, counting the subjects of the given articles. Two queries."""
    counts = dict(articles.order_by().values_list("subject__category_id").annotate(count=Count("subject_id", distinct=True)))
    found = {category.pk: Shelf(category=category, count=counts.get(category.pk, 0)) for category in Category.objects.all()}
    top: list[Shelf] = []
    for shelf in found.values():
        above = found.get(shelf.category.parent_id) if shelf.category.parent_id else None
        (above.inner if above else top).append(shelf)
    return top


def articles_in(articles: QuerySet[Article], category_ids: list[int], *, language: str) -> list[dict[str, Any]]:
    """A row per subject in these categories: the text in the reader's language, else the other one; by title."""
    rows = articles.filter(subject__category_id__in=category_ids).annotate(audience=F("subject__audience"))
    chosen: dict[int, dict[str, Any]] = {}
    for row in rows.order_by("id").values(*ROW):
        if row["subject_id"] not in chosen or row["language"] == language:
            chosen[row["subject_id"]] = row
    return sorted(chosen.values(), key=lambda row: (row["language"] != language, row["title"]))


ROW = (
    "id", "title", "summary", "language", "slug", "state", "subject_id", "audience", "published_at", "updated_at", "drafted_at",
    "helpful_count", "unhelpful_count", "use_count",
)  # fmt: skip


def newest_articles(articles: QuerySet[Article], *, language: str, most: int) -> list[dict[str, Any]]:
    """What was published last in a language."""
    rows = articles.published().in_language(language).annotate(audience=F("subject__audience"))  # type: ignore[attr-defined]
    return list(rows.order_by("-published_at", "-id").values(*ROW)[:most])


def most_used(articles: QuerySet[Article], *, language: str, most: int) -> list[dict[str, Any]]:
    """What helps most: put into answers, found helpful by readers."""
    rows = articles.published().in_language(language).annotate(audience=F("subject__audience"))  # type: ignore[attr-defined]
    used = rows.annotate(worth=F("use_count") + F("helpful_count")).filter(worth__gt=0)
    return list(used.order_by("-worth", "-id").values(*ROW)[:most])


def drafts_waiting(*, most: int) -> list[dict[str, Any]]:
    """What is written but not published, the last touched first."""
    rows = Article.objects.filter(Q(drafted_at__isnull=False) | ~Q(state="published")).annotate(audience=F("subject__audience"))
    return list(rows.order_by("-updated_at", "-id").values(*ROW, "draft_title", "drafted_by__display_name")[:most])


def search_misses(*, now: datetime, most: int) -> list[dict[str, Any]]:
    """What was searched in vain in the last 30 days: words, how often, when last."""
    recent = SearchMiss.objects.filter(at__gte=now - timedelta(days=MISS_DAYS))
    counted = recent.values("words").annotate(count=Count("id"), last_at=Max("at"))
    return [dict(row) for row in counted.order_by("-count", "-last_at", "words")[:most]]
