"""What the knowledge base refuses, and what to do instead."""

from __future__ import annotations

from lingting.platform.refusals import Conflict, Invalid, NotFound


class NoSuchArticle(NotFound):
    """There is no such article, or not for this reader."""

    code = "no_such_article"


class BadArticle(Invalid):
    """The article cannot be kept or published like this; `details["fields"]` says why."""

    code = "bad_article"


class DraftMoved(Conflict):
    """Somebody else has saved the draft since it was opened."""

    code = "draft_moved"


class LanguageTaken(Conflict):
    """The subject has a text in this language already; `details["article_id"]` says which."""

    code = "language_taken"


class CategoryInUse(Conflict):
    """Articles or other categories stand in it."""

    code = "category_in_use"


class NothingToPublish(Conflict):
    """What is written is what is published."""

    code = "nothing_to_publish"
