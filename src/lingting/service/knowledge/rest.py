"""The API of the knowledge base: public articles for everybody, internal ones with the scope `knowledge:read`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from lingting.kernel.accounts.permissions import check_caller
from lingting.platform.rest import Number, Page, PageQuery, Rate, by_address, cross_origin, limited, page, scope
from lingting.service.knowledge import selectors
from lingting.service.knowledge.models import Article
from lingting.service.knowledge.presenting import public_url
from lingting.service.knowledge.selectors import READ
from lingting.service.knowledge.services import NoSuchArticle

router = Router(tags=["knowledge"])
READS = Rate(600, per=60, burst=120)
Language = Literal["zh-hans", "en"]


class ArticleLine(Schema):
    """A published article in a list."""

    id: int
    title: str
    summary: str
    language: str
    category: str = Field(description="Key of the category")
    url: str = Field(description="Address in the help centre; empty for internal articles")
    published_at: datetime


class ArticleOut(ArticleLine):
    """A published article: safe HTML, and the same as plain text."""

    html: str
    text: str
    keywords: str


class StaffArticleOut(ArticleOut):
    audience: str


class ArticleFilters(PageQuery):
    language: Language | None = None
    category: str = Field("", max_length=60, description="Key of a category")


class ArticleSearch(Schema):
    q: str = Field(min_length=1, max_length=200)
    language: Language = Field("zh-hans", description="Texts in this language come first")
    limit: int = Field(10, ge=1, le=50)


class FoundOut(Schema):
    id: int
    title: str
    snippet: str
    language: str
    url: str


@router.get("/articles", auth=None, response=Page[ArticleLine])
@cross_origin
@limited(READS, name="knowledge-reads", by=by_address)
def list_articles(request: HttpRequest, query: Query[ArticleFilters]) -> dict[str, Any]:
    """Published public articles, the newest first."""
    return _listed(request, Article.objects.public(), query)


@router.get("/articles/search", auth=None, response=list[FoundOut])
@cross_origin
@limited(READS, name="knowledge-reads", by=by_address)
def find_articles(request: HttpRequest, query: Query[ArticleSearch]) -> list[dict[str, Any]]:
    """Public articles that hold the words."""
    return _found(request, Article.objects.public(), query)


@router.get("/articles/{article_id}", auth=None, response=ArticleOut)
@cross_origin
@limited(READS, name="knowledge-reads", by=by_address)
def read_article(request: HttpRequest, article_id: Number) -> dict[str, Any]:
    """One public article; for all others 404."""
    return _whole(request, Article.objects.public(), article_id)


@router.get("/staff/articles", response=Page[ArticleLine])
@scope("knowledge:read")
def list_staff_articles(request: HttpRequest, query: Query[ArticleFilters]) -> dict[str, Any]:
    """Published articles, internal ones too."""
    check_caller(request, READ)
    return _listed(request, Article.objects.published(), query)


@router.get("/staff/articles/search", response=list[FoundOut])
@scope("knowledge:read")
def find_staff_articles(request: HttpRequest, query: Query[ArticleSearch]) -> list[dict[str, Any]]:
    """Published articles that hold the words, internal ones too."""
    check_caller(request, READ)
    return _found(request, Article.objects.published(), query)


@router.get("/staff/articles/{article_id}", response=StaffArticleOut)
@scope("knowledge:read")
def read_staff_article(request: HttpRequest, article_id: Number) -> dict[str, Any]:
    """One published article, public or internal."""
    check_caller(request, READ)
    return _whole(request, Article.objects.published(), article_id)


def _listed(request: HttpRequest, articles: Any, query: ArticleFilters) -> dict[str, Any]:
    rows = articles.annotate(category=F("subject__category__key"), audience=F("subject__audience"))
    if query.language:
        rows = rows.in_language(query.language)
    if query.category:
        rows = rows.filter(subject__category__key=query.category)
    found = page(rows, query=query, order=("-published_at", "-id"))
    return {"items": [_line(request, article) for article in found["items"]], "next": found["next"]}


def _found(request: HttpRequest, articles: Any, query: ArticleSearch) -> list[dict[str, Any]]:
    words = query.q.replace("\x00", "")
    return [
        {
            "id": one.id,
            "title": one.plain_title,
            "snippet": "".join(text for text, is_hit in one.snippet),
            "language": one.language,
            "url": _url(request, one.language, one.slug) if one.audience == "public" else "",
        }
        for one in selectors.search_articles(articles, words=words, language=query.language, limit=query.limit)
    ]


def _whole(request: HttpRequest, articles: Any, article_id: int) -> dict[str, Any]:
    rows = articles.annotate(category=F("subject__category__key"), audience=F("subject__audience"))
    article = rows.filter(pk=article_id).first()
    if article is None:
        raise NoSuchArticle(_("There is no such article."))
    return _line(request, article) | {
        "html": article.html, "text": article.text, "keywords": article.keywords, "audience": article.audience,
    }  # fmt: skip


def _line(request: HttpRequest, article: Any) -> dict[str, Any]:
    return {
        "id": article.pk,
        "title": article.title,
        "summary": article.summary,
        "language": article.language,
        "category": article.category,
        "url": _url(request, article.language, article.slug) if article.audience == "public" else "",
        "published_at": article.published_at,
    }


def _url(request: HttpRequest, language: str, slug: str) -> str:
    return request.build_absolute_uri(public_url(language, slug))
