"""How articles are put before people: addresses, names of languages, rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from lingting.service.knowledge.models import Article
from lingting.service.knowledge.selectors import Found

LANGUAGE_NAMES = {"zh-hans": "简体中文", "en": "English"}
SHORT_NAMES = {"zh-hans": "中文", "en": "EN"}
HTML_LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}


def reader_language() -> str:
    """The language of the page, as articles name it."""
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


def public_url(language: str, slug: str) -> str:
    """The address of an article in the help centre, without the host."""
    return reverse("help:article", args=[language, slug])


def found_rows(found: Iterable[Found]) -> list[dict[str, Any]]:
    """Search results as templates show them."""
    is_chinese = reader_language() == "zh-hans"
    return [
        {
            "id": one.id,
            "title": one.title,
            "plain_title": one.plain_title,
            "snippet": one.snippet,
            "language": one.language,
            "language_name": SHORT_NAMES.get(one.language, one.language),
            "html_language": HTML_LANGUAGES.get(one.language, one.language),
            "is_internal": one.audience == "internal",
            "category": one.category_zh if is_chinese else (one.category_en or one.category_zh),
            "public_url": public_url(one.language, one.slug),
            "slug": one.slug,
        }
        for one in found
    ]


def language_choices(article: Article, texts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The texts of a subject as a switch: name, html language, whether it is this one."""
    return [
        text
        | {
            "name": LANGUAGE_NAMES.get(text["language"], text["language"]),
            "html_language": HTML_LANGUAGES.get(text["language"], text["language"]),
            "is_current": text["language"] == article.language,
        }
        for text in texts
    ]
