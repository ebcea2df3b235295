"""Steps of procedures name articles."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.procedures.registry import knowledge_kinds, references_of
from lingting.service.knowledge.models import Article
from lingting.service.knowledge.tests.scene import Library


def test_a_step_names_published_articles_with_their_address(books: Library, now: datetime) -> None:
    article = Article.objects.published().order_by("id").first()
    assert article is not None
    found, gone, odd = references_of([f"knowledge.article:{article.pk}", "knowledge.article:999999", "knowledge.article:²"])
    assert found.label == article.title and str(article.pk) in found.url
    assert not gone.url and not odd.url
    assert found in knowledge_kinds()["knowledge.article"].find(article.title[:4])
    Article.objects.filter(pk=article.pk).update(state="withdrawn")
    assert not references_of([f"knowledge.article:{article.pk}"])[0].url
    assert found not in knowledge_kinds()["knowledge.article"].find("")
