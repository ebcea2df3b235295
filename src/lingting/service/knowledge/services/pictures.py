"""Pictures in articles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.platform.files.models import StoredFile
from lingting.platform.files.services import store_upload
from lingting.service.knowledge.models import Article, Picture
from lingting.service.knowledge.services.refusals import BadArticle

LARGEST_PICTURE_BYTES = 5 * 1024 * 1024


@transaction.atomic
def add_picture(article_id: int, *, upload: Any, account: Account, now: datetime) -> StoredFile:
    """Keeps a picture for an article. Raises `BadArticle` for anything that is not a picture, and what uploads raise."""
    if upload is None:
        raise BadArticle(_("Choose a picture first."))
    stored = store_upload(upload, actor_kind="account", actor_id=str(account.pk), now=now, largest_bytes=LARGEST_PICTURE_BYTES)
    if not stored.is_image:
        raise BadArticle(_("Only pictures can stand in an article: PNG, JPEG, GIF or WebP."))
    Picture.objects.create(article=Article.objects.get(pk=article_id), file=stored)
    return stored
