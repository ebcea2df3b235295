"""The knowledge base beside a conversation: what fits the case, to read, to put into the answer, to send as a link."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lingting.service.knowledge import selectors
from lingting.service.knowledge.models import Article
from lingting.service.knowledge.presenting import found_rows

RESULTS = 12


def knowledge_tab(request: HttpRequest, *, case: Any, **given: Any) -> dict[str, Any]:
    """The tab as it opens: searched by the subject of the case, in the customer's language."""
    language = case.customer.language
    words = (case.subject or "").strip()
    found = search_for_desk(words, language=language) if words else []
    return {"words": words, "found": found, "language": language, "is_new": not words}


def search_for_desk(words: str, *, language: str) -> list[dict[str, Any]]:
    """Published articles, internal ones too, the customer's language first."""
    found = selectors.search_articles(Article.objects.published(), words=words, language=language, limit=RESULTS)
    return found_rows(found)
