"""A small library for the tests: a shelf, a public article in two languages, an internal one, a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lingting.kernel.timeline.events import Actor
from lingting.service.knowledge import services
from lingting.service.knowledge.models import Article, Category

SECRET = "赔偿上限五百元"


@dataclass
class Library:
    shelf: Category
    refund: Article
    refund_english: Article
    internal: Article
    draft: Article


def published(
    title: str, html: str, *, shelf: Category, actor: Actor, now: datetime, audience: str = "public", language: str = "zh-hans",
    keywords: str = "", subject_id: int | None = None,
) -> Article:  # fmt: skip
    made = services.create_article(
        title, category_id=shelf.pk, audience=audience, language=language, actor=actor, now=now, subject_id=subject_id
    )
    services.save_draft(made.pk, title=title, html=html, summary="", keywords=keywords, expected=None, actor=actor, now=now)
    services.publish_article(made.pk, actor=actor, now=now)
    return Article.objects.select_related("subject").get(pk=made.pk)


def library(*, actor: Actor, now: datetime) -> Library:
    shelf = services.save_category("退换货", name_en="Returns", icon="refresh", order=1)
    refund = published("退款多久到账", "<p>原路退回，三个工作日。</p>", shelf=shelf, actor=actor, now=now, keywords="返现")
    english = published(
        "When your refund arrives", "<p>Three working days.</p>", shelf=shelf, actor=actor, now=now, language="en",
        subject_id=refund.subject_id,
    )  # fmt: skip
    internal = published("赔偿权限", f"<p>{SECRET}，退款另算。</p>", shelf=shelf, actor=actor, now=now, audience="internal")
    draft = services.create_article(
        "还没写完的退款说明", category_id=shelf.pk, audience="public", language="zh-hans", actor=actor, now=now
    )
    return Library(shelf, refund, english, internal, draft)
