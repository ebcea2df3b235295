"""What is known of a stored file; its bytes lie in the store under `storage_key`."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file that somebody handed in. Equal bytes share one blob (`sha256`)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("size"))
    content_type = models.CharField(max_length=120)
    original_name = models.CharField(_("name"), max_length=255)
    storage_key = models.CharField(max_length=120)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    uploaded_by_kind = models.CharField(max_length=12)
    uploaded_by_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        indexes = [
            models.Index(fields=["sha256"], name="stored_file_bytes"),
            models.Index(fields=["created_at"], name="stored_file_age"),
        ]

    @property
    def is_image(self) -> bool:
        return self.content_type in {"image/png", "image/jpeg", "image/gif", "image/webp"}
