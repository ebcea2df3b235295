"""The knowledge base: categories, subjects and published articles in both languages."""

from __future__ import annotations

from datetime import datetime

from markdown_it import MarkdownIt

from lingting.demo import content
from lingting.demo.content.records import Article as ContentArticle
from lingting.kernel.accounts.models import Account
from lingting.service.knowledge.models import Article, Category, Subject, Version
from lingting.service.knowledge.services import apply_text, sanitised

_ICONS = {
    "usage": "device-mobile", "troubleshooting": "tool", "orders": "truck", "installation": "home", "returns": "refresh",
    "payment": "receipt-refund", "membership": "gift", "internal": "lock",
}  # fmt: skip


def lay(*, now: datetime) -> None:
    owner = Account.objects.filter(login=content.organisation().cast.knowledge_editor).first()
    categories = {
        category.key: Category.objects.update_or_create(
            key=category.key,
            defaults={
                "name_zh": category.name.zh, "name_en": category.name.en, "order": 10 * number,
                "icon": _ICONS.get(category.key, "book"),
            },
        )[0]
        for number, category in enumerate(content.article_categories(), start=1)
    }  # fmt: skip
    subjects: dict[str, Subject] = {}
    for article in content.articles():
        if article.key not in subjects:
            subjects[article.key] = Subject.objects.create(
                key=article.key, category=categories[article.category], audience=str(article.audience), owner=owner, is_demo=True
            )
        _lay_article(article, subjects[article.key], owner=owner, now=now)


def _lay_article(article: ContentArticle, subject: Subject, *, owner: Account | None, now: datetime) -> None:
    laid = Article(
        subject=subject, language=str(article.language), slug=article.key.replace("_", "-"), state="published", created_at=now,
        updated_at=now, published_at=now,
    )  # fmt: skip
    html = sanitised(MarkdownIt().enable("table").render(article.body))
    apply_text(laid, title=article.title, html=html, summary="", keywords=",".join(article.keywords))
    laid.save()
    Version.objects.create(article=laid, number=1, title=laid.title, html=html, published_at=now, published_by=owner)
