"""How articles are used: read, put into answers, found helpful; and what was searched in vain."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from lingting.service.knowledge.models import Article, SearchMiss, Use

USE_KINDS = ("read", "insert", "link")
SHORTEST_MISS = 2


@transaction.atomic
def record_use(article_id: int, *, kind: str, account_id: int | None, now: datetime) -> None:
    """Somebody of the staff read an article or put it (or its link) into an answer; only the latter count as use."""
    Use.objects.create(article_id=article_id, kind=kind if kind in USE_KINDS else "read", account_id=account_id, at=now)
    if kind in ("insert", "link"):
        Article.objects.filter(pk=article_id).update(use_count=F("use_count") + 1)


def record_opinion(article_id: int, *, is_helpful: bool) -> None:
    """A reader said whether the article helped."""
    counter = "helpful_count" if is_helpful else "unhelpful_count"
    Article.objects.filter(pk=article_id).update(**{counter: F(counter) + 1})


def record_miss(words: str, *, place: str, language: str, now: datetime) -> None:
    """A search found nothing. Words that come again in the same minute are the same person typing on."""
    clean = " ".join(words.replace("\x00", "").split())[:200]
    if len(clean) < SHORTEST_MISS:
        return
    SearchMiss.objects.create(words=clean, place=place, language=language, at=now)
