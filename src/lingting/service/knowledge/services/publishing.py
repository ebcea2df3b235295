"""Publishing: the draft becomes what readers see, a version is kept, and search knows it in the same commit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.search import joined_vector
from lingting.service.knowledge.events import ArticlePublished, ArticleWithdrawn
from lingting.service.knowledge.html import CELLS, plain_text, sanitised
from lingting.service.knowledge.models import Article, Version
from lingting.service.knowledge.services.drafts import draft_of, free_slug, locked_article
from lingting.service.knowledge.services.refusals import BadArticle, NothingToPublish

SUMMARY_LENGTH = 160


@transaction.atomic
def publish_article(article_id: int, *, actor: Actor, now: datetime) -> Version:
    """The draft stands for readers from now on, as a new version. Raises `BadArticle`, `NothingToPublish`.

    A first publication takes its address from the title; later ones keep it, so that links live on. Locks the article.
    """
    article = locked_article(article_id)
    if not article.has_draft and article.is_published:
        raise NothingToPublish(_("What is written is what is published. Change something first."))
    shown = draft_of(article)
    html = sanitised(shown["html"])
    _check(shown["title"], html)
    is_first = not article.versions.exists()
    if is_first:
        article.slug = free_slug(shown["title"], language=article.language, excluding=article.pk)
    apply_text(article, title=shown["title"], html=html, summary=shown["summary"], keywords=shown["keywords"])
    article.state, article.published_at, article.updated_at = "published", now, now
    article.draft_title = article.draft_html = article.draft_summary = article.draft_keywords = ""
    article.drafted_at = None
    article.draft_number += 1
    article.save()
    last = article.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(
        article=article, number=last + 1, title=article.title, html=html, published_at=now,
        published_by_id=actor.id if actor.is_staff else None,
    )  # fmt: skip
    fact = ArticlePublished(
        article_id=article.pk, number=version.number, language=article.language, audience=article.subject.audience
    )
    record(fact, actor=actor, now=now)
    return version


@transaction.atomic
def withdraw_article(article_id: int, *, actor: Actor, now: datetime) -> Article:
    """Readers no longer see it; the text stays as a draft and can be published again."""
    article = locked_article(article_id)
    if not article.is_published:
        return article
    article.state, article.updated_at = "withdrawn", now
    article.save(update_fields=["state", "updated_at"])
    record(ArticleWithdrawn(article_id=article.pk), actor=actor, now=now)
    return article


def apply_text(article: Article, *, title: str, html: str, summary: str, keywords: str) -> None:
    """Sets what readers see, with the plain text, a summary where none is written, and the search vector. Does not save."""
    article.title, article.html, article.keywords = title, html, keywords
    article.text = plain_text(html)
    article.summary = summary or summary_of(article.text)
    article.vector = joined_vector([(title, "A"), (keywords, "B"), (article.summary, "C"), (article.text, "")])


def summary_of(text: str) -> str:
    """The beginning of a text without its tables, cut at the end of a sentence or a word."""
    told = [line.removeprefix("• ") for line in text.split("\n") if CELLS not in line]
    line = " ".join(" ".join(told or [text]).split())
    if len(line) <= SUMMARY_LENGTH:
        return line
    cut = line[:SUMMARY_LENGTH]
    ends = [cut.rfind(sign) for sign in "。！？；.!?;"]
    if max(ends) > SUMMARY_LENGTH // 2:
        return cut[: max(ends) + 1]
    words = cut.rsplit(" ", 1)[0] if " " in cut[SUMMARY_LENGTH // 2 :] else cut
    return words.rstrip("，,、 ") + "…"


def _check(title: str, html: str) -> None:
    if not title:
        raise BadArticle(_("Give the article a title."), fields={"title": [_("Give the article a title.")]})
    if not plain_text(html) and "<img" not in html:
        raise BadArticle(_("Write the article before you publish it."), fields={"html": [_("There is nothing in it yet.")]})
