"""Reads of the knowledge base. What customers read goes through `Article.objects.public()` and nothing else."""

from lingting.service.knowledge.selectors.articles import (
    READ,
    WRITE,
    access_article,
    access_draft,
    article_row,
    languages_of,
    picture_is_public,
    public_article,
    versions_of,
)
from lingting.service.knowledge.selectors.finding import Found, search_articles
from lingting.service.knowledge.selectors.library import (
    Shelf,
    articles_in,
    drafts_waiting,
    most_used,
    newest_articles,
    search_misses,
    shelves,
)

__all__ = [
    "READ",
    "WRITE",
    "Found",
    "Shelf",
    "access_article",
    "access_draft",
    "article_row",
    "articles_in",
    "drafts_waiting",
    "languages_of",
    "most_used",
    "newest_articles",
    "picture_is_public",
    "public_article",
    "search_articles",
    "search_misses",
    "shelves",
    "versions_of",
]
