"""Who may see the pictures of articles."""

from __future__ import annotations

from django.http import HttpRequest

from lingting.platform.files.models import StoredFile
from lingting.platform.ui.navigation import may
from lingting.service.knowledge.models import Picture
from lingting.service.knowledge.selectors import READ, picture_is_public


def may_see_picture(request: HttpRequest, file: StoredFile) -> bool | None:
    """Everybody those of public articles; staff who may read articles the others too."""
    if not file.is_image:
        return None
    if picture_is_public(file.pk):
        return True
    if may(request, READ) and Picture.objects.filter(file=file).exists():
        return True
    return None
