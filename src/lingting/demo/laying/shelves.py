"""The knowledge base: categories, subjects and published articles in both languages."""

from __future__ import annotations

import re
from datetime import datetime

import nh3
from markdown_it import MarkdownIt

from lingting.demo import content
from lingting.demo.content.records import Article as ContentArticle
from lingting.kernel.accounts.models import Account
from lingting.platform.search import joined_vector
from lingting.service.knowledge.models import Article, Category, Subject, Version

_ICONS = {"use": "device-mobile", "faults": "tool", "orders": "truck", "installation": "home", "returns": "refresh"}
_SUMMARY_LENGTH = 120


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
    html = nh3.clean(MarkdownIt().enable("table").render(article.body))
    text = re.sub(r"\s+", " ", nh3.clean(html, tags=set())).strip()
    keywords = " ".join(article.keywords)
    laid = Article.objects.create(
        subject=subject, language=str(article.language), title=article.title, slug=article.key.replace("_", "-"),
        summary=text[:_SUMMARY_LENGTH], html=html, text=text, keywords=keywords, state="published", created_at=now,
        updated_at=now, published_at=now,
        vector=joined_vector([(article.title, "A"), (keywords, "B"), (text, "")]),
    )  # fmt: skip
    Version.objects.create(article=laid, number=1, title=laid.title, html=html, published_at=now, published_by=owner)
