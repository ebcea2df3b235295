"""One article: for staff, for editors, for the public."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.permissions import check_permission
from lingting.service.knowledge.models import Article, Picture, Version
from lingting.service.knowledge.services.refusals import NoSuchArticle

READ = "knowledge.read_articles"
WRITE = "knowledge.write_articles"


def access_article(account: Account, article_id: int) -> Article:
    """An article for a member of staff: published ones with `READ`, others with `WRITE`. Raises `NoSuchArticle`."""
    check_permission(account, READ)
    found = _with_subject().filter(pk=article_id).first()
    if found is None or not (found.is_published or account.can(WRITE)):
        raise NoSuchArticle(_("There is no such article, or it is not published."))
    return found


def access_draft(account: Account, article_id: int) -> Article:
    """An article for an editor. Raises `NotPermitted`, `NoSuchArticle`."""
    check_permission(account, WRITE)
    found = _with_subject().filter(pk=article_id).first()
    if found is None:
        raise NoSuchArticle(_("There is no such article."))
    return found


def public_article(language: str, slug: str) -> Article:
    """A published article that customers may read. Raises `NoSuchArticle`: an internal one does not exist for them."""
    found = Article.objects.public().in_language(language).filter(slug=slug).select_related("subject__category__parent").first()
    if found is None:
        raise NoSuchArticle(_("This page does not exist (any more). Search for what you need."))
    return found


def languages_of(article: Article, *, is_editor: bool = False, is_public: bool = False) -> list[dict[str, Any]]:
    """The texts of the article's subject: id, language, slug, state, title; only published ones for readers."""
    texts = Article.objects.filter(subject_id=article.subject_id)
    if is_public:
        texts = texts.public()
    elif not is_editor:
        texts = texts.published()
    return [dict(row) for row in texts.order_by("-language").values("id", "language", "slug", "state", "title")]


def versions_of(article_id: int) -> list[Version]:
    """Its publications, newest first, without their texts."""
    found = Version.objects.filter(article_id=article_id).select_related("published_by").defer("html")
    return list(found.order_by("-number"))


def article_row(article: Article) -> dict[str, Any]:
    """An article as a list or a search shows it."""
    return {"id": article.pk, "title": article.title, "summary": article.summary, "language": article.language}


def picture_is_public(file_id: int) -> bool:
    """Whether a picture stands in an article that customers may read."""
    return Picture.objects.filter(file_id=file_id, article__state="published", article__subject__audience="public").exists()


def _with_subject() -> Any:
    return Article.objects.select_related("subject__category", "subject__owner", "drafted_by")
