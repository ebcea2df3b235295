"""Writing: new articles, the draft beside what is published, and what a subject is about."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.knowledge.events import AudienceChanged
from lingting.service.knowledge.html import LONGEST_HTML, sanitised
from lingting.service.knowledge.models import Article, Category, Subject, Version
from lingting.service.knowledge.services.refusals import BadArticle, DraftMoved, LanguageTaken, NoSuchArticle

LANGUAGES = ("zh-hans", "en")
AUDIENCES = ("public", "internal")
LONGEST = {"title": 160, "summary": 300, "keywords": 300}


@transaction.atomic
def create_article(
    title: str, *, category_id: int, audience: str, language: str, actor: Actor, now: datetime, subject_id: int | None = None
) -> Article:
    """A new article as a draft; with `subject_id`, another language of an article there is. Raises `LanguageTaken`."""
    clean = _clean("title", title)
    if not clean:
        raise BadArticle(_("Give the article a title."), fields={"title": [_("Give the article a title.")]})
    if language not in LANGUAGES or audience not in AUDIENCES:
        raise BadArticle(_("Choose a language and who may read it."))
    subject = Subject.objects.filter(pk=subject_id).first() if subject_id else None
    if subject is None:
        key = f"{slugify(clean)[:60] or 'article'}-{secrets.token_hex(3)}"
        subject = Subject.objects.create(
            key=key, category_id=category_id, audience=audience, owner_id=actor.id if actor.is_staff else None
        )
    try:
        with transaction.atomic():
            return Article.objects.create(
                subject=subject, language=language, title=clean, slug=free_slug(clean, language=language), draft_title=clean,
                drafted_at=now, drafted_by_id=actor.id if actor.is_staff else None, draft_number=1, created_at=now, updated_at=now,
            )  # fmt: skip
    except IntegrityError:
        taken = Article.objects.get(subject=subject, language=language)
        raise LanguageTaken(_("There is a text in this language already. Open that one."), article_id=taken.pk) from None


@transaction.atomic
def save_draft(
    article_id: int, *, title: str, html: str, summary: str, keywords: str, expected: int | None, actor: Actor, now: datetime
) -> Article:
    """Keeps what is being written beside what is published. HTML is sanitised here.

    `expected` is the `draft_number` the editor began with; None overwrites. Nothing happens where nothing differs.
    Raises `DraftMoved`, `BadArticle`, `NoSuchArticle`. Locks the article.
    """
    article = locked_article(article_id)
    if expected is not None and article.draft_number != expected:
        raise DraftMoved(
            _("%(name)s saved this draft in between. Copy what you wrote, reload, and put it in again.")
            % {"name": article.drafted_by or _("Somebody")}
        )
    if len(html) > LONGEST_HTML:
        raise BadArticle(_("The article is too long. Split it into several."))
    new = {
        "draft_title": _clean("title", title),
        "draft_html": sanitised(html),
        "draft_summary": _clean("summary", summary),
        "draft_keywords": _clean("keywords", keywords),
    }
    shown = draft_of(article)
    if all(shown[field.removeprefix("draft_")] == value for field, value in new.items()):
        return article
    for field, value in new.items():
        setattr(article, field, value)
    article.draft_number += 1
    article.drafted_at, article.drafted_by_id, article.updated_at = now, actor.id, now
    article.save(update_fields=[*new, "draft_number", "drafted_at", "drafted_by", "updated_at"])
    return article


def draft_of(article: Article) -> dict[str, str]:
    """What an editor goes on writing: the draft if there is one, else what is published. Keys title, html, summary, keywords."""
    if article.has_draft:
        return {
            "title": article.draft_title, "html": article.draft_html, "summary": article.draft_summary,
            "keywords": article.draft_keywords,
        }  # fmt: skip
    return {"title": article.title, "html": article.html, "summary": article.summary, "keywords": article.keywords}


@transaction.atomic
def discard_draft(article_id: int, *, now: datetime) -> Article:
    """Forgets what is written beside the published text. Raises `BadArticle` when nothing else would be left."""
    article = locked_article(article_id)
    if not article.versions.exists():
        raise BadArticle(_("This article was never published; its draft is all there is."))
    _empty_draft(article, now=now)
    return article


@transaction.atomic
def restore_version(article_id: int, *, number: int, actor: Actor, now: datetime) -> Article:
    """Puts an earlier publication into the draft, to be looked at and published again."""
    article = locked_article(article_id)
    version = Version.objects.filter(article=article, number=number).first()
    if version is None:
        raise NoSuchArticle(_("There is no such version."))
    shown = draft_of(article)
    return save_draft(
        article.pk, title=version.title, html=version.html, summary=shown["summary"], keywords=shown["keywords"], expected=None,
        actor=actor, now=now,
    )  # fmt: skip


@transaction.atomic
def change_subject(subject_id: int, *, category_id: int, audience: str, actor: Actor, now: datetime) -> Subject:
    """Where the article stands and who may read it, in all its languages, at once."""
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    if audience not in AUDIENCES or not Category.objects.filter(pk=category_id).exists():
        raise BadArticle(_("Choose a category and who may read it."))
    is_other_audience = subject.audience != audience
    subject.category_id, subject.audience = category_id, audience
    subject.save(update_fields=["category", "audience"])
    if is_other_audience:
        for article_id in subject.articles.order_by("pk").values_list("pk", flat=True):
            record(AudienceChanged(article_id=article_id, audience=audience), actor=actor, now=now)
    return subject


def locked_article(article_id: int) -> Article:
    """The article, locked in the running transaction. Raises `NoSuchArticle`."""
    found = Article.objects.select_for_update(of=("self",)).select_related("subject", "drafted_by").filter(pk=article_id).first()
    if found is None:
        raise NoSuchArticle(_("There is no such article."))
    return found


def free_slug(title: str, *, language: str, excluding: int | None = None) -> str:
    """An address from the title that no other article of the language has."""
    base = slugify(title, allow_unicode=True)[:100].strip("-") or "article"
    taken = set(
        Article.objects.filter(language=language, slug__startswith=base).exclude(pk=excluding or 0).values_list("slug", flat=True)
    )
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _empty_draft(article: Article, *, now: datetime) -> None:
    article.draft_title = article.draft_html = article.draft_summary = article.draft_keywords = ""
    article.drafted_at, article.updated_at = None, now
    article.draft_number += 1
    article.save(
        update_fields=["draft_title", "draft_html", "draft_summary", "draft_keywords", "drafted_at", "updated_at", "draft_number"]
    )


def _clean(field: str, text: str) -> str:
    clean = " ".join(text.replace("\x00", "").split())
    if len(clean) > LONGEST[field]:
        sentence = _("Shorten this to at most %(count)s characters.") % {"count": LONGEST[field]}
        raise BadArticle(sentence, fields={field: [sentence]})
    return clean
