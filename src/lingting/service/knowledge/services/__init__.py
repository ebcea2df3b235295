"""Writes of the knowledge base: drafts, publications, categories, pictures, usage; one transaction each."""

from lingting.service.knowledge.html import sanitised
from lingting.service.knowledge.services.categories import delete_category, save_category
from lingting.service.knowledge.services.drafts import (
    change_subject,
    create_article,
    discard_draft,
    draft_of,
    restore_version,
    save_draft,
)
from lingting.service.knowledge.services.pictures import add_picture
from lingting.service.knowledge.services.publishing import apply_text, publish_article, withdraw_article
from lingting.service.knowledge.services.refusals import (
    BadArticle,
    CategoryInUse,
    DraftMoved,
    LanguageTaken,
    NoSuchArticle,
    NothingToPublish,
)
from lingting.service.knowledge.services.usage import record_miss, record_opinion, record_use

__all__ = [
    "BadArticle",
    "CategoryInUse",
    "DraftMoved",
    "LanguageTaken",
    "NoSuchArticle",
    "NothingToPublish",
    "add_picture",
    "apply_text",
    "change_subject",
    "create_article",
    "delete_category",
    "discard_draft",
    "draft_of",
    "publish_article",
    "record_miss",
    "record_opinion",
    "record_use",
    "restore_version",
    "sanitised",
    "save_category",
    "save_draft",
    "withdraw_article",
]
