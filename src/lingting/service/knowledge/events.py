"""What the knowledge base announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lingting.kernel.timeline.events import Fact


@dataclass(frozen=True, kw_only=True)
class ArticleFact(Fact):
    subject_type: ClassVar[str] = "knowledge.article"
    subject_field: ClassVar[str] = "article_id"
    article_id: int


@dataclass(frozen=True, kw_only=True)
class ArticlePublished(ArticleFact):
    """A version stands for readers from now on."""

    number: int
    language: str
    audience: str


@dataclass(frozen=True, kw_only=True)
class ArticleWithdrawn(ArticleFact):
    """Nobody but editors sees it any more."""


@dataclass(frozen=True, kw_only=True)
class AudienceChanged(ArticleFact):
    """All texts of a subject are for others now: public or internal. Announced for each text."""

    audience: str
