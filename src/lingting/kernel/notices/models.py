"""What a person is told inside the product."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """A line in someone's bell: text is made from `code` and `params` in the reader's language."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    level = models.CharField(max_length=8, default="info")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        indexes = [models.Index(fields=["account", "-id"], name="notice_unread", condition=models.Q(read_at=None))]
